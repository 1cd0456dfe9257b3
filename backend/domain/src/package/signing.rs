//! The certificates that a package's signatures name, and which of them a phone checks.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// The API level of a version of Android under development (`Build.VERSION_CODES.CUR_DEVELOPMENT`). Released versions have lower ones.
pub const DEVELOPMENT: u32 = 10_000;

/// A signature scheme of Android packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Scheme {
    /// JAR signature.
    #[serde(rename = "v1")]
    V1,
    /// APK Signature Scheme v2.
    #[serde(rename = "v2")]
    V2,
    /// APK Signature Scheme v3.
    #[serde(rename = "v3")]
    V3,
    /// APK Signature Scheme v3.1.
    #[serde(rename = "v3.1")]
    V31,
}

/// Certificates named by an APK's signatures, as SHA-256 of their DER form. Reading them verifies nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Signing {
    /// JAR signature. That of a bundle is of the key that it was uploaded with, which phones never see.
    pub v1: Vec<Digest>,
    /// APK Signature Scheme v2 (Android 7).
    pub v2: Vec<Digest>,
    /// APK Signature Scheme v3 (Android 9).
    pub v3: Vec<Digest>,
    /// APK Signature Scheme v3.1 (Android 13).
    pub v31: Vec<Digest>,
    /// The lowest API level of which v3.1 names a signer. Phones below it check v3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub v31_min_sdk: Option<u32>,
    /// Earlier certificates that a v3 or v3.1 block proves succession from, oldest first, the present one last.
    pub lineage: Vec<Digest>,
    /// Whether signatures could not be read, so that empty lists do not mean unsigned.
    pub unknown: bool,
    /// The schemes that could not be read, where `unknown` is set. Without any, nothing is known of all schemes: what was
    /// registered before the schemes were told apart says no more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown_schemes: Vec<Scheme>,
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

    /// Notes that a scheme could not be read.
    pub fn set_unknown(&mut self, scheme: Scheme) {
        self.unknown = true;
        if let Err(place) = self.unknown_schemes.binary_search(&scheme) {
            self.unknown_schemes.insert(place, scheme);
        }
    }

    /// Whether a scheme could not be read.
    pub fn is_unknown(&self, scheme: Scheme) -> bool {
        self.unknown && (self.unknown_schemes.is_empty() || self.unknown_schemes.contains(&scheme))
    }

    /// The certificates that a phone of API level `level` checks: those of the newest scheme that is present and that the
    /// level knows. Empty when there is none for it; `None` when they could not be read.
    pub fn signers(&self, level: u32) -> Option<&[Digest]> {
        let newest_first = [
            (Scheme::V31, &self.v31),
            (Scheme::V3, &self.v3),
            (Scheme::V2, &self.v2),
            (Scheme::V1, &self.v1),
        ];
        for (scheme, certificates) in newest_first {
            if level < self.since(scheme) {
                continue;
            }
            if self.is_unknown(scheme) {
                return None;
            }
            if !certificates.is_empty() {
                return Some(certificates);
            }
        }
        Some(&[])
    }

    /// The certificates that the newest released Android checks; `None` when they could not be read.
    pub fn newest(&self) -> Option<&[Digest]> {
        self.signers(DEVELOPMENT - 1)
    }

    /// The API levels of released versions from `lowest` on at which a phone begins to check another scheme, `lowest` included.
    pub fn changes(&self, lowest: u32) -> impl Iterator<Item = u32> {
        [Scheme::V1, Scheme::V2, Scheme::V3, Scheme::V31]
            .into_iter()
            .map(move |scheme| self.since(scheme).max(lowest))
            .filter(|level| *level < DEVELOPMENT)
    }

    /// The first API level whose phones check a scheme, if it is present. Android 13 is the first to look at v3.1, and leaves it for v3
    /// when none of its signers is for the phone's level.
    fn since(&self, scheme: Scheme) -> u32 {
        match scheme {
            Scheme::V1 => 1,
            Scheme::V2 => 24,
            Scheme::V3 => 28,
            Scheme::V31 => self.v31_min_sdk.unwrap_or(0).max(33),
        }
    }
}
