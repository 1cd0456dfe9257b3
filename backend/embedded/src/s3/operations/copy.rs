//! Copies within the server.

use std::io::Read;

use s3s::{
    S3Request, S3Response, S3Result,
    dto::{
        CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource, ETag, ETagCondition,
        MetadataDirective, Timestamp,
    },
    s3_error,
};

use super::{body::LARGEST, precondition};
use crate::s3::folder::{Folder, Headers, Object, Ready, blocking, failed};

const BLOCK: usize = 256 * 1024;

pub(crate) async fn copy(
    folder: Folder,
    request: S3Request<CopyObjectInput>,
) -> S3Result<S3Response<CopyObjectOutput>> {
    // AWS knows this header here; the model that s3s was generated from does not yet.
    let condition = request.headers.get("if-none-match");
    let condition =
        condition.and_then(|value| ETagCondition::parse_http_header(value.as_bytes()).ok());
    let precondition = precondition(None, condition.as_ref())?;
    let input = request.input;
    let CopySource::Bucket {
        bucket: from_bucket,
        key: from_key,
        version_id: None,
    } = input.copy_source
    else {
        return Err(s3_error!(
            NotImplemented,
            "Only the newest versions of a bucket's objects can be copied here"
        ));
    };
    let replaced = input
        .metadata_directive
        .is_some_and(|directive| directive.as_str() == MetadataDirective::REPLACE);
    let headers = replaced.then_some(Headers {
        content_type: input.content_type,
        content_disposition: input.content_disposition,
        content_encoding: input.content_encoding,
        cache_control: input.cache_control,
        metadata: input.metadata,
    });
    let conditional = input.copy_source_if_match.is_some()
        || input.copy_source_if_none_match.is_some()
        || input.copy_source_if_modified_since.is_some()
        || input.copy_source_if_unmodified_since.is_some();
    if conditional {
        return Err(s3_error!(
            NotImplemented,
            "Conditions on a copy's source are not known here"
        ));
    }
    let (bucket, key) = (input.bucket, input.key);
    if !replaced && *from_bucket == *bucket && *from_key == *key {
        return Err(s3_error!(
            InvalidRequest,
            "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata."
        ));
    }
    let (published, modified) = blocking(move || {
        let source = folder.object(&from_bucket, &from_key)?;
        if source.record.size > LARGEST {
            return Err(s3_error!(
                InvalidRequest,
                "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120"
            ));
        }
        // Publishing asks again, atomically; this saves copying in vain.
        folder.check(&bucket, &key, &precondition)?;
        let ready = duplicate(&folder, source, headers)?;
        let published = folder.publish(&bucket, &key, ready, &precondition)?;
        let modified = folder.object(&bucket, &key)?.modified;
        Ok((published, modified))
    })
    .await?;
    Ok(S3Response::new(CopyObjectOutput {
        copy_object_result: Some(CopyObjectResult {
            e_tag: Some(ETag::Strong(published.record.etag)),
            last_modified: Some(Timestamp::from(modified)),
            ..CopyObjectResult::default()
        }),
        version_id: published.version,
        ..CopyObjectOutput::default()
    }))
}

/// A copy has the MD5 of its bytes as entity tag, also where the original came in parts.
fn duplicate(folder: &Folder, source: Object, headers: Option<Headers>) -> S3Result<Ready> {
    let record = source.record.clone();
    let mut bytes = source.into_file().map_err(failed)?.take(record.size);
    let mut draft = folder.draft()?;
    let mut block = vec![0; BLOCK];
    loop {
        match bytes.read(&mut block).map_err(failed)? {
            0 => break,
            length => draft.write(&block[..length]).map_err(failed)?,
        }
    }
    draft
        .finish(headers.unwrap_or(record.headers), None, None)
        .map_err(failed)
}
