//! Objects that come in parts.

use s3s::{
    S3Request, S3Response, S3Result,
    dto::{
        AbortMultipartUploadInput, AbortMultipartUploadOutput, ChecksumAlgorithm, ChecksumType,
        CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CreateMultipartUploadInput,
        CreateMultipartUploadOutput, ETag, ListPartsInput, ListPartsOutput, Part, Timestamp,
        UploadPartInput, UploadPartOutput,
    },
    s3_error,
};

use super::{
    body::{Claims, receive},
    named, precondition,
};
use crate::s3::{
    checksum::{Algorithm, answer, given},
    folder::{Chosen, Folder, Headers, PartInfo, Wanted, blocking, failed},
};

/// AWS numbers parts from 1 to this.
const LAST_PART: i32 = 10_000;
/// AWS never lists more parts at once.
const MOST: i32 = 1000;

pub(crate) async fn create(
    folder: Folder,
    request: S3Request<CreateMultipartUploadInput>,
) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
    let input = request.input;
    let checksums = Algorithm::of_upload(
        input.checksum_algorithm.as_ref(),
        input.checksum_type.as_ref(),
    )?;
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
        checksum_algorithm: checksums.map(in_header),
        checksum_type: checksums.map(|_| composite()),
        ..CreateMultipartUploadOutput::default()
    };
    let id = blocking(move || folder.start_upload(&bucket, &key, headers, checksums)).await?;
    Ok(S3Response::new(CreateMultipartUploadOutput {
        upload_id: Some(id),
        ..answer
    }))
}

pub(crate) async fn upload_part(
    folder: Folder,
    request: S3Request<UploadPartInput>,
) -> S3Result<S3Response<UploadPartOutput>> {
    let mut input = request.input;
    let checksum = given!(input)?;
    let (bucket, key, id, number) = (input.bucket, input.key, input.upload_id, input.part_number);
    if !(1..=LAST_PART).contains(&number) {
        return Err(s3_error!(
            InvalidArgument,
            "Part number must be an integer between 1 and 10000, inclusive"
        ));
    }
    let claims = Claims {
        length: input.content_length,
        md5: input.content_md5,
        checksum,
        named: named(input.checksum_algorithm.as_ref())?,
        trailers: request.trailing_headers,
    };
    folder.expects_part(&bucket, &key, &id, claims.algorithm()?)?;
    let ready = receive(&folder, input.body, claims, Headers::default()).await?;
    let record = blocking(move || folder.put_part(&bucket, &key, &id, number, ready)).await?;
    let mut output = UploadPartOutput {
        e_tag: Some(ETag::Strong(record.etag)),
        ..UploadPartOutput::default()
    };
    answer!(output, record.checksum);
    Ok(S3Response::new(output))
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
    let (checksums, mut parts) = blocking(move || folder.parts(&bucket, &key, &id)).await?;
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
        checksum_algorithm: checksums.map(in_header),
        checksum_type: checksums.map(|_| composite()),
        parts: Some(parts.into_iter().map(part).collect::<S3Result<_>>()?),
        ..answer
    }))
}

fn part(info: PartInfo) -> S3Result<Part> {
    let mut part = Part {
        part_number: Some(info.number),
        size: Some(i64::try_from(info.size).map_err(failed)?),
        e_tag: Some(ETag::Strong(info.etag)),
        last_modified: Some(Timestamp::from(info.modified)),
        ..Part::default()
    };
    answer!(part, info.checksum);
    Ok(part)
}

fn in_header(algorithm: Algorithm) -> ChecksumAlgorithm {
    algorithm.name().to_ascii_uppercase().into()
}

fn composite() -> ChecksumType {
    ChecksumType::from_static(ChecksumType::COMPOSITE)
}

pub(crate) async fn complete(
    folder: Folder,
    request: S3Request<CompleteMultipartUploadInput>,
) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
    let mut input = request.input;
    let wanted = Wanted {
        precondition: precondition(input.if_match.as_ref(), input.if_none_match.as_ref())?,
        checksum: given!(input)?,
        size: input.mpu_object_size,
    };
    let (bucket, key, id) = (input.bucket, input.key, input.upload_id);
    let named = input.multipart_upload.and_then(|upload| upload.parts);
    let chosen = named.unwrap_or_default().into_iter().map(|mut part| {
        Ok(Chosen {
            number: part
                .part_number
                .ok_or_else(|| s3_error!(MalformedXML, "A part has no number"))?,
            etag: part.e_tag.take().map(ETag::into_value),
            checksum: given!(part)?,
        })
    });
    let chosen = chosen.collect::<S3Result<Vec<_>>>()?;
    let answer = CompleteMultipartUploadOutput {
        bucket: Some(bucket.clone()),
        key: Some(key.clone()),
        ..CompleteMultipartUploadOutput::default()
    };
    let published =
        blocking(move || folder.complete_upload(&bucket, &key, &id, &chosen, &wanted)).await?;
    let record = published.record;
    let mut output = CompleteMultipartUploadOutput {
        version_id: published.version,
        e_tag: Some(ETag::Strong(record.etag)),
        checksum_type: record.checksum.as_ref().map(|_| composite()),
        ..answer
    };
    answer!(output, record.checksum);
    Ok(S3Response::new(output))
}

pub(crate) async fn abort(
    folder: Folder,
    request: S3Request<AbortMultipartUploadInput>,
) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
    let input = request.input;
    blocking(move || folder.abort_upload(&input.bucket, &input.key, &input.upload_id)).await?;
    Ok(S3Response::new(AbortMultipartUploadOutput::default()))
}
