//! Whole objects, in and out of existence.

use s3s::{
    S3Request, S3Response, S3Result,
    dto::{Checksum, DeleteObjectInput, DeleteObjectOutput, ETag, PutObjectInput, PutObjectOutput},
    s3_error,
};

use super::{
    body::{Claims, receive},
    only_new,
};
use crate::s3::folder::{Folder, Headers, blocking};

pub(crate) async fn put(
    folder: Folder,
    request: S3Request<PutObjectInput>,
) -> S3Result<S3Response<PutObjectOutput>> {
    let input = request.input;
    if input.if_match.is_some() {
        return Err(s3_error!(NotImplemented, "If-Match is not known here"));
    }
    let only_new = only_new(input.if_none_match.as_ref())?;
    let (bucket, key) = (input.bucket, input.key);
    // Refused before the bytes are sent, where that can be known.
    folder.bucket(&bucket)?;
    let claims = Claims {
        length: input.content_length,
        md5: input.content_md5,
        checksums: Checksum {
            checksum_crc32: input.checksum_crc32,
            checksum_crc32c: input.checksum_crc32c,
            checksum_crc64nvme: input.checksum_crc64nvme,
            checksum_sha1: input.checksum_sha1,
            checksum_sha256: input.checksum_sha256,
            checksum_type: None,
        },
        algorithm: input
            .checksum_algorithm
            .map(|name| name.as_str().to_owned()),
        trailers: request.trailing_headers,
    };
    let headers = Headers {
        content_type: input.content_type,
        content_disposition: input.content_disposition,
        content_encoding: input.content_encoding,
        cache_control: input.cache_control,
        metadata: input.metadata,
    };
    let ready = receive(&folder, input.body, claims, headers).await?;
    let record = blocking(move || folder.publish(&bucket, &key, ready, only_new)).await?;
    Ok(S3Response::new(PutObjectOutput {
        e_tag: Some(ETag::Strong(record.etag)),
        ..PutObjectOutput::default()
    }))
}

pub(crate) async fn delete(
    folder: Folder,
    request: S3Request<DeleteObjectInput>,
) -> S3Result<S3Response<DeleteObjectOutput>> {
    let (bucket, key) = (request.input.bucket, request.input.key);
    blocking(move || folder.delete(&bucket, &key)).await?;
    Ok(S3Response::new(DeleteObjectOutput::default()))
}
