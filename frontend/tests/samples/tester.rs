//! The tester's page, from a clean build to one that cannot be installed.

use domain::{
    build::Build,
    install::{Forecast, InstallWarning},
    package::TableFlaw,
    release::Release,
    view::{CurrentView, TesterView},
};

use super::{
    app,
    builds::{build, release, split, unsigned},
    environment, now, revision,
};

fn earlier() -> Vec<Release> {
    let older = |number: u64, version: &str, message: &str, seconds| {
        let build = Build {
            version: Some(version.into()),
            revision: Some(revision(&format!("{:08x}", number * 7_919_113), message)),
            ..build(number)
        };
        release(&build, "dev", seconds)
    };
    vec![
        older(811, "8.0.9", "Bump the Android Gradle plugin", 96_000),
        older(
            810,
            "8.0.9",
            "Restart the recorder when the display rotates",
            181_000,
        ),
        older(806, "8.0.7", "Translate the permission screen", 2_900_000),
    ]
}

fn view(build: Build, warnings: Vec<InstallWarning>, refused: Option<&str>) -> TesterView {
    TesterView {
        app: app("journal"),
        environment: environment("dev"),
        current: Some(CurrentView {
            release: release(&build, "dev", 10_900),
            build,
            warnings: warnings
                .into_iter()
                .map(|it| Forecast::of(it, "build 811"))
                .collect(),
            refused: refused.map(str::to_owned),
        }),
        withdrawn: None,
        earlier: earlier(),
        earlier_withdrawn: Vec::new(),
        may_roll_back: false,
        cannot_download: None,
        may_share: true,
        as_of: now(),
    }
}

/// The newest build was taken back, and so was an earlier one.
pub(crate) fn withdrawn() -> TesterView {
    TesterView {
        withdrawn: Some(super::promotions::withdrawn_build()),
        earlier_withdrawn: vec![build(810).id],
        may_roll_back: true,
        ..plain()
    }
}

/// The only build was taken back.
pub(crate) fn all_withdrawn() -> TesterView {
    TesterView {
        withdrawn: Some(super::promotions::withdrawn_build()),
        ..nothing()
    }
}

pub(crate) fn plain() -> TesterView {
    view(build(812), Vec::new(), None)
}

pub(crate) fn splits() -> TesterView {
    view(split(812), Vec::new(), None)
}

pub(crate) fn warned() -> TesterView {
    let lower = InstallWarning::LowerVersionCode {
        before: 193,
        now: 192,
        debuggable: false,
    };
    view(
        build(812),
        vec![
            InstallWarning::SignatureDiffers { up_to_api: None },
            lower,
            InstallWarning::SmallPages {
                libraries: [
                    "arm64-v8a/liba.so",
                    "arm64-v8a/libb.so",
                    "x86_64/libc.so",
                    "x86_64/libd.so",
                ]
                .map(str::to_owned)
                .to_vec(),
            },
            InstallWarning::Debuggable,
        ],
        None,
    )
}

/// Everything for which a phone refuses a package. No package has all of it.
pub(crate) fn uninstallable() -> TesterView {
    view(
        build(812),
        vec![
            InstallWarning::OnlyV1Signature,
            InstallWarning::TestOnly,
            InstallWarning::SplitAlone {
                split: "config.de".into(),
            },
            InstallWarning::SplitsRequired {
                splits: vec!["base__abi".into(), "base__density".into()],
            },
            InstallWarning::ResourceTable {
                flaw: TableFlaw::Compressed,
            },
            InstallWarning::ResourceTable {
                flaw: TableFlaw::Unaligned,
            },
            InstallWarning::InDevelopment {
                codename: "Tiramisu".into(),
            },
            InstallWarning::OldTarget { target: 22 },
            InstallWarning::OldTarget { target: 23 },
        ],
        None,
    )
}

pub(crate) fn refused() -> TesterView {
    view(
        unsigned(812),
        vec![InstallWarning::NotSigned],
        Some("the package is not signed, so Android cannot install it"),
    )
}

pub(crate) fn nothing() -> TesterView {
    TesterView {
        app: app("journal"),
        environment: environment("prod"),
        current: None,
        withdrawn: None,
        earlier: Vec::new(),
        earlier_withdrawn: Vec::new(),
        may_roll_back: false,
        cannot_download: None,
        may_share: true,
        as_of: now(),
    }
}
