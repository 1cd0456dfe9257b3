//! What each operation answers. One file a subject.

pub(crate) mod body;
pub(crate) mod buckets;
pub(crate) mod copy;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod multipart;
pub(crate) mod put;
pub(crate) mod versions;

use s3s::{
    S3Result,
    dto::{ChecksumAlgorithm, ETagCondition},
    s3_error,
};

use super::{checksum::Algorithm, folder::Precondition};

/// The algorithm that a header names, if it is there.
fn named(algorithm: Option<&ChecksumAlgorithm>) -> S3Result<Option<Algorithm>> {
    algorithm
        .map(|name| Algorithm::named(name.as_str()))
        .transpose()
}

/// What a write asks of the object in whose place it would be. AWS knows no entity tag of `If-None-Match` here other than `*`,
/// and no list of them.
fn precondition(
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
) -> S3Result<Precondition> {
    match (if_match, if_none_match) {
        (None, None) => Ok(Precondition::None),
        (None, Some(condition)) if condition.is_any() => Ok(Precondition::Absent),
        (Some(ETagCondition::ETag(tag)), None) => Ok(Precondition::Is(tag.value().to_owned())),
        _ => Err(s3_error!(
            NotImplemented,
            "A write takes either If-None-Match: * or If-Match with an entity tag here"
        )),
    }
}
