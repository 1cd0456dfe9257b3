//! What is still missing of an upload, and where to put it.

use api::uploads::{FilePlan, FileState, PartPlan, RegistrationProgress, UploadPlan};
use domain::{
    Timestamp,
    causes::chain,
    id::{BuildId, UploadId},
};
use store::{
    objects::UploadedPart,
    table::{Upload, UploadFile},
};

use super::{MULTIPART_ABOVE, PUT_LIFETIME};
use crate::{Result, uploads::Uploads};

/// The plan of an upload whose build is registered.
pub(super) fn done(id: UploadId, build: BuildId, now: Timestamp) -> UploadPlan {
    UploadPlan {
        id,
        build: Some(build),
        registering: None,
        failed: None,
        files: Vec::new(),
        expires_at: now,
    }
}

/// The plan of an upload that is being registered: nothing of it is missing.
pub(super) fn registering(upload: Upload, now: Timestamp) -> UploadPlan {
    let files = upload.files.len();
    let progress = upload.registering.map(|registering| RegistrationProgress {
        since: registering.since,
        files_done: registering.files_done,
        files,
        last_error: registering.last_error,
    });
    let files = upload.files.into_iter();
    UploadPlan {
        id: upload.id,
        build: None,
        registering: progress,
        failed: None,
        files: files.map(|file| shown(&file, FileState::Done)).collect(),
        expires_at: now,
    }
}

fn shown(file: &UploadFile, state: FileState) -> FilePlan {
    FilePlan {
        name: file.name.clone(),
        size: file.size,
        sha256: file.digest,
        state,
    }
}

impl Uploads<'_> {
    /// Looks at what is there, starts what needs a start, and records that. None if somebody else did so at the same time.
    pub(super) async fn planned(
        self,
        mut upload: Upload,
        now: Timestamp,
    ) -> Result<Option<UploadPlan>> {
        if upload.registering.is_some() {
            return Ok(Some(registering(upload, now)));
        }
        let before = upload.clone();
        let mut files = Vec::new();
        for file in &mut upload.files {
            let state = self.state_of(file).await?;
            files.push(shown(file, state));
        }
        let builds = self.portal.table.builds();
        if !builds.put_upload(&mut upload, now).await? {
            self.forget_new_parts(&before, &upload).await;
            return Ok(None);
        }
        Ok(Some(UploadPlan {
            id: upload.id,
            build: None,
            registering: None,
            failed: upload.failed,
            files,
            expires_at: now + PUT_LIFETIME,
        }))
    }

    /// Ends the uploads in parts that were started for nobody, since somebody else has started theirs.
    async fn forget_new_parts(self, before: &Upload, after: &Upload) {
        for (before, after) in before.files.iter().zip(&after.files) {
            let Some(started) = &after.multipart else {
                continue;
            };
            if before.multipart.as_ref() != Some(started) {
                let objects = &self.portal.objects;
                let ended = objects.abort_multipart(&after.staging_key, started).await;
                if let Err(error) = ended {
                    tracing::warn!(
                        key = after.staging_key,
                        error = chain(&error),
                        "an upload in parts was left behind"
                    );
                }
            }
        }
    }

    async fn state_of(self, file: &mut UploadFile) -> Result<FileState> {
        let objects = &self.portal.objects;
        let found = objects.head(&file.staging_key).await?;
        if found.is_some_and(|info| info.size == file.size) {
            return Ok(FileState::Done);
        }
        if file.size <= MULTIPART_ABOVE {
            let signed = objects
                .presign_put(&file.staging_key, file.size, &file.digest, PUT_LIFETIME)
                .await?;
            return Ok(FileState::Put {
                url: signed.url,
                headers: signed.headers,
            });
        }
        let (multipart, missing) = self.missing_parts(file).await?;
        let mut parts = Vec::new();
        for part in missing {
            let url = objects
                .presign_part(&file.staging_key, &multipart, part.number, PUT_LIFETIME)
                .await?;
            parts.push(PartPlan {
                number: part.number,
                offset: part.offset,
                size: part.size,
                url,
            });
        }
        if parts.is_empty() {
            Ok(FileState::Done)
        } else {
            Ok(FileState::Parts { parts })
        }
    }

    /// How many parts of a file are not there yet; none if it is no upload in parts, or that has gone.
    pub(super) async fn count_missing_parts(self, file: &UploadFile) -> Result<Option<usize>> {
        let Some(multipart) = &file.multipart else {
            return Ok(None);
        };
        let objects = &self.portal.objects;
        match objects.uploaded_parts(&file.staging_key, multipart).await {
            Ok(there) => Ok(Some(missing_of(file.size, &there).len())),
            Err(store::Error::NotFound { .. }) => Ok(None),
            Err(other) => Err(other.into()),
        }
    }

    /// The parts that are not there yet, of an upload in parts that is started if there is none or it has gone.
    async fn missing_parts(self, file: &mut UploadFile) -> Result<(String, Vec<Part>)> {
        let objects = &self.portal.objects;
        if let Some(multipart) = &file.multipart {
            match objects.uploaded_parts(&file.staging_key, multipart).await {
                Ok(there) => return Ok((multipart.clone(), missing_of(file.size, &there))),
                Err(store::Error::NotFound { .. }) => {}
                Err(other) => return Err(other.into()),
            }
        }
        let multipart = objects.start_multipart(&file.staging_key).await?;
        file.multipart = Some(multipart.clone());
        Ok((multipart, parts_of(file.size)))
    }
}

fn missing_of(size: u64, there: &[UploadedPart]) -> Vec<Part> {
    let mut parts = parts_of(size);
    parts.retain(|part| {
        let mut there = there.iter();
        !there.any(|known| known.number == part.number && known.size == part.size)
    });
    parts
}

/// A part, without an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    number: i32,
    offset: u64,
    size: u64,
}

/// Parts of 8 MiB, or of 16 MiB for a file over 1 GiB: small enough that a broken connection costs little.
fn parts_of(size: u64) -> Vec<Part> {
    let length = if size > (1 << 30) { 16 << 20 } else { 8 << 20 };
    (1..)
        .zip((0..size).step_by(length))
        .map(|(number, offset)| Part {
            number,
            offset,
            size: (size - offset).min(length as u64),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_a_file_without_gaps() {
        for size in [(64 << 20) + 1, 200 << 20, (1 << 30) + 5, 4 << 30] {
            let parts = parts_of(size);
            let mut end = 0;
            for (part, number) in parts.iter().zip(1..) {
                assert_eq!((part.number, part.offset), (number, end));
                end += part.size;
            }
            assert_eq!(end, size);
            assert!(parts.len() <= 512);
        }
    }
}
