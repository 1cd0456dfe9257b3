//! Whole objects, in and out of existence.

use s3s::{
    S3Request, S3Response, S3Result,
    dto::{DeleteObjectInput, DeleteObjectOutput, ETag, PutObjectInput, PutObjectOutput},
    s3_error,
};

use super::{
    body::{Claims, receive},
    named, precondition,
};
use crate::s3::{
    checksum::{answer, given},
    folder::{Folder, Headers, blocking},
};

pub(crate) async fn put(
    folder: Folder,
    request: S3Request<PutObjectInput>,
) -> S3Result<S3Response<PutObjectOutput>> {
    let mut input = request.input;
    let precondition = precondition(input.if_match.as_ref(), input.if_none_match.as_ref())?;
    let (bucket, key) = (input.bucket, input.key);
    // Refused before the bytes are sent, where that can be known.
    let settings = folder.settings(&bucket)?;
    if input.object_lock_mode.is_some() || input.object_lock_legal_hold_status.is_some() {
        return Err(s3_error!(
            NotImplemented,
            "Objects are locked here as their bucket says, and not otherwise"
        ));
    }
    let claims = Claims {
        length: input.content_length,
        md5: input.content_md5,
        checksum: given!(input)?,
        named: named(input.checksum_algorithm.as_ref())?,
        trailers: request.trailing_headers,
    };
    if settings.lock.is_some() && claims.md5.is_none() && claims.algorithm()?.is_none() {
        return Err(s3_error!(
            InvalidRequest,
            "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters"
        ));
    }
    let headers = Headers {
        content_type: input.content_type,
        content_disposition: input.content_disposition,
        content_encoding: input.content_encoding,
        cache_control: input.cache_control,
        metadata: input.metadata,
    };
    let ready = receive(&folder, input.body, claims, headers).await?;
    let published = blocking(move || folder.publish(&bucket, &key, ready, &precondition)).await?;
    let record = published.record;
    let mut output = PutObjectOutput {
        version_id: published.version,
        e_tag: Some(ETag::Strong(record.etag)),
        ..PutObjectOutput::default()
    };
    answer!(output, record.checksum);
    Ok(S3Response::new(output))
}

pub(crate) async fn delete(
    folder: Folder,
    request: S3Request<DeleteObjectInput>,
) -> S3Result<S3Response<DeleteObjectOutput>> {
    let input = request.input;
    let bypass = input.bypass_governance_retention.unwrap_or(false);
    let (bucket, key) = (input.bucket, input.key);
    let deleted = blocking(move || match input.version_id {
        Some(version) => folder.delete_version(&bucket, &key, &version, bypass),
        None => folder.delete(&bucket, &key),
    })
    .await?;
    Ok(S3Response::new(DeleteObjectOutput {
        delete_marker: deleted.marker.then_some(true),
        version_id: deleted.version,
        ..DeleteObjectOutput::default()
    }))
}
