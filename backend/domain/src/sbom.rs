//! Bills of materials: what a build depends on. Reads `CycloneDX` and SPDX, both as JSON, and trusts nothing in them.

mod cyclonedx;
mod spdx;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// The most bytes that are read of a bill.
pub const SIZE_LIMIT: usize = 16 * 1024 * 1024;

/// The most components that are read of a bill.
pub const COMPONENTS_LIMIT: usize = 50_000;

/// The most characters of a component's name or version.
const TEXT_LIMIT: usize = 300;

/// What a build depends on: each dependency's name with its versions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sbom {
    dependencies: BTreeMap<String, BTreeSet<String>>,
}

/// A bill that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum InvalidSbom {
    /// It is too long.
    #[error("a bill of materials of more than 16 MiB is not read")]
    TooLong,
    /// It names too much.
    #[error("a bill of materials of more than 50,000 components is not read")]
    TooMany,
    /// It is not JSON of the shape that it says.
    #[error("this is not a bill of materials in JSON")]
    Malformed(#[source] serde_json::Error),
    /// It is of another kind.
    #[error("this is neither a CycloneDX nor an SPDX 2 bill of materials")]
    Unknown,
}

/// What says of which kind a bill is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kind {
    #[serde(default)]
    bom_format: Option<String>,
    #[serde(default)]
    spdx_version: Option<String>,
}

impl Sbom {
    /// Reads a bill.
    pub fn read(bytes: &[u8]) -> Result<Self, InvalidSbom> {
        if bytes.len() > SIZE_LIMIT {
            return Err(InvalidSbom::TooLong);
        }
        let kind: Kind = serde_json::from_slice(bytes).map_err(InvalidSbom::Malformed)?;
        match (kind.bom_format.as_deref(), kind.spdx_version.as_deref()) {
            (Some("CycloneDX"), _) => cyclonedx::read(bytes),
            (_, Some(version)) if version.starts_with("SPDX-2.") => spdx::read(bytes),
            _ => Err(InvalidSbom::Unknown),
        }
    }

    /// The dependencies, each with its versions, in order.
    pub fn dependencies(&self) -> &BTreeMap<String, BTreeSet<String>> {
        &self.dependencies
    }

    /// Adds one: by its package URL without version and qualifiers, where it has one, else by its name.
    fn add(
        &mut self,
        purl: Option<&str>,
        name: &str,
        version: Option<&str>,
    ) -> Result<(), InvalidSbom> {
        let (key, of_purl) = match purl.and_then(split_purl) {
            Some((key, version)) => (key, version),
            None => (name, None),
        };
        let key: String = key.chars().take(TEXT_LIMIT).collect();
        if key.is_empty() {
            return Ok(());
        }
        if !self.dependencies.contains_key(&key) && self.dependencies.len() >= COMPONENTS_LIMIT {
            return Err(InvalidSbom::TooMany);
        }
        let version = version
            .filter(|text| !text.is_empty())
            .or(of_purl)
            .unwrap_or("");
        let version = version.chars().take(TEXT_LIMIT).collect();
        self.dependencies.entry(key).or_default().insert(version);
        Ok(())
    }
}

/// `pkg:type/namespace/name@version?qualifiers#subpath` as what names it and its version.
fn split_purl(purl: &str) -> Option<(&str, Option<&str>)> {
    let plain = purl.split(['?', '#']).next()?;
    if !plain.starts_with("pkg:") {
        return None;
    }
    // The version stands behind the last @; one in front of a / belongs to a namespace such as npm's scopes.
    match plain.rsplit_once('@') {
        Some((name, version)) if !version.contains('/') => Some((name, Some(version))),
        _ => Some((plain, None)),
    }
}

#[cfg(test)]
mod tests;
