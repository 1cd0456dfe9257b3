//! Writing small objects, copying, deleting, listing.

use aws_sdk_s3::{
    error::{ProvideErrorMetadata, SdkError},
    operation::copy_object::CopyObjectError,
    primitives::ByteStream,
    types::{BucketLocationConstraint, CreateBucketConfiguration, MetadataDirective},
};
use bytes::Bytes;
use futures::{FutureExt as _, StreamExt as _};
use percent_encoding::{AsciiSet, utf8_percent_encode};

use super::{Condition, Objects, Placed, Written, links::RESERVED, patient};
use crate::{Error, Result};

/// What is encoded of a key in a header, where slashes stand as they are.
const PATH: &AsciiSet = &RESERVED.remove(b'/');

/// How often a write that must not replace anything is tried while others change the same key.
const TRIES: usize = 5;

impl Objects {
    /// Makes the bucket, unless it is there. For local servers and tests: deployed ones are made with the rest.
    pub async fn create_bucket(&self) -> Result<()> {
        // AWS's first region is the one that must not be named.
        let region = self.region.as_ref().map(AsRef::as_ref);
        let place = region
            .filter(|region| *region != "us-east-1")
            .map(|region| {
                CreateBucketConfiguration::builder()
                    .location_constraint(BucketLocationConstraint::from(region))
                    .build()
            });
        let call = self.client.create_bucket().bucket(&self.bucket);
        match call
            .set_create_bucket_configuration(place)
            .send()
            .boxed()
            .await
        {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(error)) if error.err().is_bucket_already_owned_by_you() => {
                Ok(())
            }
            Err(error) => Err(Error::unavailable("making a bucket", error)),
        }
    }

    /// Writes a small object, in place of one with that key.
    pub async fn put(&self, key: &str, bytes: impl Into<Bytes>, content_type: &str) -> Result<()> {
        self.put_if(key, bytes, content_type, Condition::None)
            .await?;
        Ok(())
    }

    /// Writes a small object, unless there is one with that key: that one stays as it is. Whether it was written.
    pub async fn put_if_absent(
        &self,
        key: &str,
        bytes: impl Into<Bytes>,
        content_type: &str,
    ) -> Result<bool> {
        self.put_if(key, bytes, content_type, Condition::Absent)
            .await
    }

    /// Writes a small object if what is there is as the condition says. Whether it was written.
    pub async fn put_if(
        &self,
        key: &str,
        bytes: impl Into<Bytes>,
        content_type: &str,
        condition: Condition<'_>,
    ) -> Result<bool> {
        let bytes: Bytes = bytes.into();
        for _ in 0..TRIES {
            let call = self.client.put_object().bucket(&self.bucket).key(key);
            let put = call
                .set_if_none_match(condition.if_none_match())
                .set_if_match(condition.if_match())
                .content_type(content_type)
                .body(ByteStream::from(bytes.clone()));
            let put = put.send().boxed().await;
            match put.as_ref().map_err(SdkError::code) {
                Ok(_) => return Ok(true),
                Err(code) if condition.is_unmet(code) => return Ok(false),
                Err(Some("ConditionalRequestConflict")) => {}
                Err(_) => {
                    return put
                        .map(|_| true)
                        .map_err(|error| Error::unavailable("writing an object", error));
                }
            }
        }
        Err(Error::Conflict {
            what: format!("object {key}"),
        })
    }

    /// Copies an object within the bucket, unless there is one with the new key: that one stays as it is.
    pub async fn copy_if_absent(&self, from: &str, to: &str, content_type: &str) -> Result<()> {
        for _ in 0..TRIES {
            // Servers that do not know the condition on a copy are the reason to ask first.
            if self.head(to).await?.is_some() {
                return Ok(());
            }
            let source = format!("{}/{}", self.bucket, utf8_percent_encode(from, PATH));
            let call = self.client.copy_object().copy_source(source);
            let copy = call
                .bucket(&self.bucket)
                .key(to)
                .if_none_match("*")
                .metadata_directive(MetadataDirective::Replace)
                .content_type(content_type)
                .customize()
                .config_override(patient());
            let copied = copy.send().boxed().await;
            match copied.as_ref().map_err(SdkError::code) {
                Ok(_) | Err(Some("PreconditionFailed")) => return Ok(()),
                // Another copy to that key is under way.
                Err(Some("ConditionalRequestConflict")) => {}
                Err(_) => return copied.map(|_| ()).map_err(|error| refused(error, from)),
            }
        }
        Err(Error::Conflict {
            what: format!("object {to}"),
        })
    }

    /// Copies an object, which others may still change, to a key that is theirs no more: if the bytes that were read are
    /// those expected, and what is there is as the condition says.
    pub async fn copy_expected(
        &self,
        from: &str,
        to: &str,
        content_type: &str,
        expected: &Written,
        condition: Condition<'_>,
    ) -> Result<Placed> {
        let mut bytes = self.stream(from, None).await?;
        let mut writer = self.writer(to, content_type).await?;
        while let Some(block) = bytes.next().await.transpose()? {
            writer.write(&block).await?;
        }
        writer.finish_if(condition, expected).await
    }

    /// Deletes an object, if it is there.
    pub async fn delete(&self, key: &str) -> Result<()> {
        let call = self.client.delete_object().bucket(&self.bucket).key(key);
        call.send()
            .boxed()
            .await
            .map_err(|error| Error::unavailable("deleting an object", error))?;
        Ok(())
    }

    /// The keys that start with `prefix`, in order.
    pub async fn list(&self, prefix: &str) -> Result<Vec<String>> {
        let call = self.client.list_objects_v2().bucket(&self.bucket);
        let mut pages = call.prefix(prefix).into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| Error::unavailable("listing objects", error))?;
            let found = page.contents.unwrap_or_default().into_iter();
            keys.extend(found.filter_map(|object| object.key));
        }
        Ok(keys)
    }
}

fn refused(error: SdkError<CopyObjectError>, from: &str) -> Error {
    if error.code() == Some("NoSuchKey") {
        return Error::NotFound {
            what: format!("object {from}"),
        };
    }
    Error::unavailable("copying an object", error)
}
