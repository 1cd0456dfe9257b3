//! What an application package says of itself. Facts that were read, never a verdict on a signature.

mod signing;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;

pub use signing::{DEVELOPMENT, Scheme, Signing};

/// What was read from an APK or an Android App Bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Package {
    /// Application id (`dev.example.wallet`).
    pub name: Option<String>,
    /// `versionName`, for people.
    pub version_name: Option<String>,
    /// `versionCodeMajor << 32 | versionCode`, which Android compares.
    pub version_code: Option<u64>,
    /// The name under the icon.
    pub label: Option<String>,
    /// The launcher icon, when it is a bitmap.
    pub icon: Option<Icon>,
    /// Lowest Android API level that installs it.
    pub min_sdk: Option<u32>,
    /// In place of it, the codename of a version under development (`Tiramisu`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_sdk_codename: Option<String>,
    /// API level that it was made for.
    pub target_sdk: Option<u32>,
    /// In place of it, the codename of a version under development.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_sdk_codename: Option<String>,
    /// Permissions that it asks for, sorted.
    pub permissions: Vec<String>,
    /// Permissions that its services ask of whoever binds them, as far as only the system has them (`android.permission.BIND_…`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub service_permissions: Vec<String>,
    /// Native code it holds (`arm64-v8a`, …), sorted; empty when it has none and so runs everywhere.
    pub abis: Vec<String>,
    /// Whether its manifest says debuggable.
    pub debuggable: bool,
    /// Whether its manifest says test-only: phones refuse it, and `adb install -t` takes it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub test_only: bool,
    /// The application id that it tests (`<instrumentation>`): it is no app by itself, unless that is its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruments: Option<String>,
    /// Its name as a part of an app that is delivered in several packages; the base has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
    /// Set when it does not install without other parts: their kinds (`base__abi`), where it names them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_splits: Option<Vec<String>>,
    /// Set when its resource table is not as Android 11 asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_table: Option<TableFlaw>,
    /// Set when 64-bit libraries are not ready for memory pages of 16 KB, or were not looked at for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub small_pages: Option<SmallPages>,
    /// Certificates that are named in it.
    pub signing: Signing,
    /// Set when it holds a Flutter engine.
    pub flutter: Option<Flutter>,
    /// What could not be read.
    pub unread: Vec<Unread>,
}

/// Why Android 11 and newer refuse a package made for them: they map `resources.arsc` into memory as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum TableFlaw {
    /// It is compressed.
    Compressed,
    /// It does not start at a multiple of four bytes.
    Unaligned,
}

/// 64-bit native libraries that phones with memory pages of 16 KB do not load: their segments are aligned to less, or the package maps them from
/// a place that is not a multiple of 16 KB.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct SmallPages {
    /// Some of them, by their paths below `lib/`; in a bundle, by their whole paths.
    pub libraries: Vec<String>,
    /// How many more there are.
    #[serde(skip_serializing_if = "is_zero")]
    pub more: u32,
    /// How many libraries were not looked at, because that would have taken too many requests, or could not be read.
    #[serde(skip_serializing_if = "is_zero")]
    pub unchecked: u32,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands on a reference"
)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// A Flutter engine in a package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Flutter {
    /// The engine's Dart version, where it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dart_version: Option<String>,
    /// The mode that it was built in, where that is certain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<FlutterMode>,
}

/// A build mode of Flutter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FlutterMode {
    /// Code is compiled on the phone: slow, and with all that debugging needs.
    Debug,
    /// Compiled ahead of time, and measured.
    Profile,
    /// As it is meant for people.
    Release,
}

/// A bitmap that shows a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Icon {
    /// Its digest.
    pub digest: Digest,
    /// `image/png`, `image/webp` or `image/jpeg`.
    pub content_type: String,
    /// Bytes.
    pub size: u64,
}

/// Something that could not be read, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Unread {
    /// `manifest`, `label`, `icon`, `signatures`, …
    pub what: String,
    /// The reason, for people.
    pub why: String,
}

impl Package {
    /// The lowest API level that installs it, for comparing: 1 where it names none, and that of all versions under development for a codename.
    pub fn lowest_level(&self) -> u32 {
        match self.min_sdk_codename {
            Some(_) => DEVELOPMENT,
            None => self.min_sdk.unwrap_or(1),
        }
    }

    /// The API level that it was made for, for comparing: the lowest that installs it, where it names none.
    pub fn target_level(&self) -> Option<u32> {
        if self.target_sdk_codename.is_some() {
            return Some(DEVELOPMENT);
        }
        let unread = self.is_unread("target API level");
        self.target_sdk.or(self.min_sdk.filter(|_| !unread))
    }

    /// The version code that Android compares, which is 0 where the manifest names none. `None` when it could not be read.
    pub fn compared_version_code(&self) -> Option<u64> {
        let parts = ["package", "manifest", "version code"];
        let unread = parts.iter().any(|part| self.is_unread(part));
        self.version_code.or((!unread).then_some(0))
    }

    fn is_unread(&self, what: &str) -> bool {
        self.unread.iter().any(|unread| unread.what == what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_without_the_mode_of_flutter_still_opens() {
        let read = |text| serde_json::from_str::<Flutter>(text).unwrap();
        let before = read(r#"{"dart_version":"3.9.2"}"#);
        assert_eq!(before.mode, None);
        let written = serde_json::to_string(&before).unwrap();
        assert_eq!(written, r#"{"dart_version":"3.9.2"}"#);
        let profile = Flutter {
            mode: Some(FlutterMode::Profile),
            ..Flutter::default()
        };
        let written = serde_json::to_string(&profile).unwrap();
        assert_eq!(written, r#"{"mode":"profile"}"#);
        assert_eq!(read(&written), profile);
    }
}
