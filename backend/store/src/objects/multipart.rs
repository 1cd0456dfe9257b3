//! Uploads whose parts someone else sends, through links.

use aws_sdk_s3::{
    error::ProvideErrorMetadata,
    types::{ChecksumAlgorithm, CompletedPart},
};
use futures::FutureExt as _;

use super::{
    Objects,
    read::{size, unquoted},
};
use crate::{Error, Result};

/// A part that has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadedPart {
    /// Its number, from 1.
    pub number: i32,
    /// Bytes.
    pub size: u64,
    /// Its entity tag, without quotes.
    pub etag: String,
}

impl Objects {
    /// Starts an upload in parts, and returns its identity. Anyone who has a link to send a part sends its bytes and nothing
    /// else: S3 would refuse such a part of an upload with a checksum algorithm.
    pub async fn start_multipart(&self, key: &str) -> Result<String> {
        self.start(key, None, None).await
    }

    /// Starts an upload. S3 knows the checksums of parts in [`CompletedPart`] if the upload has their algorithm, and only then.
    pub(super) async fn start(
        &self,
        key: &str,
        content_type: Option<&str>,
        checksums: Option<ChecksumAlgorithm>,
    ) -> Result<String> {
        let call = self.client.create_multipart_upload();
        let started = call
            .bucket(&self.bucket)
            .key(key)
            .set_content_type(content_type.map(str::to_owned))
            .set_checksum_algorithm(checksums)
            .send()
            .boxed()
            .await
            .map_err(|error| Error::unavailable("starting an upload", error))?;
        started
            .upload_id
            .ok_or_else(|| Error::corrupt("an upload's start", "it has no identity"))
    }

    /// The parts that have arrived, by number: where an upload that broke off goes on.
    pub async fn uploaded_parts(&self, key: &str, upload: &str) -> Result<Vec<UploadedPart>> {
        let listed = self.listed_parts(key, upload).await?;
        let parts = listed.into_iter().map(|part| {
            Ok(UploadedPart {
                number: part.part_number().unwrap_or_default(),
                size: size(part.size(), key)?,
                etag: unquoted(part.e_tag()),
            })
        });
        parts.collect()
    }

    /// Makes the object of the parts that have arrived, unless an earlier call did: then the upload is gone, and the object is there.
    pub async fn complete_multipart(&self, key: &str, upload: &str) -> Result<()> {
        let listed = match self.listed_parts(key, upload).await {
            Err(Error::NotFound { .. }) if self.head(key).await?.is_some() => return Ok(()),
            listed => listed?,
        };
        let parts = listed.into_iter().map(|part| {
            CompletedPart::builder()
                .set_part_number(part.part_number)
                .set_e_tag(part.e_tag)
                .set_checksum_crc32(part.checksum_crc32)
                .build()
        });
        self.complete(key, upload, parts.collect()).await
    }

    /// Forgets an upload and its parts, if it is still there.
    pub async fn abort_multipart(&self, key: &str, upload: &str) -> Result<()> {
        let call = self.client.abort_multipart_upload();
        let aborted = call.bucket(&self.bucket).key(key).upload_id(upload);
        match aborted.send().boxed().await {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some("NoSuchUpload") => Ok(()),
            Err(error) => Err(Error::unavailable("aborting an upload", error)),
        }
    }

    async fn listed_parts(&self, key: &str, upload: &str) -> Result<Vec<aws_sdk_s3::types::Part>> {
        let call = self.client.list_parts().bucket(&self.bucket);
        let mut pages = call.key(key).upload_id(upload).into_paginator().send();
        let mut parts = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| {
                if error.code() == Some("NoSuchUpload") {
                    Error::NotFound {
                        what: format!("upload of {key}"),
                    }
                } else {
                    Error::unavailable("listing an upload's parts", error)
                }
            })?;
            parts.extend(page.parts.unwrap_or_default());
        }
        Ok(parts)
    }
}
