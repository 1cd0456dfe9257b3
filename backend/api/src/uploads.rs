//! Uploading the files of a build.

use std::collections::BTreeMap;

use domain::{
    Timestamp,
    digest::Digest,
    event::Revision,
    id::{BuildId, EnvironmentId, FileName, RunId, UploadId},
};
use serde::{Deserialize, Serialize};

/// Files of one build, with what is known of where they come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UploadRequest {
    /// The files: 1 to 100, with different names.
    pub files: Vec<PromisedFile>,
    /// Where to release the build; without it, it is registered and not released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentId>,
    /// The run that made the build. The same run and attempt register one build, however often they are asked for;
    /// without a run, the same files do. A job that proves which run it is of cannot name another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// Which try of the run made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// The version that people read; without it, what the first package says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The source code that it was made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Revision>,
}

/// One file to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PromisedFile {
    /// The name that a download gets.
    pub name: FileName,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of them.
    pub sha256: Digest,
}

/// How far an upload is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UploadPlan {
    /// Its identity.
    pub id: UploadId,
    /// The build, once it is registered: then nothing is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<BuildId>,
    /// That it is being registered, from when it was completed until there is a build or it failed: ask again in a moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registering: Option<RegistrationProgress>,
    /// Why no build came of it when it was completed last. Upload what is missing, and complete it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// The files, in the order that they were promised in.
    pub files: Vec<FilePlan>,
    /// When the links end. Asking again makes new ones.
    pub expires_at: Timestamp,
}

/// How far the registration of an upload is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegistrationProgress {
    /// When it was completed.
    pub since: Timestamp,
    /// So many files are read and in place.
    pub files_done: usize,
    /// How many there are.
    pub files: usize,
    /// Why it was not done when it was last tried, while it is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
}

/// How far a file is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FilePlan {
    /// Its name.
    pub name: FileName,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of them, as promised.
    pub sha256: Digest,
    /// What is missing.
    #[serde(flatten)]
    pub state: FileState,
}

/// What is missing of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum FileState {
    /// Nothing.
    Done,
    /// All of it, to be put in one request.
    Put {
        /// Where: `PUT` with exactly the file's bytes.
        url: String,
        /// Headers that the request must have, since they are signed: the bucket compares the bytes with the digest.
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
    /// These parts, each to be put in a request of its own.
    Parts {
        /// The missing ones.
        parts: Vec<PartPlan>,
    },
}

/// A part of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartPlan {
    /// Its number, from 1.
    pub number: i32,
    /// Where it starts in the file.
    pub offset: u64,
    /// Bytes.
    pub size: u64,
    /// Where: `PUT` with exactly the part's bytes.
    pub url: String,
}
