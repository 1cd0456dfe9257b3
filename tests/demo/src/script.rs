//! What the play consists of.

/// How a run shall end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It ends well; in development, its build is registered and released.
    Released,
    /// Its tests fail with this message.
    TestsFail(&'static str),
    /// It does not register anything and ends well.
    Quiet,
    /// It keeps running.
    StillRunning,
}

/// One run of a pipeline.
#[derive(Clone, Copy, Debug)]
pub struct Scene {
    /// The pipeline.
    pub pipeline: &'static str,
    /// The package that it builds, by its name among the samples.
    pub package: Option<&'static str>,
    /// What the commit says.
    pub message: &'static str,
    /// Who wrote it.
    pub author: &'static str,
    /// How it ends.
    pub ending: Ending,
}

const fn released(
    pipeline: &'static str,
    package: &'static str,
    message: &'static str,
    author: &'static str,
) -> Scene {
    Scene {
        pipeline,
        package: Some(package),
        message,
        author,
        ending: Ending::Released,
    }
}

const SETTINGS_FIRST: [Scene; 3] = [
    released(
        "appium-dev",
        "settings-5.14.15.apk",
        "Restore the locale after a reboot",
        "Ana Ruiz",
    ),
    released(
        "appium-dev",
        "settings-6.0.8.apk",
        "Target Android 15",
        "Jonas Weber",
    ),
    released(
        "appium-dev",
        "settings-7.1.11.apk",
        "Keep altitude and speed of mock locations",
        "Ana Ruiz",
    ),
];

const SETTINGS_LATER: [Scene; 2] = [
    released(
        "appium-dev",
        "settings-8.0.10.apk",
        "Drop the recorder for Android 9 and older",
        "Mei Tanaka",
    ),
    Scene {
        pipeline: "appium-dev",
        package: Some("settings-8.0.10.apk"),
        message: "Mock locations without the developer menu",
        author: "Ana Ruiz",
        ending: Ending::TestsFail(
            "3 of 214 tests failed: LocationServiceTest.keepsAltitude, LocationServiceTest.survivesRestart, \
             LocationServiceTest.reportsSpeed (expected 4.2 but was 0.0)",
        ),
    },
];

const APIDEMOS_DEV: [Scene; 3] = [
    released(
        "apidemos-dev",
        "apidemos-3.0.0.apk",
        "Show drag and drop between windows",
        "Jonas Weber",
    ),
    released(
        "apidemos-dev",
        "apidemos-5.0.0.apk",
        "Ask for the camera only when a demo needs it",
        "Mei Tanaka",
    ),
    released(
        "apidemos-dev",
        "apidemos-5.0.0.apk",
        "Say in the notes which demos need a camera",
        "Mei Tanaka",
    ),
];

const SETTINGS_ON: [Scene; 3] = [
    released(
        "appium-preprod",
        "settings-6.0.8.apk",
        "Target Android 15",
        "Jonas Weber",
    ),
    released(
        "appium-preprod",
        "settings-7.1.11.apk",
        "Keep altitude and speed of mock locations",
        "Ana Ruiz",
    ),
    released(
        "appium-prod",
        "settings-6.0.8.apk",
        "Target Android 15",
        "Jonas Weber",
    ),
];

const APIDEMOS_ON: [Scene; 2] = [
    released(
        "apidemos-preprod",
        "apidemos-3.0.0.apk",
        "Show drag and drop between windows",
        "Jonas Weber",
    ),
    released(
        "apidemos-prod",
        "apidemos-3.0.0.apk",
        "Show drag and drop between windows",
        "Jonas Weber",
    ),
];

const TOOLS: [Scene; 1] = [Scene {
    pipeline: crate::pipelines::UNASSIGNED,
    package: None,
    message: "Update the base image",
    author: "Sam Okoye",
    ending: Ending::Quiet,
}];

/// The acts in their order. In each act the troupes play at the same time, each its scenes in order. After the first, builds
/// are promoted.
pub const ACTS: [&[&[Scene]]; 3] = [
    &[&SETTINGS_FIRST, &APIDEMOS_DEV, &TOOLS],
    &[&SETTINGS_LATER],
    &[&SETTINGS_ON, &APIDEMOS_ON],
];

/// The run that keeps running, also when the portal starts with its history.
pub const RUNNING: Scene = Scene {
    pipeline: "apidemos-preprod",
    package: Some("apidemos-5.0.0.apk"),
    message: "Ask for the camera only when a demo needs it",
    author: "Mei Tanaka",
    ending: Ending::StillRunning,
};

/// The packages that the play needs.
pub fn packages() -> impl Iterator<Item = &'static str> {
    let scenes = ACTS.into_iter().flatten().copied().flatten();
    scenes.chain([&RUNNING]).filter_map(|scene| scene.package)
}
