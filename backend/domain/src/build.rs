//! Builds and their artifacts.

mod installable;
mod packages;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    actor::Actor,
    digest::Digest,
    event::Revision,
    id::{AppId, BuildId, FileName, RunId},
    known::Origin,
    package::Package,
};

pub use installable::NotInstallable;
pub use packages::{NotOneApp, check_is_one_app};

/// The immutable output of a run. Never rebuilt on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Build {
    /// Its identity, which cannot be guessed.
    pub id: BuildId,
    /// The app that it is a build of.
    pub app: AppId,
    /// Its number within the app, from 1, in order of registration.
    pub number: u64,
    /// The version that people read, from its package or from its push.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The source code that it was made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Revision>,
    /// The run that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// How its run and revision are known; left out where all of it is claimed.
    #[serde(default, skip_serializing_if = "Origin::is_claimed")]
    pub origin: Origin,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// By whom.
    pub registered_by: Actor,
    /// Its files.
    pub artifacts: Vec<Artifact>,
}

/// One file of a build, named by its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Artifact {
    /// The name that a download gets.
    pub name: FileName,
    /// What it is.
    pub kind: ArtifactKind,
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Bytes.
    pub size: u64,
    /// What was read from it, for an application package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<Package>,
}

/// What an artifact is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ArtifactKind {
    /// Android package, which installs.
    Apk,
    /// Android App Bundle.
    Aab,
    /// iOS package.
    Ipa,
    /// R8's or Dart's names for obfuscated ones.
    Mapping,
    /// Software bill of materials.
    Sbom,
    /// Test results.
    TestReport,
    /// A web application in an archive.
    WebBundle,
    /// Anything else.
    Other,
}

impl ArtifactKind {
    /// What a file of that name is.
    pub fn of(name: &FileName) -> Self {
        let name = name.as_str().to_ascii_lowercase();
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        if ends(&[".apk"]) {
            Self::Apk
        } else if ends(&[".aab"]) {
            Self::Aab
        } else if ends(&[".ipa"]) {
            Self::Ipa
        } else if ends(&["mapping.txt", ".symbols"]) {
            Self::Mapping
        } else if ends(&[".spdx", ".spdx.json", ".cdx.json", ".cdx.xml"])
            || name.contains("sbom")
            || name == "bom.json"
        {
            Self::Sbom
        } else if ends(&[".xml", ".trx"]) || name.contains("test-report") || name.contains("junit")
        {
            Self::TestReport
        } else if name.contains("web") && ends(&[".zip", ".tar.gz", ".tgz"]) {
            Self::WebBundle
        } else {
            Self::Other
        }
    }

    /// Whether it is what people install or run: nobody gets that of a withdrawn build.
    pub fn is_program(self) -> bool {
        match self {
            Self::Apk | Self::Aab | Self::Ipa | Self::WebBundle => true,
            Self::Mapping | Self::Sbom | Self::TestReport | Self::Other => false,
        }
    }

    /// The media type to serve it with.
    pub fn content_type(self, name: &FileName) -> &'static str {
        let name = name.as_str().to_ascii_lowercase();
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        match (self, extension) {
            (Self::Apk, _) => "application/vnd.android.package-archive",
            (_, "json") => "application/json",
            (_, "xml") => "application/xml",
            (_, "txt" | "log") => "text/plain; charset=utf-8",
            (_, "zip") => "application/zip",
            (_, "gz" | "tgz") => "application/gzip",
            _ => "application/octet-stream",
        }
    }

    /// The word that people read.
    pub fn word(self) -> &'static str {
        match self {
            Self::Apk => "Android package",
            Self::Aab => "Android App Bundle",
            Self::Ipa => "iOS package",
            Self::Mapping => "Symbol mapping",
            Self::Sbom => "Bill of materials",
            Self::TestReport => "Test report",
            Self::WebBundle => "Web bundle",
            Self::Other => "File",
        }
    }
}

impl Build {
    /// Its application packages.
    pub fn apks(&self) -> impl Iterator<Item = &Artifact> {
        self.artifacts
            .iter()
            .filter(|artifact| artifact.kind == ArtifactKind::Apk)
    }

    /// What its bytes are: SHA-256 over its artifacts' digests, sorted, so that it holds for these files alone, whatever
    /// their names or order.
    pub fn digest(&self) -> Digest {
        let mut digests: Vec<&Digest> = self.artifacts.iter().map(|file| &file.digest).collect();
        digests.sort();
        let bytes: Vec<u8> = digests
            .into_iter()
            .flat_map(|digest| *digest.as_bytes())
            .collect();
        Digest::of(&bytes)
    }

    /// The few facts that a list shows.
    pub fn brief(&self) -> BuildBrief {
        BuildBrief {
            id: self.id.clone(),
            app: self.app.clone(),
            number: self.number,
            version: self.version.clone(),
            revision: self.revision.clone(),
            run: self.run.clone(),
            origin: self.origin,
            registered_at: self.registered_at,
            size: self.artifacts.iter().map(|artifact| artifact.size).sum(),
        }
    }
}

/// What a list shows of a build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BuildBrief {
    /// Its identity.
    pub id: BuildId,
    /// The app that it is a build of.
    pub app: AppId,
    /// Its number within the app.
    pub number: u64,
    /// The version that people read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The source code that it was made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Revision>,
    /// The run that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// How its run and revision are known; left out where all of it is claimed.
    #[serde(default, skip_serializing_if = "Origin::is_claimed")]
    pub origin: Origin,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// Bytes of all its artifacts.
    pub size: u64,
}

/// What makes a registration the same one when it is asked for again.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RegistrationKey {
    /// The app.
    pub app: AppId,
    /// The run that made the build, or whatever else the caller names it by.
    pub run: String,
    /// Which try of it. For `CodePipeline`, whose jobs carry no attempt: the input artifact's own key, which is new
    /// for every execution of the action that made it.
    pub attempt: String,
    /// Whose it is, for an upload: the workload that proved the run, or the caller that claims it. None of `CodePipeline`'s jobs,
    /// which are confirmed, and of what was registered by a version that did not ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_name_says() {
        let kinds = [
            ("app-arm64-v8a-release.apk", ArtifactKind::Apk),
            ("APP.APK", ArtifactKind::Apk),
            ("app.aab", ArtifactKind::Aab),
            ("Runner.ipa", ArtifactKind::Ipa),
            ("mapping.txt", ArtifactKind::Mapping),
            ("app.android-arm64.symbols", ArtifactKind::Mapping),
            ("bom.cdx.json", ArtifactKind::Sbom),
            ("TEST-results.xml", ArtifactKind::TestReport),
            ("web.zip", ArtifactKind::WebBundle),
            ("notes.txt", ArtifactKind::Other),
        ];
        for (name, kind) in kinds {
            assert_eq!(ArtifactKind::of(&name.parse().unwrap()), kind, "{name}");
        }
    }
}
