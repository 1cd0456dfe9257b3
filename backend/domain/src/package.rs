//! What an application package says of itself. Facts that were read, never a verdict on a signature.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// What was read from an APK.
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
    /// API level that it was made for.
    pub target_sdk: Option<u32>,
    /// Permissions that it asks for, sorted.
    pub permissions: Vec<String>,
    /// Native code it holds (`arm64-v8a`, …), sorted; empty when it has none and so runs everywhere.
    pub abis: Vec<String>,
    /// Whether its manifest says debuggable.
    pub debuggable: bool,
    /// Certificates that are named in it.
    pub signing: Signing,
    /// Set when it holds a Flutter engine.
    pub flutter: Option<Flutter>,
    /// What could not be read.
    pub unread: Vec<Unread>,
}

/// Certificates named by an APK's signatures, as SHA-256 of their DER form. Reading them verifies nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Signing {
    /// JAR signature.
    pub v1: Vec<Digest>,
    /// APK Signature Scheme v2 (Android 7).
    pub v2: Vec<Digest>,
    /// APK Signature Scheme v3 (Android 9).
    pub v3: Vec<Digest>,
    /// APK Signature Scheme v3.1 (Android 13).
    pub v31: Vec<Digest>,
    /// Earlier certificates that a v3 or v3.1 block proves succession from, oldest first, the present one last.
    pub lineage: Vec<Digest>,
    /// Whether the signatures could not be read, so that empty lists do not mean unsigned.
    pub unknown: bool,
}

/// A Flutter engine in a package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Flutter {
    /// The engine's Dart version, where it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dart_version: Option<String>,
}

/// A bitmap that shows a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Icon {
    /// Its digest.
    pub digest: Digest,
    /// `image/png` or `image/webp`.
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

impl Signing {
    /// Whether it was read and names no certificate at all: Android refuses to install such a package.
    pub fn is_unsigned(&self) -> bool {
        !self.unknown
            && self.v1.is_empty()
            && self.v2.is_empty()
            && self.v3.is_empty()
            && self.v31.is_empty()
    }

    /// The certificates that the newest scheme present names.
    pub fn newest(&self) -> &[Digest] {
        [&self.v31, &self.v3, &self.v2, &self.v1]
            .into_iter()
            .find(|list| !list.is_empty())
            .map_or(&[], Vec::as_slice)
    }
}
