//! Releases, and which one an environment serves now.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    actor::Actor,
    build::{ArtifactKind, Build},
    digest::Digest,
    event::Revision,
    id::{AppId, BuildId, EnvironmentId, FileName, RunId},
    package::Icon,
};

/// A build made available in an environment. The newest one of an app and environment is *current*: the latest
/// release wins, never the highest number, so that a rollback wins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Release {
    /// The app.
    pub app: AppId,
    /// Where it is released.
    pub environment: EnvironmentId,
    /// What is released.
    pub build: BuildId,
    /// The build's number.
    pub number: u64,
    /// The build's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The name under the app's icon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The app's icon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<Icon>,
    /// The source code that it was made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Revision>,
    /// The run that released it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// When.
    pub released_at: Timestamp,
    /// By whom.
    pub released_by: Actor,
    /// The files that a tester can install, all that a download needs to know.
    pub installs: Vec<Installable>,
}

/// An application package that a device can install.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Installable {
    /// The name that a download gets.
    pub name: FileName,
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Bytes.
    pub size: u64,
    /// Native code in it; empty when it runs everywhere.
    pub abis: Vec<String>,
    /// Whether it names no certificate, so that Android refuses it.
    pub unsigned: bool,
}

/// Why there is nothing to download.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoInstall {
    /// The build has no application package.
    #[error("this build holds no Android package")]
    NoPackage,
    /// The only packages are unsigned.
    #[error("the package is not signed, so Android cannot install it")]
    Unsigned,
    /// No package has native code for the asked ABI.
    #[error("this build has no package for {asked}; it has {}", available.join(", "))]
    NoAbi {
        /// The ABI that was asked for.
        asked: String,
        /// Those that there are.
        available: Vec<String>,
    },
}

impl Release {
    /// A build, released.
    pub fn of(
        build: &Build,
        environment: EnvironmentId,
        run: Option<RunId>,
        released_at: Timestamp,
        released_by: Actor,
    ) -> Self {
        let package = build.package();
        Self {
            app: build.app.clone(),
            environment,
            build: build.id.clone(),
            number: build.number,
            version: build.version.clone(),
            label: package.and_then(|package| package.label.clone()),
            icon: package.and_then(|package| package.icon.clone()),
            revision: build.revision.clone(),
            run,
            released_at,
            released_by,
            installs: build
                .artifacts
                .iter()
                .filter(|artifact| artifact.kind == ArtifactKind::Apk)
                .map(|artifact| Installable {
                    name: artifact.name.clone(),
                    digest: artifact.digest,
                    size: artifact.size,
                    abis: artifact
                        .package
                        .as_ref()
                        .map(|package| package.abis.clone())
                        .unwrap_or_default(),
                    unsigned: artifact
                        .package
                        .as_ref()
                        .is_some_and(|package| package.signing.is_unsigned()),
                })
                .collect(),
        }
    }

    /// Whether this release is the one to serve, of two.
    pub fn is_newer_than(&self, other: &Self) -> bool {
        (self.released_at, &self.build) > (other.released_at, &other.build)
    }

    /// The package for a device: the one for `abi` if asked, else one that runs on the most devices.
    pub fn install(&self, abi: Option<&str>) -> Result<&Installable, NoInstall> {
        if self.installs.is_empty() {
            return Err(NoInstall::NoPackage);
        }
        let signed: Vec<&Installable> = self
            .installs
            .iter()
            .filter(|install| !install.unsigned)
            .collect();
        if signed.is_empty() {
            return Err(NoInstall::Unsigned);
        }
        let Some(abi) = abi else {
            return signed
                .into_iter()
                .max_by_key(|install| install.reach())
                .ok_or(NoInstall::NoPackage);
        };
        // A split for just this ABI is smaller than a package for all of them.
        let fitting = signed
            .iter()
            .filter(|install| install.abis.is_empty() || install.abis.iter().any(|has| has == abi));
        fitting
            .min_by_key(|install| install.size)
            .copied()
            .ok_or_else(|| NoInstall::NoAbi {
                asked: abi.chars().take(40).collect(),
                available: self.abis(),
            })
    }

    /// The ABIs that there is native code for, sorted.
    pub fn abis(&self) -> Vec<String> {
        let mut abis: Vec<String> = self
            .installs
            .iter()
            .flat_map(|install| install.abis.clone())
            .collect();
        abis.sort();
        abis.dedup();
        abis
    }
}

impl Installable {
    /// On how many devices it runs, as an order: everywhere, then the more ABIs the better, then 64-bit Arm, which
    /// nearly every phone is.
    fn reach(&self) -> (bool, usize, bool) {
        (
            self.abis.is_empty(),
            self.abis.len(),
            self.abis.iter().any(|abi| abi == "arm64-v8a"),
        )
    }
}
