//! Multipart uploads.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use s3s::{
    S3Error, S3ErrorCode, S3Result,
    crypto::{Checksum as _, Md5},
    s3_error,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Folder, Headers, Object, Precondition, Published, Ready, Record, draft, failed};
use crate::s3::checksum::{Algorithm, Checksum};

/// Every part but the last has at least this many bytes, as on AWS.
const SMALLEST_PART: u64 = 5 * 1024 * 1024;
/// When an upload that nobody completed or aborted is removed, as a bucket's lifecycle rule would.
const LIFETIME: Duration = Duration::from_hours(7 * 24);

/// What an upload will become.
#[derive(Serialize, Deserialize)]
struct Upload {
    bucket: String,
    key: String,
    headers: Headers,
    /// What every part has, if the upload was started so.
    #[serde(default)]
    checksums: Option<Algorithm>,
}

/// A part that was uploaded.
pub(crate) struct PartInfo {
    pub(crate) number: i32,
    pub(crate) size: u64,
    pub(crate) etag: String,
    pub(crate) checksum: Option<Checksum>,
    pub(crate) modified: SystemTime,
}

/// A part that the completed object shall have, as its writer names it.
pub(crate) struct Chosen {
    pub(crate) number: i32,
    pub(crate) etag: Option<String>,
    pub(crate) checksum: Option<Checksum>,
}

/// What the completed object shall be, as its writer says.
pub(crate) struct Wanted {
    pub(crate) precondition: Precondition,
    pub(crate) checksum: Option<Checksum>,
    /// Its bytes.
    pub(crate) size: Option<i64>,
}

impl Folder {
    fn uploads(&self) -> PathBuf {
        self.0.join("uploads")
    }

    /// Starts an upload, and returns its identity.
    pub(crate) fn start_upload(
        &self,
        bucket: &str,
        key: &str,
        headers: Headers,
        checksums: Option<Algorithm>,
    ) -> S3Result<String> {
        self.bucket(bucket)?;
        let id = Uuid::new_v4().simple().to_string();
        let upload = Upload {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            headers,
            checksums,
        };
        let write = || -> io::Result<()> {
            let folder = self.uploads().join(&id);
            fs::create_dir(&folder)?;
            fs::write(folder.join("upload.json"), serde_json::to_vec(&upload)?)?;
            fs::File::open(folder.join("upload.json"))?.sync_all()?;
            draft::sync(&folder)?;
            draft::sync(&self.uploads())
        };
        write().map_err(failed)?;
        Ok(id)
    }

    /// An upload's folder and what it will become, if it is one of this key.
    fn upload(&self, bucket: &str, key: &str, id: &str) -> S3Result<(PathBuf, Upload)> {
        let unknown = || {
            s3_error!(
                NoSuchUpload,
                "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."
            )
        };
        // Only what this server gave out can name a folder.
        let id = Uuid::try_parse(id).map_err(|_| unknown())?;
        let folder = self.uploads().join(id.simple().to_string());
        let upload = match fs::read(folder.join("upload.json")) {
            Ok(text) => serde_json::from_slice::<Upload>(&text).map_err(failed)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(unknown()),
            Err(error) => return Err(failed(error)),
        };
        if upload.bucket == bucket && upload.key == key {
            Ok((folder, upload))
        } else {
            Err(unknown())
        }
    }

    /// Whether a part with such a checksum may be sent. An upload without an algorithm takes any.
    pub(crate) fn expects_part(
        &self,
        bucket: &str,
        key: &str,
        id: &str,
        checksum: Option<Algorithm>,
    ) -> S3Result<()> {
        let (_, upload) = self.upload(bucket, key, id)?;
        match upload.checksums {
            Some(expected) if checksum != Some(expected) => Err(S3Error::with_message(
                S3ErrorCode::InvalidRequest,
                format!(
                    "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
                    expected.name(),
                    checksum.map_or("null", Algorithm::name)
                ),
            )),
            _ => Ok(()),
        }
    }

    /// Keeps a part, in place of one with that number.
    pub(crate) fn put_part(
        &self,
        bucket: &str,
        key: &str,
        id: &str,
        number: i32,
        ready: Ready,
    ) -> S3Result<Record> {
        let (folder, _) = self.upload(bucket, key, id)?;
        ready
            .replace(&folder, &part_path(&folder, number))
            .map_err(failed)
    }

    /// The parts so far, by number, and the algorithm of their checksums.
    pub(crate) fn parts(
        &self,
        bucket: &str,
        key: &str,
        id: &str,
    ) -> S3Result<(Option<Algorithm>, Vec<PartInfo>)> {
        let (folder, upload) = self.upload(bucket, key, id)?;
        let mut parts = Vec::new();
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name();
            let Some(Ok(number)) = name.to_str().map(str::parse) else {
                continue;
            };
            let part = Object::open(&entry.path()).map_err(failed)?;
            parts.push(PartInfo {
                number,
                size: part.record.size,
                etag: part.record.etag,
                checksum: part.record.checksum.filter(|_| upload.checksums.is_some()),
                modified: part.modified,
            });
        }
        parts.sort_unstable_by_key(|part| part.number);
        Ok((upload.checksums, parts))
    }

    /// Makes the object of its parts and forgets the upload.
    pub(crate) fn complete_upload(
        &self,
        bucket: &str,
        key: &str,
        id: &str,
        chosen: &[Chosen],
        wanted: &Wanted,
    ) -> S3Result<Published> {
        let (folder, upload) = self.upload(bucket, key, id)?;
        let parts = open_parts(&folder, chosen, upload.checksums)?;
        let etag = etag_of(&parts)?;
        let checksum = checksum_of(&parts, upload.checksums)?;
        as_wanted(&parts, checksum.as_ref(), wanted)?;
        let mut draft = self.draft()?;
        for part in parts {
            let size = part.record.size;
            let mut file = part.into_file().map_err(failed)?;
            draft.append(&mut file, size).map_err(failed)?;
        }
        let ready = draft
            .finish(upload.headers, Some(etag), checksum)
            .map_err(failed)?;
        let published = self.publish(bucket, key, ready, &wanted.precondition)?;
        forget(&folder)?;
        Ok(published)
    }

    /// Forgets an upload and its parts.
    pub(crate) fn abort_upload(&self, bucket: &str, key: &str, id: &str) -> S3Result<()> {
        let (folder, _) = self.upload(bucket, key, id)?;
        forget(&folder)
    }

    /// Removes uploads that nobody works on any more.
    pub(super) fn forget_old_uploads(&self) -> io::Result<()> {
        for upload in fs::read_dir(self.uploads())? {
            let upload = upload?;
            let age = upload.metadata()?.modified()?.elapsed();
            if age.is_ok_and(|age| age > LIFETIME) {
                fs::remove_dir_all(upload.path())?;
            }
        }
        Ok(())
    }
}

/// Removes an upload's folder; someone who ended the same upload may be doing so, too.
fn forget(folder: &Path) -> S3Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
        _ => Ok(()),
    }
}

fn part_path(folder: &Path, number: i32) -> PathBuf {
    folder.join(format!("{number:05}"))
}

/// The parts that were chosen, as AWS accepts them: in order, there, the ones that were meant, and none too small.
fn open_parts(
    folder: &Path,
    chosen: &[Chosen],
    checksums: Option<Algorithm>,
) -> S3Result<Vec<Object>> {
    if chosen.is_empty() {
        return Err(s3_error!(
            MalformedXML,
            "You must specify at least one part"
        ));
    }
    if chosen.windows(2).any(|two| two[0].number >= two[1].number) {
        return Err(s3_error!(
            InvalidPartOrder,
            "The list of parts was not in ascending order. Parts must be ordered by part number."
        ));
    }
    let missing = || {
        s3_error!(
            InvalidPart,
            "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."
        )
    };
    let mut parts = Vec::with_capacity(chosen.len());
    for (index, wanted) in chosen.iter().enumerate() {
        let part = match Object::open(&part_path(folder, wanted.number)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(missing()),
            part => part.map_err(failed)?,
        };
        if wanted
            .etag
            .as_ref()
            .is_some_and(|etag| *etag != part.record.etag)
        {
            return Err(missing());
        }
        match (checksums, &wanted.checksum) {
            // Also a checksum that the part was sent with: the upload does not know it.
            (None, Some(_)) => return Err(missing()),
            (Some(algorithm), None) => return Err(checksum_missing(algorithm, wanted.number)),
            (Some(_), named) if *named != part.record.checksum => return Err(missing()),
            (None, None) | (Some(_), Some(_)) => {}
        }
        if part.record.size < SMALLEST_PART && index + 1 < chosen.len() {
            return Err(s3_error!(
                EntityTooSmall,
                "Your proposed upload is smaller than the minimum allowed size"
            ));
        }
        parts.push(part);
    }
    Ok(parts)
}

fn checksum_missing(algorithm: Algorithm, part: i32) -> S3Error {
    S3Error::with_message(
        S3ErrorCode::InvalidRequest,
        format!(
            "The upload was created using a {} checksum. The complete request must include the checksum for each part. It was missing for part {part} in the request.",
            algorithm.name()
        ),
    )
}

/// The checksum of the parts' checksums, if the upload has an algorithm.
fn checksum_of(parts: &[Object], algorithm: Option<Algorithm>) -> S3Result<Option<Checksum>> {
    let Some(algorithm) = algorithm else {
        return Ok(None);
    };
    let checksums = parts
        .iter()
        .filter_map(|part| part.record.checksum.as_ref());
    Checksum::composite(algorithm, checksums)
}

/// Whether the object becomes what its writer says.
fn as_wanted(parts: &[Object], checksum: Option<&Checksum>, wanted: &Wanted) -> S3Result<()> {
    if wanted.checksum.is_some() && wanted.checksum.as_ref() != checksum {
        return Err(s3_error!(
            BadDigest,
            "The checksum you specified did not match the calculated checksum."
        ));
    }
    let size = parts.iter().map(|part| part.record.size).sum::<u64>();
    match wanted.size {
        Some(wanted) if u64::try_from(wanted) != Ok(size) => Err(s3_error!(
            InvalidRequest,
            "The provided 'x-amz-mp-object-size' header does not match what was computed"
        )),
        _ => Ok(()),
    }
}

/// MD5 of the parts' MD5s, and their number.
fn etag_of(parts: &[Object]) -> S3Result<String> {
    let mut md5 = Md5::new();
    for part in parts {
        md5.update(&hex::decode(&part.record.etag).map_err(failed)?);
    }
    Ok(format!("{}-{}", hex::encode(md5.finalize()), parts.len()))
}
