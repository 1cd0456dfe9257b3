//! Checksums, as S3 takes them: one at a time, of an algorithm that the upload was started with.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use s3s::{S3Error, S3Result, checksum::ChecksumHasher, crypto, dto, s3_error};
use serde::{Deserialize, Serialize};

/// How a checksum is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    Crc32,
    Crc32c,
    Crc64nvme,
    Sha1,
    Sha256,
}

/// A checksum of some bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checksum {
    /// How it was computed.
    pub algorithm: Algorithm,
    /// Base64; for an object that came in parts, `-` and their number follow.
    pub value: String,
}

/// The checksum that a request gives in a header, or names for a part.
macro_rules! given {
    ($input:expr) => {
        $crate::s3::checksum::Checksum::single(::s3s::dto::Checksum {
            checksum_crc32: $input.checksum_crc32.take(),
            checksum_crc32c: $input.checksum_crc32c.take(),
            checksum_crc64nvme: $input.checksum_crc64nvme.take(),
            checksum_sha1: $input.checksum_sha1.take(),
            checksum_sha256: $input.checksum_sha256.take(),
            checksum_type: None,
        })
    };
}
pub(crate) use given;

/// Puts a checksum, if there is one, into an answer.
macro_rules! answer {
    ($output:expr, $checksum:expr) => {
        if let Some(checksum) = $checksum {
            let field = match checksum.algorithm {
                $crate::s3::checksum::Algorithm::Crc32 => &mut $output.checksum_crc32,
                $crate::s3::checksum::Algorithm::Crc32c => &mut $output.checksum_crc32c,
                $crate::s3::checksum::Algorithm::Crc64nvme => &mut $output.checksum_crc64nvme,
                $crate::s3::checksum::Algorithm::Sha1 => &mut $output.checksum_sha1,
                $crate::s3::checksum::Algorithm::Sha256 => &mut $output.checksum_sha256,
            };
            *field = Some(checksum.value);
        }
    };
}
pub(crate) use answer;

impl Algorithm {
    /// The algorithm that a header names.
    pub(crate) fn named(name: &str) -> S3Result<Self> {
        Ok(match name.to_ascii_uppercase().as_str() {
            "CRC32" => Self::Crc32,
            "CRC32C" => Self::Crc32c,
            "CRC64NVME" => Self::Crc64nvme,
            "SHA1" => Self::Sha1,
            "SHA256" => Self::Sha256,
            _ => {
                return Err(s3_error!(
                    InvalidRequest,
                    "Checksum algorithm provided is unsupported."
                ));
            }
        })
    }

    /// Its name in S3's messages and headers.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "crc32",
            Self::Crc32c => "crc32c",
            Self::Crc64nvme => "crc64nvme",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
        }
    }

    /// The algorithm of an upload whose object has the checksum of its parts' checksums.
    pub(crate) fn of_upload(
        algorithm: Option<&dto::ChecksumAlgorithm>,
        kind: Option<&dto::ChecksumType>,
    ) -> S3Result<Option<Self>> {
        let full = kind.is_some_and(|kind| kind.as_str() == dto::ChecksumType::FULL_OBJECT);
        let Some(algorithm) = algorithm else {
            return match kind {
                None => Ok(None),
                Some(_) => Err(s3_error!(
                    InvalidRequest,
                    "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header."
                )),
            };
        };
        match Self::named(algorithm.as_str())? {
            algorithm @ (Self::Sha1 | Self::Sha256) if full => Err(S3Error::with_message(
                s3s::S3ErrorCode::InvalidRequest,
                format!(
                    "The FULL_OBJECT checksum type cannot be used with the {} checksum algorithm.",
                    algorithm.name()
                ),
            )),
            Self::Crc64nvme => Err(unknown_here()),
            _ if full => Err(unknown_here()),
            algorithm => Ok(Some(algorithm)),
        }
    }

    /// What computes it.
    pub(crate) fn hasher(self) -> ChecksumHasher {
        let mut hasher = ChecksumHasher::default();
        match self {
            Self::Crc32 => hasher.crc32 = Some(crypto::Crc32::default()),
            Self::Crc32c => hasher.crc32c = Some(crypto::Crc32c::default()),
            Self::Crc64nvme => hasher.crc64nvme = Some(crypto::Crc64Nvme::default()),
            Self::Sha1 => hasher.sha1 = Some(crypto::Sha1::default()),
            Self::Sha256 => hasher.sha256 = Some(crypto::Sha256::default()),
        }
        hasher
    }
}

fn unknown_here() -> S3Error {
    s3_error!(
        NotImplemented,
        "Checksums of whole objects that come in parts are not known here"
    )
}

impl Checksum {
    /// The one of these that is there.
    pub(crate) fn single(all: dto::Checksum) -> S3Result<Option<Self>> {
        let mut given = [
            (Algorithm::Crc32, all.checksum_crc32),
            (Algorithm::Crc32c, all.checksum_crc32c),
            (Algorithm::Crc64nvme, all.checksum_crc64nvme),
            (Algorithm::Sha1, all.checksum_sha1),
            (Algorithm::Sha256, all.checksum_sha256),
        ]
        .into_iter()
        .filter_map(|(algorithm, value)| {
            let value = value?;
            Some(Self { algorithm, value })
        });
        let first = given.next();
        if given.next().is_some() {
            return Err(s3_error!(
                InvalidRequest,
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
            ));
        }
        Ok(first)
    }

    /// The checksum of an object's parts' checksums, in their order.
    pub(crate) fn composite<'a>(
        algorithm: Algorithm,
        parts: impl Iterator<Item = &'a Self>,
    ) -> S3Result<Option<Self>> {
        let (mut hasher, mut count) = (algorithm.hasher(), 0);
        for part in parts {
            let value = STANDARD
                .decode(&part.value)
                .map_err(S3Error::internal_error)?;
            hasher.update(&value);
            count += 1;
        }
        let all = Self::single(hasher.finalize())?;
        Ok(all.map(|all| Self {
            value: format!("{}-{count}", all.value),
            ..all
        }))
    }
}
