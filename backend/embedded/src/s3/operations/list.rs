//! Lists of objects.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::{
    S3Request, S3Response, S3Result,
    dto::{
        CommonPrefix, ETag, EncodingType, ListObjectsV2Input, ListObjectsV2Output, Object,
        Timestamp,
    },
    s3_error,
};

use crate::s3::folder::{Folder, blocking, failed};

/// AWS never lists more at once.
pub(super) const MOST: usize = 1000;

/// What AWS encodes of a key in a list with `encoding-type=url`.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'/')
    .remove(b'~')
    .remove(b'*');

pub(crate) async fn list(
    folder: Folder,
    request: S3Request<ListObjectsV2Input>,
) -> S3Result<S3Response<ListObjectsV2Output>> {
    let output = blocking(move || page(&folder, request.input)).await?;
    Ok(S3Response::new(output))
}

fn page(folder: &Folder, input: ListObjectsV2Input) -> S3Result<ListObjectsV2Output> {
    let prefix = input.prefix.clone().unwrap_or_default();
    let delimiter = input.delimiter.clone().filter(|text| !text.is_empty());
    let most = usize::try_from(input.max_keys.unwrap_or(1000))
        .unwrap_or(0)
        .min(MOST);
    let after = match &input.continuation_token {
        Some(token) => Some(from_token(token)?),
        None => input.start_after.clone(),
    };
    let url = input
        .encoding_type
        .as_ref()
        .is_some_and(|kind| kind.as_str() == EncodingType::URL);
    let written = |text: String| if url { percent(&text) } else { text };

    let mut contents = Vec::new();
    let mut prefixes: Vec<String> = Vec::new();
    let mut last = None;
    let mut truncated = false;
    for key in folder.keys(&input.bucket, &prefix)? {
        let group = group(&key, &prefix, delimiter.as_deref()).map(str::to_owned);
        let name = group.as_ref().unwrap_or(&key);
        if after.as_ref().is_some_and(|after| name <= after) || last.as_ref() == Some(name) {
            continue;
        }
        if contents.len() + prefixes.len() == most {
            truncated = most > 0;
            break;
        }
        last = Some(name.clone());
        match group {
            Some(group) => prefixes.push(group),
            None => contents.extend(folder.listed(&input.bucket, key)?),
        }
    }
    let count = i32::try_from(contents.len() + prefixes.len()).map_err(failed)?;
    let contents = contents.into_iter().map(|listed| {
        Ok(Object {
            key: Some(written(listed.key)),
            size: Some(i64::try_from(listed.size).map_err(failed)?),
            e_tag: Some(ETag::Strong(listed.etag)),
            last_modified: Some(Timestamp::from(listed.modified)),
            ..Object::default()
        })
    });
    Ok(ListObjectsV2Output {
        contents: Some(contents.collect::<S3Result<_>>()?),
        common_prefixes: Some(
            prefixes
                .into_iter()
                .map(|prefix| CommonPrefix {
                    prefix: Some(written(prefix)),
                })
                .collect(),
        ),
        key_count: Some(count),
        max_keys: i32::try_from(most).ok(),
        is_truncated: Some(truncated),
        next_continuation_token: last.filter(|_| truncated).map(hex::encode),
        continuation_token: input.continuation_token,
        start_after: input.start_after.map(written),
        delimiter: input.delimiter.map(written),
        prefix: input.prefix.map(written),
        encoding_type: input.encoding_type,
        name: Some(input.bucket),
        ..ListObjectsV2Output::default()
    })
}

/// The common prefix that a key is listed under, if a delimiter gathers it with others.
fn group<'a>(key: &'a str, prefix: &str, delimiter: Option<&str>) -> Option<&'a str> {
    let delimiter = delimiter?;
    let at = key[prefix.len()..].find(delimiter)?;
    Some(&key[..prefix.len() + at + delimiter.len()])
}

fn from_token(token: &str) -> S3Result<String> {
    let bytes = hex::decode(token).ok();
    bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| {
            s3_error!(
                InvalidArgument,
                "The continuation token provided is incorrect"
            )
        })
}

pub(super) fn percent(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}
