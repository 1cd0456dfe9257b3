//! What someone promises to upload.

use std::collections::HashSet;

use api::uploads::{PromisedFile, UploadRequest};
use domain::{
    actor::Actor,
    build::RegistrationKey,
    digest::Digest,
    event::Revision,
    id::{AppId, UploadId},
    text::{is_shown, may_stand},
};

use crate::{
    Error, Result,
    register::{MAX_FILE_SIZE, MAX_FILES},
};

/// The same, with what the caller's own platform proves of it in place of what the request says.
pub(super) fn proved_by(mut request: UploadRequest, actor: &Actor) -> UploadRequest {
    let Some(work) = actor.work.as_deref() else {
        return request;
    };
    if work.run.is_some() {
        request.run.clone_from(&work.run);
        request.attempt = work.attempt.or(request.attempt);
    }
    request.revision = work.revision(request.revision);
    request
}

pub(super) fn check(request: &UploadRequest) -> Result<()> {
    if request.files.is_empty() || request.files.len() > MAX_FILES {
        let detail = format!(
            "a build has 1 to {MAX_FILES} files, not {}",
            request.files.len()
        );
        return Err(Error::invalid("files", detail));
    }
    let mut names = HashSet::new();
    for (number, file) in request.files.iter().enumerate() {
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
    let of = |read: fn(&Revision) -> Option<&str>| request.revision.as_ref().and_then(read);
    let texts = [
        ("version", request.version.as_deref()),
        ("revision.commit", of(|it| Some(&it.commit))),
        ("revision.message", of(|it| it.message.as_deref())),
        ("revision.branch", of(|it| it.branch.as_deref())),
        ("revision.repository", of(|it| it.repository.as_deref())),
        ("revision.url", of(|it| it.url.as_deref())),
    ];
    let mut texts = texts.into_iter();
    texts.try_for_each(|(field, text)| check_length(field, text))
}

/// What makes two requests the same one: whose it is among it, so that nobody goes on with another's.
pub(super) fn key(request: &UploadRequest, app: &AppId, actor: &Actor) -> RegistrationKey {
    RegistrationKey {
        owner: Some(actor.owner_of_uploads()),
        ..shared_key(request, app)
    }
}

/// The same, as versions made it that let anybody go on with an upload.
pub(super) fn shared_key(request: &UploadRequest, app: &AppId) -> RegistrationKey {
    RegistrationKey {
        app: app.clone(),
        run: match &request.run {
            Some(run) => run.to_string(),
            None => format!("files {}", files_digest(&request.files)),
        },
        attempt: request.attempt.unwrap_or(1).to_string(),
        owner: None,
    }
}

fn files_digest(files: &[PromisedFile]) -> Digest {
    let mut lines: Vec<String> = files
        .iter()
        .map(|file| format!("{} {} {}\n", file.sha256, file.size, file.name))
        .collect();
    lines.sort();
    Digest::of(lines.concat().as_bytes())
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
