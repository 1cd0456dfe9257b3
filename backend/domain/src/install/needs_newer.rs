//! A lowest API level above that of a phone: told where the phone is known.

use super::{Severity, Words};
use crate::android;

pub(super) fn words(needs: u32) -> Words {
    Words {
        severity: Severity::Refuses,
        since_api: None,
        what: format!(
            "Needs {}: this phone has an older Android",
            android::or_newer(needs)
        ),
        remedy: "Install it on another phone, or update this one.",
        team: "Lower minSdk, where the app can do without what newer versions have.",
        source: "https://developer.android.com/guide/topics/manifest/uses-sdk-element#min",
    }
}
