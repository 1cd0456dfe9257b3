//! Permissions for which Google Play Protect stops apps that come from a browser, a chat or a file manager.
//!
//! Google speaks of markets where that is on, and names no list that stays right: so it may, never does.

use super::{InstallWarning, Severity, Words};
use crate::package::Package;

const ABUSED: [&str; 4] = [
    "android.permission.RECEIVE_SMS",
    "android.permission.READ_SMS",
    "android.permission.BIND_NOTIFICATION_LISTENER_SERVICE",
    "android.permission.BIND_ACCESSIBILITY_SERVICE",
];

pub(super) fn check(now: &Package) -> Option<InstallWarning> {
    let mut asked = now.permissions.iter().chain(&now.service_permissions);
    asked
        .any(|permission| ABUSED.contains(&permission.as_str()))
        .then(|| {
            let asked = |name: &&str| {
                let mut all = now.permissions.iter().chain(&now.service_permissions);
                all.any(|permission| permission == *name)
            };
            let permissions = ABUSED.iter().filter(|name| asked(name));
            InstallWarning::PlayProtect {
                permissions: permissions.map(ToString::to_string).collect(),
            }
        })
}

pub(super) fn words(permissions: &[String]) -> Words {
    let short = |name: &String| {
        let last = name.rsplit('.').next();
        last.unwrap_or(name).to_owned()
    };
    let short: Vec<String> = permissions.iter().map(short).collect();
    Words {
        severity: Severity::MayRefuse,
        since_api: None,
        what: format!(
            "Asks for {}: Google Play Protect may stop it when it comes from a browser",
            short.join(", ")
        ),
        remedy: "Install it with adb, or have it handed out by your device management.",
        team: "Ask for less, or hand the build out on an internal testing track of Google Play.",
        source: "https://developers.google.com/android/play-protect/warning-dev-guidance",
    }
}
