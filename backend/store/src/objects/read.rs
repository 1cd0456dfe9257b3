//! Reading objects.

use std::ops::Range;

use aws_sdk_s3::{
    error::SdkError,
    operation::get_object::{GetObjectError, GetObjectOutput},
    primitives::ByteStream,
};
use bytes::Bytes;
use domain::digest::{Digest, Hasher};
use futures::{FutureExt as _, Stream, StreamExt, stream};

use super::Objects;
use crate::{Error, Result};

/// What an object is, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectInfo {
    /// Bytes.
    pub size: u64,
    /// Its entity tag, without quotes. Not a digest: for an object that came in parts it is none.
    pub etag: String,
}

impl Objects {
    /// What an object is; `None` if there is no such object.
    pub async fn head(&self, key: &str) -> Result<Option<ObjectInfo>> {
        let call = self.client.head_object().bucket(&self.bucket).key(key);
        match call.send().boxed().await {
            Ok(found) => Ok(Some(ObjectInfo {
                size: size(found.content_length(), key)?,
                etag: unquoted(found.e_tag()),
            })),
            Err(SdkError::ServiceError(error)) if error.err().is_not_found() => Ok(None),
            // The answer to a HEAD has no body that could name the reason; the status has to do.
            Err(error)
                if error
                    .raw_response()
                    .is_some_and(|raw| raw.status().as_u16() == 403) =>
            {
                Err(Error::Denied {
                    operation: "looking at an object",
                    source: Box::new(error),
                })
            }
            Err(error) => Err(Error::unavailable("looking at an object", error)),
        }
    }

    /// Some of an object's bytes. A range that goes past the object's end gives what there is.
    pub async fn range(&self, key: &str, range: Range<u64>) -> Result<Bytes> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let found = self.get(key, Some(range)).await?;
        let bytes = found.body.collect().await.map_err(broken)?;
        Ok(bytes.into_bytes())
    }

    /// An object's bytes, or some of them, as they come.
    pub async fn stream(
        &self,
        key: &str,
        range: Option<Range<u64>>,
    ) -> Result<impl Stream<Item = Result<Bytes>> + Send + Unpin + use<>> {
        let body = match range {
            Some(range) if range.is_empty() => ByteStream::default(),
            range => self.get(key, range).await?.body,
        };
        Ok(Box::pin(stream::try_unfold(body, |mut body| async move {
            let chunk = body.try_next().await.map_err(broken)?;
            Ok(chunk.map(|chunk| (chunk, body)))
        })))
    }

    /// SHA-256 and size of an object's bytes, read one block at a time.
    pub async fn digest(&self, key: &str) -> Result<(Digest, u64)> {
        let mut bytes = self.stream(key, None).await?;
        let (mut digest, mut size) = (Hasher::new(), 0);
        while let Some(block) = bytes.next().await.transpose()? {
            digest.update(&block);
            size += block.len() as u64;
        }
        Ok((digest.finish(), size))
    }

    async fn get(&self, key: &str, range: Option<Range<u64>>) -> Result<GetObjectOutput> {
        // HTTP counts the last byte in.
        let range = range.map(|range| format!("bytes={}-{}", range.start, range.end - 1));
        let call = self.client.get_object().bucket(&self.bucket).key(key);
        match call.set_range(range).send().boxed().await {
            Ok(found) => Ok(found),
            Err(SdkError::ServiceError(error))
                if matches!(error.err(), GetObjectError::NoSuchKey(_)) =>
            {
                Err(Error::NotFound {
                    what: format!("object {key}"),
                })
            }
            Err(error) => Err(Error::unavailable("reading an object", error)),
        }
    }
}

/// A length that S3 gave.
pub(super) fn size(length: Option<i64>, key: &str) -> Result<u64> {
    let length = length.unwrap_or_default();
    length
        .try_into()
        .map_err(|error: std::num::TryFromIntError| Error::corrupt(format!("object {key}"), error))
}

/// An entity tag as it is compared.
pub(super) fn unquoted(etag: Option<&str>) -> String {
    etag.unwrap_or_default().trim_matches('"').to_owned()
}

/// Bytes that broke off, or are not those of the checksum that S3 has of the object: the SDK compares them as they come.
fn broken(error: aws_sdk_s3::primitives::ByteStreamError) -> Error {
    let mut causes = std::iter::successors(Some(&error as &dyn std::error::Error), |error| {
        error.source()
    });
    if causes.any(|cause| cause.to_string().contains("checksum mismatch")) {
        return Error::corrupt("the object", error);
    }
    Error::Unavailable {
        operation: "reading an object",
        source: error.into(),
    }
}
