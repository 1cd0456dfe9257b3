//! What is between two builds.

mod dependencies;
mod package;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    build::{Build, BuildBrief},
    digest::Digest,
};

pub use dependencies::{DependencyChange, dependencies};

/// What is between two builds, `from` and `to`. What is the same on both sides is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Comparison {
    /// The build to start from.
    pub from: BuildBrief,
    /// The build to come to.
    pub to: BuildBrief,
    /// Whether both have the same bytes.
    pub same_bytes: bool,
    /// The commits, where they differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commits: Option<Commits>,
    /// The version, where it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Change<String>>,
    /// Bytes of all artifacts, where they differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Change<u64>>,
    /// Names of files that were added, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files_added: Vec<String>,
    /// Names of files that were dropped, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files_dropped: Vec<String>,
    /// What differs in their application packages, where both have one that could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<PackageChanges>,
    /// What differs in their dependencies; `None` unless both have a bill of materials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dependencies: Option<Vec<DependencyChange>>,
}

/// Something that is another on either side; `None` where one side does not have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Change<T> {
    /// What it was.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub from: Option<T>,
    /// What it is.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub to: Option<T>,
}

fn none<T>() -> Option<T> {
    None
}

/// The commits that two builds were made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Commits {
    /// The commit that `from` was made of, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The commit that `to` was made of, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The repository of both, `owner/name`, if it is known to be one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// Whether both are of one repository; `None` where that is not known of both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_repository: Option<bool>,
}

/// What differs in two application packages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct PackageChanges {
    /// Application id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Change<String>>,
    /// Version code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version_code: Option<Change<u64>>,
    /// Lowest Android API level that installs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_sdk: Option<Change<u32>>,
    /// API level that it was made for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_sdk: Option<Change<u32>>,
    /// Permissions that are newly asked for, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub permissions_added: Vec<String>,
    /// Permissions that are no longer asked for, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub permissions_dropped: Vec<String>,
    /// Native code that came, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub abis_added: Vec<String>,
    /// Native code that went, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub abis_dropped: Vec<String>,
    /// The certificates that the newest signature scheme names, where they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificates: Option<CertificateChange>,
    /// Whether it is debuggable, where that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub debuggable: Option<Change<bool>>,
}

/// Other certificates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CertificateChange {
    /// What they were.
    pub from: Vec<Digest>,
    /// What they are.
    pub to: Vec<Digest>,
    /// Whether Android takes the one for an update of the other, by a proof of rotation.
    pub updates: bool,
}

/// What is between two builds, but for their dependencies: see [`dependencies`].
pub fn builds(from: &Build, to: &Build) -> Comparison {
    let (brief_from, brief_to) = (from.brief(), to.brief());
    let names = |build: &Build| -> BTreeSet<String> {
        let names = build.artifacts.iter().map(|file| file.name.to_string());
        names.collect()
    };
    let (files_added, files_dropped) = differences(&names(from), &names(to));
    Comparison {
        same_bytes: from.digest() == to.digest(),
        commits: commits(from, to),
        version: change(from.version.as_ref(), to.version.as_ref()),
        size: change(Some(&brief_from.size), Some(&brief_to.size)),
        files_added,
        files_dropped,
        package: from
            .package()
            .zip(to.package())
            .map(|(from, to)| package::changes(from, to)),
        dependencies: None,
        from: brief_from,
        to: brief_to,
    }
}

fn commits(from: &Build, to: &Build) -> Option<Commits> {
    let (from, to) = (from.revision.as_ref(), to.revision.as_ref());
    let repositories = from
        .and_then(|revision| revision.repository.as_ref())
        .zip(to.and_then(|revision| revision.repository.as_ref()));
    let same_repository = repositories.map(|(from, to)| from == to);
    let commits = Commits {
        from: from.map(|revision| revision.commit.clone()),
        to: to.map(|revision| revision.commit.clone()),
        repository: repositories
            .filter(|(from, to)| from == to)
            .map(|(repository, _)| repository.clone()),
        same_repository,
    };
    (commits.from != commits.to || same_repository == Some(false)).then_some(commits)
}

/// Both sides, unless they are equal.
fn change<T: Clone + PartialEq>(from: Option<&T>, to: Option<&T>) -> Option<Change<T>> {
    (from != to).then(|| Change {
        from: from.cloned(),
        to: to.cloned(),
    })
}

/// What only `to` has, and what only `from` has.
fn differences(from: &BTreeSet<String>, to: &BTreeSet<String>) -> (Vec<String>, Vec<String>) {
    (
        to.difference(from).cloned().collect(),
        from.difference(to).cloned().collect(),
    )
}

#[cfg(test)]
mod tests;
