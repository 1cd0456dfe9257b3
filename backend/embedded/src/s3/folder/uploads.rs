//! Multipart uploads.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use s3s::{
    S3Result,
    crypto::{Checksum as _, Md5},
    s3_error,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Folder, Headers, Object, Ready, Record, draft, failed};

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
}

/// A part that was uploaded.
pub(crate) struct PartInfo {
    pub(crate) number: i32,
    pub(crate) size: u64,
    pub(crate) etag: String,
    pub(crate) modified: SystemTime,
}

/// A part that the completed object shall have, as its writer names it.
pub(crate) struct Chosen {
    pub(crate) number: i32,
    pub(crate) etag: Option<String>,
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
    ) -> S3Result<String> {
        self.bucket(bucket)?;
        let id = Uuid::new_v4().simple().to_string();
        let upload = Upload {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            headers,
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

    /// Whether a part may be sent.
    pub(crate) fn expects_part(&self, bucket: &str, key: &str, id: &str) -> S3Result<()> {
        self.upload(bucket, key, id).map(|_| ())
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

    /// The parts so far, by number.
    pub(crate) fn parts(&self, bucket: &str, key: &str, id: &str) -> S3Result<Vec<PartInfo>> {
        let (folder, _) = self.upload(bucket, key, id)?;
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
                modified: part.modified,
            });
        }
        parts.sort_unstable_by_key(|part| part.number);
        Ok(parts)
    }

    /// Makes the object of its parts and forgets the upload.
    pub(crate) fn complete_upload(
        &self,
        bucket: &str,
        key: &str,
        id: &str,
        chosen: &[Chosen],
        only_new: bool,
    ) -> S3Result<Record> {
        let (folder, upload) = self.upload(bucket, key, id)?;
        let parts = open_parts(&folder, chosen)?;
        let etag = etag_of(&parts)?;
        let mut draft = self.draft()?;
        for part in parts {
            let size = part.record.size;
            let mut file = part.into_file().map_err(failed)?;
            draft.append(&mut file, size).map_err(failed)?;
        }
        let ready = draft.finish(upload.headers, Some(etag)).map_err(failed)?;
        let record = self.publish(bucket, key, ready, only_new)?;
        forget(&folder)?;
        Ok(record)
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
fn open_parts(folder: &Path, chosen: &[Chosen]) -> S3Result<Vec<Object>> {
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

/// MD5 of the parts' MD5s, and their number.
fn etag_of(parts: &[Object]) -> S3Result<String> {
    let mut md5 = Md5::new();
    for part in parts {
        md5.update(&hex::decode(&part.record.etag).map_err(failed)?);
    }
    Ok(format!("{}-{}", hex::encode(md5.finalize()), parts.len()))
}
