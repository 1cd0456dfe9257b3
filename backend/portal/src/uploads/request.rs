//! What someone promises to upload.

use std::collections::HashSet;

use domain::{
    actor::Actor,
    build::RegistrationKey,
    digest::Digest,
    event::Revision,
    id::{AppId, EnvironmentId, FileName, RunId, UploadId},
    known::{Known, Origin},
    text::{is_shown, may_stand},
};
use serde::{Deserialize, Serialize};

use crate::{
    Error, Result,
    register::{MAX_FILE_SIZE, MAX_FILES},
};

/// Files of one build, with what is known of where they come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PromisedFile {
    /// The name that a download gets.
    pub name: FileName,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of them.
    pub sha256: Digest,
}

impl UploadRequest {
    /// The same, with what the caller's own platform proves of it in place of what the request says.
    pub(super) fn proved_by(mut self, actor: &Actor) -> Self {
        let Some(work) = actor.work.as_deref() else {
            return self;
        };
        if work.run.is_some() {
            self.run.clone_from(&work.run);
            self.attempt = work.attempt.or(self.attempt);
        }
        self.revision = work.revision(self.revision);
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        if self.files.is_empty() || self.files.len() > MAX_FILES {
            let detail = format!(
                "a build has 1 to {MAX_FILES} files, not {}",
                self.files.len()
            );
            return Err(Error::invalid("files", detail));
        }
        let mut names = HashSet::new();
        for (number, file) in self.files.iter().enumerate() {
            if !names.insert(file.name.as_str()) {
                let detail = format!("there are two files {}: rename one of them", file.name);
                return Err(Error::invalid(format!("files[{number}].name"), detail));
            }
            if !file.name.as_str().chars().all(is_shown) {
                let detail = format!(
                    "the name {:?} holds a character that is not shown or changes the order of what is: rename the file",
                    file.name.as_str()
                );
                return Err(Error::invalid(format!("files[{number}].name"), detail));
            }
            if file.size > MAX_FILE_SIZE {
                let detail = format!(
                    "the file {} has {} bytes; at the most {MAX_FILE_SIZE} are taken",
                    file.name, file.size
                );
                return Err(Error::invalid(format!("files[{number}].size"), detail));
            }
        }
        check_length("version", self.version.as_deref())?;
        let revision = self.revision.as_ref();
        check_length("revision.commit", revision.map(|it| it.commit.as_str()))?;
        check_length(
            "revision.message",
            revision.and_then(|it| it.message.as_deref()),
        )?;
        check_length(
            "revision.branch",
            revision.and_then(|it| it.branch.as_deref()),
        )?;
        check_length(
            "revision.repository",
            revision.and_then(|it| it.repository.as_deref()),
        )?;
        check_length("revision.url", revision.and_then(|it| it.url.as_deref()))
    }

    /// What makes two requests the same one: whose it is among it, so that nobody goes on with another's.
    pub(super) fn key(&self, app: &AppId, actor: &Actor) -> RegistrationKey {
        RegistrationKey {
            owner: Some(owner(actor)),
            ..self.shared_key(app)
        }
    }

    /// The same, as versions made it that let anybody go on with an upload.
    pub(super) fn shared_key(&self, app: &AppId) -> RegistrationKey {
        RegistrationKey {
            app: app.clone(),
            run: match &self.run {
                Some(run) => run.to_string(),
                None => format!("files {}", self.files_digest()),
            },
            attempt: self.attempt.unwrap_or(1).to_string(),
            owner: None,
        }
    }

    fn files_digest(&self) -> Digest {
        let mut lines: Vec<String> = self
            .files
            .iter()
            .map(|file| format!("{} {} {}\n", file.sha256, file.size, file.name))
            .collect();
        lines.sort();
        Digest::of(lines.concat().as_bytes())
    }
}

/// How the run and the revision are known of what somebody uploads.
pub(super) fn origin(actor: &Actor) -> Origin {
    let Some(work) = actor.work.as_deref() else {
        return Origin::default();
    };
    Origin {
        run: Known::proven_if(work.run.is_some()),
        commit: Known::proven_if(work.commit.is_some()),
        repository: Known::proven_if(work.repository.is_some()),
    }
}

/// Whose an upload is: of the workload that proves its run, or of whoever claims it. A token's is its owner's.
fn owner(actor: &Actor) -> String {
    if actor.work.as_ref().is_some_and(|work| work.run.is_some()) {
        return format!("workload {}", actor.name);
    }
    let responsible = actor.responsible();
    let Actor {
        kind, name, person, ..
    } = responsible;
    match person {
        Some(person) => format!("{kind:?} {person}"),
        None => format!("{kind:?} {}", name.to_ascii_lowercase()),
    }
}

/// The upload of a registration, the same whenever it is asked for: the first half of the registration's identity.
pub(crate) fn upload_id(registration: &str) -> Result<UploadId> {
    registration
        .get(..32)
        .and_then(|half| u128::from_str_radix(half, 16).ok())
        .and_then(|number| ulid::Ulid::from(number).to_string().parse().ok())
        .ok_or_else(|| Error::invalid("", "this upload cannot be named"))
}

fn check_length(field: &str, text: Option<&str>) -> Result<()> {
    match text {
        Some(text)
            if text.trim().is_empty()
                || text.chars().count() > 500
                || !text.chars().all(may_stand) =>
        {
            Err(Error::invalid(
                field,
                "this is one line of 1 to 500 characters, all of which are shown, or left out",
            ))
        }
        _ => Ok(()),
    }
}
