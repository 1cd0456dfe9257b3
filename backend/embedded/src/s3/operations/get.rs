//! Reading objects.

use s3s::{
    S3Request, S3Response, S3Result,
    dto::{
        ChecksumMode, ETag, ETagCondition, GetObjectInput, GetObjectOutput, HeadObjectInput,
        HeadObjectOutput, ObjectLockMode, Range, StreamingBlob, Timestamp,
    },
    s3_error,
};

use crate::s3::{
    checksum::answer,
    folder::{Folder, LockMode, VersionLock, blocking, failed},
};

/// What AWS says of an object whose writer did not say what it is.
const UNNAMED: &str = "binary/octet-stream";

pub(crate) async fn get(
    folder: Folder,
    request: S3Request<GetObjectInput>,
) -> S3Result<S3Response<GetObjectOutput>> {
    let input = request.input;
    let (bucket, key) = (input.bucket, input.key);
    let version = input.version_id;
    let found = blocking(move || folder.version(&bucket, &key, version.as_deref())).await?;
    let (object, version, lock) = (found.object, found.id, found.lock);
    let record = object.record.clone();
    let etag = ETag::Strong(record.etag);
    check(&etag, input.if_match.as_ref(), input.if_none_match.as_ref())?;
    let (range, content_range) = part(input.range.as_ref(), record.size)?;
    let headers = record.headers;
    let modified = object.modified;
    let length = range.end - range.start;
    let body = object.stream(range).map_err(failed)?;
    let content_type = headers.content_type.unwrap_or_else(|| UNNAMED.to_owned());
    // That of a whole object says nothing about some of its bytes.
    let checksum = record
        .checksum
        .filter(|_| content_range.is_none() && asks_for_checksum(input.checksum_mode.as_ref()));
    let mut output = GetObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        body: Some(StreamingBlob::wrap(body)),
        content_length: Some(i64::try_from(length).map_err(failed)?),
        content_range,
        e_tag: Some(etag),
        last_modified: Some(Timestamp::from(modified)),
        metadata: headers.metadata,
        content_type: Some(input.response_content_type.unwrap_or(content_type)),
        content_disposition: input
            .response_content_disposition
            .or(headers.content_disposition),
        content_encoding: input.response_content_encoding.or(headers.content_encoding),
        content_language: input.response_content_language,
        cache_control: input.response_cache_control.or(headers.cache_control),
        version_id: version,
        object_lock_mode: lock.map(mode),
        object_lock_retain_until_date: lock.map(|lock| Timestamp::from(lock.until)),
        ..GetObjectOutput::default()
    };
    answer!(output, checksum);
    Ok(S3Response::new(output))
}

fn mode(lock: VersionLock) -> ObjectLockMode {
    ObjectLockMode::from_static(match lock.mode {
        LockMode::Governance => ObjectLockMode::GOVERNANCE,
        LockMode::Compliance => ObjectLockMode::COMPLIANCE,
    })
}

fn asks_for_checksum(mode: Option<&ChecksumMode>) -> bool {
    mode.is_some_and(|mode| mode.as_str() == ChecksumMode::ENABLED)
}

pub(crate) async fn head(
    folder: Folder,
    request: S3Request<HeadObjectInput>,
) -> S3Result<S3Response<HeadObjectOutput>> {
    let input = request.input;
    let (bucket, key) = (input.bucket, input.key);
    let version = input.version_id;
    let found = blocking(move || folder.version(&bucket, &key, version.as_deref())).await?;
    let (object, version, lock) = (found.object, found.id, found.lock);
    let record = object.record;
    let etag = ETag::Strong(record.etag);
    check(&etag, input.if_match.as_ref(), input.if_none_match.as_ref())?;
    let (range, _) = part(input.range.as_ref(), record.size)?;
    let headers = record.headers;
    let content_type = headers.content_type.unwrap_or_else(|| UNNAMED.to_owned());
    Ok(S3Response::new(HeadObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        content_length: Some(i64::try_from(range.end - range.start).map_err(failed)?),
        e_tag: Some(etag),
        last_modified: Some(Timestamp::from(object.modified)),
        metadata: headers.metadata,
        content_type: Some(input.response_content_type.unwrap_or(content_type)),
        content_disposition: input
            .response_content_disposition
            .or(headers.content_disposition),
        content_encoding: input.response_content_encoding.or(headers.content_encoding),
        cache_control: input.response_cache_control.or(headers.cache_control),
        version_id: version,
        object_lock_mode: lock.map(mode),
        object_lock_retain_until_date: lock.map(|lock| Timestamp::from(lock.until)),
        ..HeadObjectOutput::default()
    }))
}

/// The bytes that are asked for, and how the answer names them if they are not all.
fn part(wanted: Option<&Range>, size: u64) -> S3Result<(std::ops::Range<u64>, Option<String>)> {
    let Some(wanted) = wanted else {
        return Ok((0..size, None));
    };
    let range = wanted
        .check(size)
        .map_err(|_| s3_error!(InvalidRange, "The requested range is not satisfiable"))?;
    let named = format!("bytes {}-{}/{size}", range.start, range.end - 1);
    Ok((range, Some(named)))
}

fn check(
    etag: &ETag,
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
) -> S3Result<()> {
    let fits = |condition: &ETagCondition| {
        condition.is_any()
            || condition
                .as_etag()
                .is_some_and(|other| other.weak_cmp(etag))
    };
    if if_match.is_some_and(|condition| !fits(condition)) {
        return Err(s3_error!(
            PreconditionFailed,
            "At least one of the pre-conditions you specified did not hold"
        ));
    }
    if if_none_match.is_some_and(fits) {
        return Err(s3_error!(NotModified, "Not Modified"));
    }
    Ok(())
}
