//! Writing large objects a block at a time.

use std::mem;

use aws_sdk_s3::{
    error::{ProvideErrorMetadata, SdkError},
    operation::complete_multipart_upload::CompleteMultipartUploadError,
    primitives::ByteStream,
    types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart},
};
use bytes::{Bytes, BytesMut};
use domain::digest::{Digest, Hasher, HasherState};
use futures::FutureExt as _;
use serde::{Deserialize, Serialize};

use super::{Objects, patient};
use crate::{Error, Result};

/// Bytes of a part. S3 wants 5 MiB or more and at most 10,000 parts: up to 80 GB, holding two parts in memory.
pub const PART_SIZE: usize = 8 * 1024 * 1024;

/// The error of an upload that is completed or aborted.
const NO_UPLOAD: &str = "NoSuchUpload";

/// What each part is sent with and the whole is completed with: the SDK's default, named so that all three requests agree.
const CHECKSUMS: ChecksumAlgorithm = ChecksumAlgorithm::Crc32;

/// Writes one object, whose size need not be known, with constant memory. Nothing is visible before
/// [`finish`](Self::finish); a writer that is dropped leaves no object.
#[derive(Debug)]
#[must_use = "nothing is written before `finish`"]
pub struct Writer {
    objects: Objects,
    key: String,
    content_type: String,
    buffer: BytesMut,
    /// Of what was sent.
    digest: Hasher,
    /// Bytes that were sent.
    size: u64,
    upload: Option<Upload>,
    /// Whether somebody else may go on with the upload: then it stays when this one is dropped.
    is_kept: bool,
}

/// What a writer wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// SHA-256 of the bytes, computed on the way.
    pub digest: Digest,
    /// Bytes.
    pub size: u64,
}

/// What a write asks of what is under its key now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition<'a> {
    None,
    /// There is no object.
    Absent,
    /// It is the object with that entity tag.
    Is(&'a str),
}

impl Condition<'_> {
    pub(super) fn if_none_match(self) -> Option<String> {
        matches!(self, Self::Absent).then(|| "*".to_owned())
    }

    pub(super) fn if_match(self) -> Option<String> {
        match self {
            Self::Is(etag) => Some(format!("\"{etag}\"")),
            Self::None | Self::Absent => None,
        }
    }

    /// Whether an answer says that what is there is not as asked for.
    pub(super) fn is_unmet(self, code: Option<&str>) -> bool {
        let is_gone = matches!(self, Self::Is(_)) && code == Some("NoSuchKey");
        code == Some("PreconditionFailed") || is_gone
    }
}

/// What became of bytes that are to be under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placed {
    /// They are there now.
    New,
    /// There was an object with that key, which is as it was.
    Kept,
    /// They are not what was expected, and are nowhere.
    Other(Written),
}

/// A writer that was left off, to go on from in another process. What was sent so far is in the upload's parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paused {
    upload: String,
    parts: Vec<SentPart>,
    digest: HasherState,
    /// Bytes that were sent: the next byte to write.
    pub size: u64,
}

/// The entity tag and the CRC-32 of a part. Their order is that of the parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct SentPart(String, String);

/// The multipart upload of an object that turned out to be larger than one part.
#[derive(Debug)]
struct Upload {
    id: String,
    parts: Vec<CompletedPart>,
}

impl Objects {
    /// Starts to write an object.
    #[expect(
        clippy::unused_async,
        reason = "starting is a matter of the store: callers need not know that it waits for the first part"
    )]
    pub async fn writer(&self, key: &str, content_type: &str) -> Result<Writer> {
        // Nothing is sent before the first part is full: small objects take one request.
        Ok(Writer {
            objects: self.clone(),
            key: key.to_owned(),
            content_type: content_type.to_owned(),
            buffer: BytesMut::new(),
            digest: Hasher::new(),
            size: 0,
            upload: None,
            is_kept: false,
        })
    }

    /// Goes on with an object where a writer was left off.
    pub fn resume_writer(&self, key: &str, content_type: &str, paused: &Paused) -> Result<Writer> {
        let digest = Hasher::resume(&paused.digest);
        let corrupt = || Error::corrupt(format!("copy of {key}"), "no state of a hasher");
        let parts = (1..).zip(&paused.parts).map(|(number, part)| {
            CompletedPart::builder()
                .part_number(number)
                .e_tag(&part.0)
                .checksum_crc32(&part.1)
                .build()
        });
        Ok(Writer {
            objects: self.clone(),
            key: key.to_owned(),
            content_type: content_type.to_owned(),
            buffer: BytesMut::new(),
            digest: digest.ok_or_else(corrupt)?,
            size: paused.size,
            upload: Some(Upload {
                id: paused.upload.clone(),
                parts: parts.collect(),
            }),
            is_kept: true,
        })
    }
}

impl Writer {
    /// Adds bytes; sends a part when one is full.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            let space = PART_SIZE - self.buffer.len();
            let (now, later) = bytes.split_at(space.min(bytes.len()));
            self.buffer.extend_from_slice(now);
            if self.buffer.len() == PART_SIZE {
                self.send_part().await?;
            }
            bytes = later;
        }
        Ok(())
    }

    /// Makes the object visible, in place of one with that key.
    pub async fn finish(self) -> Result<Written> {
        let written = self.written();
        self.end(Condition::None).await?;
        Ok(written)
    }

    /// Makes the object visible, unless there is one with that key: that one stays as it is.
    pub async fn finish_if_absent(self) -> Result<Written> {
        let written = self.written();
        self.end(Condition::Absent).await?;
        Ok(written)
    }

    /// Makes the object visible if its bytes are those and what is there now is as the condition says.
    pub async fn finish_if(self, condition: Condition<'_>, expected: &Written) -> Result<Placed> {
        let written = self.written();
        if written != *expected {
            self.abort().await?;
            return Ok(Placed::Other(written));
        }
        Ok(if self.end(condition).await? {
            Placed::New
        } else {
            Placed::Kept
        })
    }

    /// Leaves off after the last whole part: what came after it is to be written again. `None` if no part was sent.
    pub fn pause(mut self) -> Option<Paused> {
        let upload = self.upload.take()?;
        let parts = upload.parts.into_iter().map(|part| {
            SentPart(
                part.e_tag.unwrap_or_default(),
                part.checksum_crc32.unwrap_or_default(),
            )
        });
        Some(Paused {
            upload: upload.id,
            parts: parts.collect(),
            digest: self.digest.state(),
            size: self.size,
        })
    }

    /// Everything that was written.
    fn written(&self) -> Written {
        let mut digest = self.digest.clone();
        digest.update(&self.buffer);
        Written {
            digest: digest.finish(),
            size: self.size + self.buffer.len() as u64,
        }
    }

    /// Makes the object visible. False if what is there is not as the condition says: it stays.
    async fn end(mut self, condition: Condition<'_>) -> Result<bool> {
        if self.upload.is_none() {
            let bytes = self.buffer.split().freeze();
            let (key, content_type) = (&self.key, &self.content_type);
            let put = self.objects.put_if(key, bytes, content_type, condition);
            return put.await;
        }
        if !self.buffer.is_empty() {
            self.send_part().await?;
        }
        self.complete(condition).await
    }

    /// Gives up: what was sent so far is forgotten.
    pub async fn abort(mut self) -> Result<()> {
        match self.upload.take() {
            Some(upload) => self.objects.abort_multipart(&self.key, &upload.id).await,
            None => Ok(()),
        }
    }

    async fn send_part(&mut self) -> Result<()> {
        let bytes = self.buffer.split().freeze();
        let objects = self.objects.clone();
        let upload = match &mut self.upload {
            Some(upload) => upload,
            none => none.insert(Upload {
                id: objects
                    .start(&self.key, Some(&self.content_type), Some(CHECKSUMS))
                    .await?,
                parts: Vec::new(),
            }),
        };
        let number = i32::try_from(upload.parts.len() + 1).unwrap_or(i32::MAX);
        let part = objects
            .send_part(&self.key, &upload.id, number, bytes.clone())
            .await?;
        upload.parts.push(part);
        self.digest.update(&bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    async fn complete(&mut self, condition: Condition<'_>) -> Result<bool> {
        let Some(upload) = &mut self.upload else {
            return Ok(true);
        };
        let parts = mem::take(&mut upload.parts);
        let (key, id) = (&self.key, &upload.id);
        let is_new = match condition {
            Condition::None => {
                self.objects.complete(key, id, parts).await?;
                true
            }
            condition => self.objects.complete_if(key, id, parts, condition).await?,
        };
        if !is_new {
            self.objects.abort_multipart(key, id).await?;
        }
        // From here on there is nothing to abort.
        self.upload = None;
        Ok(is_new)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let Some(upload) = self.upload.take().filter(|_| !self.is_kept) else {
            return;
        };
        // Invisible, but it takes space until someone aborts it: at best now, at worst the bucket's lifecycle rule.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (objects, key) = (self.objects.clone(), mem::take(&mut self.key));
            runtime.spawn(async move {
                if let Err(error) = objects.abort_multipart(&key, &upload.id).await {
                    tracing::warn!(key, %error, "an unfinished upload was left behind");
                }
            });
        }
    }
}

impl Objects {
    async fn send_part(
        &self,
        key: &str,
        upload: &str,
        number: i32,
        bytes: Bytes,
    ) -> Result<CompletedPart> {
        let call = self.client.upload_part().bucket(&self.bucket).key(key);
        let call = call
            .upload_id(upload)
            .part_number(number)
            .checksum_algorithm(CHECKSUMS)
            .body(ByteStream::from(bytes));
        let sent = call.send().boxed().await.map_err(|error| {
            if error.code() == Some(NO_UPLOAD) {
                return gone(key);
            }
            Error::unavailable("sending a part of an object", error)
        })?;
        Ok(CompletedPart::builder()
            .part_number(number)
            .set_e_tag(sent.e_tag)
            .set_checksum_crc32(sent.checksum_crc32)
            .build())
    }

    /// Completes an upload if what is there is as the condition says. Whether it did.
    async fn complete_if(
        &self,
        key: &str,
        upload: &str,
        parts: Vec<CompletedPart>,
        condition: Condition<'_>,
    ) -> Result<bool> {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts));
        let call = self.client.complete_multipart_upload();
        let call = call.bucket(&self.bucket).key(key).upload_id(upload);
        let done = call
            .multipart_upload(parts.build())
            .set_if_none_match(condition.if_none_match())
            .set_if_match(condition.if_match());
        let done = done.customize().config_override(patient());
        match done.send().boxed().await {
            Ok(_) => Ok(true),
            Err(error) if condition.is_unmet(error.code()) => Ok(false),
            // S3 wants the bytes once more, which only the caller has.
            Err(error) if error.code() == Some("ConditionalRequestConflict") => {
                Err(Error::Conflict {
                    what: format!("object {key}"),
                })
            }
            Err(error) if self.is_completed(&error, key).await? => Ok(true),
            Err(error) if error.code() == Some(NO_UPLOAD) => Err(gone(key)),
            Err(error) => Err(Error::unavailable("completing an upload", error)),
        }
    }

    pub(super) async fn complete(
        &self,
        key: &str,
        upload: &str,
        parts: Vec<CompletedPart>,
    ) -> Result<()> {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts));
        let call = self.client.complete_multipart_upload();
        let call = call
            .bucket(&self.bucket)
            .key(key)
            .upload_id(upload)
            .multipart_upload(parts.build())
            .customize()
            .config_override(patient());
        match call.send().boxed().await {
            Ok(_) => Ok(()),
            Err(error) if self.is_completed(&error, key).await? => Ok(()),
            Err(error) => Err(Error::unavailable("completing an upload", error)),
        }
    }

    /// Whether a try whose answer was lost has completed an upload: then that is gone, and the object is there.
    async fn is_completed(
        &self,
        error: &SdkError<CompleteMultipartUploadError>,
        key: &str,
    ) -> Result<bool> {
        let is_gone = error.code() == Some(NO_UPLOAD);
        Ok(is_gone && self.head(key).await?.is_some())
    }
}

/// The upload of an object is not there any more: somebody aborted it, or the bucket's lifecycle rule.
fn gone(key: &str) -> Error {
    Error::NotFound {
        what: format!("upload of {key}"),
    }
}
