//! Flutter code that was not compiled for release.

use super::{InstallWarning, Severity, Words};
use crate::package::{FlutterMode, Package};

pub(super) fn check(now: &Package) -> Option<InstallWarning> {
    match now.flutter.as_ref()?.mode? {
        FlutterMode::Release => None,
        mode @ (FlutterMode::Debug | FlutterMode::Profile) => {
            Some(InstallWarning::FlutterMode { mode })
        }
    }
}

pub(super) fn words(mode: FlutterMode) -> Words {
    let (what, remedy) = match mode {
        FlutterMode::Debug => (
            "Flutter debug build",
            "It is much slower than a release build: do not judge its speed.",
        ),
        FlutterMode::Profile => (
            "Flutter profile build",
            "It is made for measuring, with services for tools in it.",
        ),
        FlutterMode::Release => ("Flutter release build", ""),
    };
    Words {
        severity: Severity::Note,
        since_api: None,
        what: what.to_owned(),
        remedy,
        team: "Build what testers get with flutter build apk --release.",
        source: "https://docs.flutter.dev/testing/build-modes",
    }
}
