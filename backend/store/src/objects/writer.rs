//! Writing large objects a block at a time.

use std::mem;

use aws_sdk_s3::{
    error::{ProvideErrorMetadata, SdkError},
    operation::complete_multipart_upload::CompleteMultipartUploadError,
    primitives::ByteStream,
    types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart},
};
use bytes::{Bytes, BytesMut};
use domain::digest::{Digest, Hasher};
use futures::FutureExt as _;

use super::{Objects, patient};
use crate::{Error, Result};

/// Bytes of a part. S3 wants 5 MiB or more and at most 10,000 parts: up to 80 GB, holding two parts in memory.
pub const PART_SIZE: usize = 8 * 1024 * 1024;

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
    digest: Hasher,
    size: u64,
    upload: Option<Upload>,
}

/// What a writer wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// SHA-256 of the bytes, computed on the way.
    pub digest: Digest,
    /// Bytes.
    pub size: u64,
}

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
        })
    }
}

impl Writer {
    /// Adds bytes; sends a part when one is full.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<()> {
        self.digest.update(bytes);
        self.size += bytes.len() as u64;
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
        self.end(false).await
    }

    /// Makes the object visible, unless there is one with that key: that one stays as it is.
    pub async fn finish_if_absent(self) -> Result<Written> {
        self.end(true).await
    }

    /// Makes the object visible if its bytes are those, unless there is one with that key: that one stays as it is. What
    /// the bytes are.
    pub async fn finish_if_absent_and(mut self, expected: &Written) -> Result<Written> {
        let written = Written {
            digest: self.digest.clone().finish(),
            size: self.size,
        };
        if written == *expected {
            return self.end(true).await;
        }
        if let Some(upload) = self.upload.take() {
            self.objects.abort_multipart(&self.key, &upload.id).await?;
        }
        Ok(written)
    }

    async fn end(mut self, if_absent: bool) -> Result<Written> {
        if self.upload.is_none() {
            let bytes = self.buffer.split().freeze();
            let (key, content_type) = (&self.key, &self.content_type);
            if if_absent {
                self.objects.put_if_absent(key, bytes, content_type).await?;
            } else {
                self.objects.put(key, bytes, content_type).await?;
            }
        } else {
            if !self.buffer.is_empty() {
                self.send_part().await?;
            }
            self.complete(if_absent).await?;
        }
        Ok(Written {
            digest: mem::take(&mut self.digest).finish(),
            size: self.size,
        })
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
            .send_part(&self.key, &upload.id, number, bytes)
            .await?;
        upload.parts.push(part);
        Ok(())
    }

    async fn complete(&mut self, if_absent: bool) -> Result<()> {
        let Some(upload) = &mut self.upload else {
            return Ok(());
        };
        let parts = mem::take(&mut upload.parts);
        let (key, id) = (&self.key, &upload.id);
        if if_absent {
            if !self.objects.complete_if_absent(key, id, parts).await? {
                self.objects.abort_multipart(key, id).await?;
            }
        } else {
            self.objects.complete(key, id, parts).await?;
        }
        // From here on there is nothing to abort.
        self.upload = None;
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let Some(upload) = self.upload.take() else {
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
        let sent = call
            .send()
            .boxed()
            .await
            .map_err(|error| Error::unavailable("sending a part of an object", error))?;
        Ok(CompletedPart::builder()
            .part_number(number)
            .set_e_tag(sent.e_tag)
            .set_checksum_crc32(sent.checksum_crc32)
            .build())
    }

    /// Completes an upload, unless there is an object with that key. Whether it did.
    async fn complete_if_absent(
        &self,
        key: &str,
        upload: &str,
        parts: Vec<CompletedPart>,
    ) -> Result<bool> {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts));
        let call = self.client.complete_multipart_upload();
        let call = call.bucket(&self.bucket).key(key).upload_id(upload);
        let done = call.multipart_upload(parts.build()).if_none_match("*");
        let done = done.customize().config_override(patient());
        match done.send().boxed().await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("PreconditionFailed") => Ok(false),
            // S3 wants the bytes once more, which only the caller has.
            Err(error) if error.code() == Some("ConditionalRequestConflict") => {
                Err(Error::Conflict {
                    what: format!("object {key}"),
                })
            }
            Err(error) if self.is_completed(&error, key).await? => Ok(true),
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
        let is_gone = error.code() == Some("NoSuchUpload");
        Ok(is_gone && self.head(key).await?.is_some())
    }
}
