//! Two bills of materials beside each other.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::sbom::Sbom;

/// A dependency that came, went, or is of another version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DependencyChange {
    /// Its package URL without version, or its name.
    pub name: String,
    /// The versions that it had; none if it was not there. One that does not say its version has an empty one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<String>,
    /// The versions that it has; none if it is gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<String>,
}

/// What differs in two bills of materials, by name.
pub fn dependencies(from: &Sbom, to: &Sbom) -> Vec<DependencyChange> {
    let (from, to) = (from.dependencies(), to.dependencies());
    let names: BTreeSet<&String> = from.keys().chain(to.keys()).collect();
    names
        .into_iter()
        .filter(|name| from.get(*name) != to.get(*name))
        .map(|name| DependencyChange {
            name: name.clone(),
            from: versions(from, name),
            to: versions(to, name),
        })
        .collect()
}

fn versions(dependencies: &BTreeMap<String, BTreeSet<String>>, name: &str) -> Vec<String> {
    dependencies
        .get(name)
        .map(|versions| versions.iter().cloned().collect())
        .unwrap_or_default()
}
