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

use super::checksum::Algorithm;

/// The algorithm that a header names, if it is there.
fn named(algorithm: Option<&ChecksumAlgorithm>) -> S3Result<Option<Algorithm>> {
    algorithm
        .map(|name| Algorithm::named(name.as_str()))
        .transpose()
}

/// Whether a write asks not to replace anything. AWS knows no other entity tag here than `*`.
fn only_new(if_none_match: Option<&ETagCondition>) -> S3Result<bool> {
    match if_none_match {
        None => Ok(false),
        Some(condition) if condition.is_any() => Ok(true),
        Some(_) => Err(s3_error!(
            NotImplemented,
            "If-None-Match takes nothing but * here"
        )),
    }
}
