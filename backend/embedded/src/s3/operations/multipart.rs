//! Objects that come in parts.

use s3s::{
    S3Request, S3Response, S3Result,
    dto::{
        AbortMultipartUploadInput, AbortMultipartUploadOutput, Checksum,
        CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CreateMultipartUploadInput,
        CreateMultipartUploadOutput, ETag, ListPartsInput, ListPartsOutput, Part, Timestamp,
        UploadPartInput, UploadPartOutput,
    },
    s3_error,
};

use super::{
    body::{Claims, receive},
    only_new,
};
use crate::s3::folder::{Chosen, Folder, Headers, PartInfo, blocking, failed};

/// AWS numbers parts from 1 to this.
const LAST_PART: i32 = 10_000;
/// AWS never lists more parts at once.
const MOST: i32 = 1000;

pub(crate) async fn create(
    folder: Folder,
    request: S3Request<CreateMultipartUploadInput>,
) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
    let input = request.input;
    let headers = Headers {
        content_type: input.content_type,
        content_disposition: input.content_disposition,
        content_encoding: input.content_encoding,
        cache_control: input.cache_control,
        metadata: input.metadata,
    };
    let (bucket, key) = (input.bucket, input.key);
    let answer = CreateMultipartUploadOutput {
        bucket: Some(bucket.clone()),
        key: Some(key.clone()),
        ..CreateMultipartUploadOutput::default()
    };
    let id = blocking(move || folder.start_upload(&bucket, &key, headers)).await?;
    Ok(S3Response::new(CreateMultipartUploadOutput {
        upload_id: Some(id),
        ..answer
    }))
}

pub(crate) async fn upload_part(
    folder: Folder,
    request: S3Request<UploadPartInput>,
) -> S3Result<S3Response<UploadPartOutput>> {
    let input = request.input;
    let (bucket, key, id, number) = (input.bucket, input.key, input.upload_id, input.part_number);
    if !(1..=LAST_PART).contains(&number) {
        return Err(s3_error!(
            InvalidArgument,
            "Part number must be an integer between 1 and 10000, inclusive"
        ));
    }
    folder.expects_part(&bucket, &key, &id)?;
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
    let ready = receive(&folder, input.body, claims, Headers::default()).await?;
    let record = blocking(move || folder.put_part(&bucket, &key, &id, number, ready)).await?;
    Ok(S3Response::new(UploadPartOutput {
        e_tag: Some(ETag::Strong(record.etag)),
        ..UploadPartOutput::default()
    }))
}

pub(crate) async fn list_parts(
    folder: Folder,
    request: S3Request<ListPartsInput>,
) -> S3Result<S3Response<ListPartsOutput>> {
    let input = request.input;
    let (bucket, key, id) = (input.bucket, input.key, input.upload_id);
    let answer = ListPartsOutput {
        bucket: Some(bucket.clone()),
        key: Some(key.clone()),
        upload_id: Some(id.clone()),
        part_number_marker: input.part_number_marker,
        ..ListPartsOutput::default()
    };
    let mut parts = blocking(move || folder.parts(&bucket, &key, &id)).await?;
    let after = input.part_number_marker.unwrap_or(0);
    parts.retain(|part| part.number > after);
    let most = input.max_parts.unwrap_or(MOST).clamp(0, MOST);
    let most_parts = usize::try_from(most).map_err(failed)?;
    let truncated = parts.len() > most_parts;
    parts.truncate(most_parts);
    let next = parts.last().map(|part| part.number);
    Ok(S3Response::new(ListPartsOutput {
        max_parts: Some(most),
        is_truncated: Some(truncated),
        next_part_number_marker: next.filter(|_| truncated),
        parts: Some(parts.into_iter().map(part).collect::<S3Result<_>>()?),
        ..answer
    }))
}

fn part(info: PartInfo) -> S3Result<Part> {
    Ok(Part {
        part_number: Some(info.number),
        size: Some(i64::try_from(info.size).map_err(failed)?),
        e_tag: Some(ETag::Strong(info.etag)),
        last_modified: Some(Timestamp::from(info.modified)),
        ..Part::default()
    })
}

pub(crate) async fn complete(
    folder: Folder,
    request: S3Request<CompleteMultipartUploadInput>,
) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
    let input = request.input;
    let only_new = only_new(input.if_none_match.as_ref())?;
    let (bucket, key, id) = (input.bucket, input.key, input.upload_id);
    let named = input.multipart_upload.and_then(|upload| upload.parts);
    let chosen = named.unwrap_or_default().into_iter().map(|part| {
        Ok(Chosen {
            number: part
                .part_number
                .ok_or_else(|| s3_error!(MalformedXML, "A part has no number"))?,
            etag: part.e_tag.map(ETag::into_value),
        })
    });
    let chosen = chosen.collect::<S3Result<Vec<_>>>()?;
    let answer = CompleteMultipartUploadOutput {
        bucket: Some(bucket.clone()),
        key: Some(key.clone()),
        ..CompleteMultipartUploadOutput::default()
    };
    let record =
        blocking(move || folder.complete_upload(&bucket, &key, &id, &chosen, only_new)).await?;
    Ok(S3Response::new(CompleteMultipartUploadOutput {
        e_tag: Some(ETag::Strong(record.etag)),
        ..answer
    }))
}

pub(crate) async fn abort(
    folder: Folder,
    request: S3Request<AbortMultipartUploadInput>,
) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
    let input = request.input;
    blocking(move || folder.abort_upload(&input.bucket, &input.key, &input.upload_id)).await?;
    Ok(S3Response::new(AbortMultipartUploadOutput::default()))
}
