//! Releases, and which one an environment serves now.

mod fit;
mod grant;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    actor::Actor,
    build::{Artifact, ArtifactKind, Build},
    digest::Digest,
    event::Revision,
    id::{AppId, BuildId, EnvironmentId, FileName, PromotionId, RunId},
    install::{Earlier, Forecast, Installation},
    package::{Icon, Package},
    promotion::PromotionKind,
};

pub use fit::{Unfit, unfit};
pub use grant::{DirectRelease, GrantKind, ReleaseGrant, decide, refusals, restored};

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
    /// The promotion that it came by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promotion: Option<PromotionRef>,
    /// The files that a tester can install, all that a download needs to know.
    pub installs: Vec<Installable>,
}

/// The promotion that a release came by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PromotionRef {
    /// The promotion.
    pub id: PromotionId,
    /// Which way it went.
    pub kind: PromotionKind,
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
        let package = build.package().or(build.bundle());
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
            promotion: None,
            installs: Installable::all_of(build),
        }
    }

    /// Whether it rolled its environment back to an earlier build.
    pub fn is_rollback(&self) -> bool {
        let kind = self.promotion.as_ref().map(|promotion| promotion.kind);
        kind == Some(PromotionKind::Rollback)
    }

    /// Whether this release is the one to serve, of two.
    pub fn is_newer_than(&self, other: &Self) -> bool {
        (self.released_at, &self.build) > (other.released_at, &other.build)
    }

    /// The package for a device: the one for `abi` if asked, else one that runs on the most devices.
    pub fn install(&self, abi: Option<&str>) -> Result<&Installable, NoInstall> {
        Installable::choose(&self.installs, abi)
    }

    /// The ABIs that there is native code for, sorted.
    pub fn abis(&self) -> Vec<String> {
        abis(&self.installs)
    }
}

fn abis(installs: &[Installable]) -> Vec<String> {
    let mut abis: Vec<String> = installs
        .iter()
        .flat_map(|install| install.abis.clone())
        .collect();
    abis.sort();
    abis.dedup();
    abis
}

impl Build {
    /// The package that most devices get of it.
    pub fn served(&self) -> Option<&Artifact> {
        let installs = Installable::all_of(self);
        let digest = Installable::choose(&installs, None).ok()?.digest;
        self.apks().find(|artifact| artifact.digest == digest)
    }

    /// What that one says of itself, or the first where none is offered.
    pub fn package(&self) -> Option<&Package> {
        let served = self.served().and_then(|artifact| artifact.package.as_ref());
        served.or_else(|| self.apks().find_map(|artifact| artifact.package.as_ref()))
    }
}

impl Build {
    /// The package that a device would have of it which gets `package` of another build: the one for the same processors, since Flutter's
    /// splits have version codes of their own, else what most devices get.
    pub fn counterpart(&self, package: &Package) -> Option<&Package> {
        let files = self.apks().filter(|file| !file.is_test_package());
        let mut packages = files.filter_map(|file| file.package.as_ref());
        let same = packages.find(|other| other.abis == package.abis);
        same.or_else(|| self.package())
    }

    /// What Android will do with what most devices get of it, where `before` is served.
    pub fn forecast(&self, before: Option<&Self>, for_play: bool) -> Vec<Forecast> {
        let Some(now) = self.package() else {
            return Vec::new();
        };
        let other = before.filter(|before| before.id != self.id);
        let earlier = other.and_then(|before| {
            let package = before.counterpart(now)?;
            let name = format!("build {}", before.number);
            Some(Earlier { name, package })
        });
        let installation = Installation {
            now,
            earlier: earlier.into_iter().collect(),
            for_play,
        };
        installation.forecast()
    }

    /// What its Android App Bundle says of itself. No phone installs one.
    pub fn bundle(&self) -> Option<&Package> {
        let files = self.artifacts.iter();
        let mut bundles = files.filter(|file| file.kind == ArtifactKind::Aab);
        bundles.find_map(|file| file.package.as_ref())
    }
}

impl Installable {
    /// The packages of a build, but those that test others.
    pub fn all_of(build: &Build) -> Vec<Self> {
        build
            .apks()
            .filter(|artifact| !artifact.is_test_package())
            .map(|artifact| Self {
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
            .collect()
    }

    /// The package for a device: the one for `abi` if asked, else one that runs on the most devices.
    pub fn choose<'a>(installs: &'a [Self], abi: Option<&str>) -> Result<&'a Self, NoInstall> {
        if installs.is_empty() {
            return Err(NoInstall::NoPackage);
        }
        let signed: Vec<&Self> = installs
            .iter()
            .filter(|install| !install.unsigned)
            .collect();
        if signed.is_empty() {
            return Err(NoInstall::Unsigned);
        }
        let Some(abi) = abi else {
            // Of equals the first, which is the last to be looked at.
            return signed
                .into_iter()
                .rev()
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
                available: abis(installs),
            })
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, abis: &[&str], size: u64) -> Installable {
        Installable {
            name: name.parse().unwrap(),
            digest: Digest::of(name.as_bytes()),
            size,
            abis: abis.iter().map(ToString::to_string).collect(),
            unsigned: false,
        }
    }

    fn release(installs: Vec<Installable>) -> Release {
        Release {
            app: "wallet".parse().unwrap(),
            environment: "dev".parse().unwrap(),
            build: "01HZY3V8Q4T9N2B7C6D5E4F3G2".parse().unwrap(),
            number: 7,
            version: None,
            label: None,
            icon: None,
            revision: None,
            run: None,
            released_at: Timestamp::UNIX_EPOCH,
            released_by: Actor::local(),
            promotion: None,
            installs,
        }
    }

    fn name(result: Result<&Installable, NoInstall>) -> String {
        result.unwrap().name.to_string()
    }

    #[test]
    fn without_a_wish_the_package_for_the_most_devices_is_served() {
        let splits = [
            package("x86.apk", &["x86_64"], 10),
            package("arm.apk", &["arm64-v8a"], 10),
        ];
        assert_eq!(name(release(splits.to_vec()).install(None)), "arm.apk");
        let with_universal = [
            splits.to_vec(),
            vec![package("all.apk", &["arm64-v8a", "x86_64"], 20)],
        ]
        .concat();
        assert_eq!(name(release(with_universal).install(None)), "all.apk");
    }

    #[test]
    fn a_wish_gets_the_smallest_package_that_fits() {
        let release = release(vec![
            package("all.apk", &["arm64-v8a", "x86_64"], 20),
            package("x86.apk", &["x86_64"], 10),
        ]);
        assert_eq!(name(release.install(Some("x86_64"))), "x86.apk");
        assert_eq!(name(release.install(Some("arm64-v8a"))), "all.apk");
        let refused = release.install(Some("mips")).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "this build has no package for mips; it has arm64-v8a, x86_64"
        );
    }

    #[test]
    fn a_package_without_native_code_runs_everywhere() {
        assert_eq!(
            name(release(vec![package("app.apk", &[], 5)]).install(Some("riscv64"))),
            "app.apk"
        );
    }

    #[test]
    fn an_unsigned_package_is_not_served_while_a_signed_one_is() {
        let unsigned = Installable {
            unsigned: true,
            ..package("unsigned.apk", &[], 5)
        };
        assert_eq!(
            release(vec![unsigned.clone()]).install(None),
            Err(NoInstall::Unsigned)
        );
        assert_eq!(
            name(release(vec![unsigned, package("signed.apk", &["x86"], 5)]).install(None)),
            "signed.apk"
        );
        assert_eq!(release(vec![]).install(None), Err(NoInstall::NoPackage));
    }
}
