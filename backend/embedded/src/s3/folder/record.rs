//! What is known of an object beside its bytes.
//!
//! It lies in the same file, behind the bytes: one rename publishes both, so that no crash can leave an object without
//! its record or a record without its object.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

use serde::{Deserialize, Serialize};

use crate::s3::checksum::Checksum;

/// The last bytes of every file: a later format will have others.
const MARK: [u8; 8] = *b"towpath1";
/// The record's length (4 bytes, little endian) and the mark.
const TAIL: usize = 4 + MARK.len();
/// No record is longer: S3 allows 2 KB of user metadata.
const LONGEST: usize = 64 * 1024;

/// What is known of an object beside its bytes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Its bytes.
    pub(crate) size: u64,
    /// Its entity tag, without quotes: MD5 of its bytes, or of its parts' MD5s and `-<number of parts>`.
    pub(crate) etag: String,
    /// The checksum that it was sent with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) checksum: Option<Checksum>,
    /// What its writer said of it.
    #[serde(flatten)]
    pub(crate) headers: Headers,
}

/// What an object's writer says of it, and its readers are told.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Headers {
    /// `Content-Type`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// `Content-Disposition`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_disposition: Option<String>,
    /// `Content-Encoding`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_encoding: Option<String>,
    /// `Cache-Control`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<String>,
    /// `x-amz-meta-…`, by the rest of the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<HashMap<String, String>>,
}

impl Record {
    /// Of an object whose file is not as it was written: it can be replaced by a write that names this entity tag.
    pub(crate) fn damaged(size: u64) -> Self {
        Self {
            size,
            etag: "damaged".to_owned(),
            ..Self::default()
        }
    }

    /// What goes behind the bytes.
    pub(crate) fn to_tail(&self) -> io::Result<Vec<u8>> {
        let mut tail = serde_json::to_vec(self)?;
        if tail.len() > LONGEST {
            return Err(io::Error::other("metadata is too long"));
        }
        let length = u32::try_from(tail.len()).map_err(io::Error::other)?;
        tail.extend(length.to_le_bytes());
        tail.extend(MARK);
        Ok(tail)
    }

    /// Reads it from behind the bytes. The file is left there.
    pub(crate) fn read(file: &mut File) -> io::Result<Self> {
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, "not an object's file");
        let end = file.seek(SeekFrom::End(0))?;
        let tail_at = end.checked_sub(TAIL as u64).ok_or_else(damaged)?;
        let mut tail = [0; TAIL];
        file.seek(SeekFrom::Start(tail_at))?;
        file.read_exact(&mut tail)?;
        let (length, mark) = tail.split_at(4);
        let length = u32::from_le_bytes(length.try_into().map_err(|_| damaged())?);
        if mark != MARK || length as usize > LONGEST {
            return Err(damaged());
        }
        let starts_at = tail_at.checked_sub(length.into()).ok_or_else(damaged)?;
        let mut text = vec![0; length as usize];
        file.seek(SeekFrom::Start(starts_at))?;
        file.read_exact(&mut text)?;
        let record: Self = serde_json::from_slice(&text).map_err(|_| damaged())?;
        if record.size == starts_at {
            Ok(record)
        } else {
            Err(damaged())
        }
    }
}
