//! The objects of a folder without its server: read while another process serves them, and put into a folder that nobody
//! serves. Backups are made of the one, and restored by the other.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use super::{
    Folder, Headers, Object, VersionLock, draft,
    keys::{self, Place},
    listing::{holds_any, walk},
    versions::Version,
};
use crate::s3::checksum::Checksum;

/// What is read at once.
const BLOCK: usize = 256 * 1024;

/// The objects of a folder.
pub struct StoredObjects(Folder);

/// A version of an object in a folder, or a delete marker; of a bucket that keeps no versions, the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredVersion {
    /// The object's key.
    pub key: String,
    /// The version's id, in a bucket that keeps versions.
    pub id: Option<String>,
    /// Whether it is a delete marker.
    pub deleted: bool,
    path: PathBuf,
}

/// The bytes of a version, and what is known of them.
pub struct StoredBytes {
    /// Its bytes.
    pub size: u64,
    /// Its entity tag, without quotes.
    pub etag: String,
    /// The checksum that it was sent with.
    pub checksum: Option<Checksum>,
    /// What its writer said of it.
    pub headers: Headers,
    /// When it was written.
    pub modified: SystemTime,
    /// How it is locked.
    pub lock: Option<VersionLock>,
    /// The bytes.
    pub bytes: io::Take<File>,
}

/// A version that is to be put into a folder.
#[derive(Clone, Debug)]
pub struct NewVersion {
    /// The object's key.
    pub key: String,
    /// Its id; one that this S3 would not give is replaced by another.
    pub id: Option<String>,
    /// Its entity tag; left out, it is computed.
    pub etag: Option<String>,
    /// The checksum that it was sent with.
    pub checksum: Option<Checksum>,
    /// What its writer said of it.
    pub headers: Headers,
    /// When it was written.
    pub modified: SystemTime,
    /// How it is locked.
    pub lock: Option<VersionLock>,
}

impl StoredObjects {
    /// Those of a folder. Nothing in it is made, removed or changed by that.
    pub fn of(folder: &Path) -> io::Result<Self> {
        let root = std::path::absolute(folder)?;
        Ok(Self(Folder(Arc::new(root), Arc::default())))
    }

    /// The buckets by name.
    pub fn buckets(&self) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(self.0.buckets()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut names = Vec::new();
        for entry in entries {
            names.extend(entry?.file_name().into_string());
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Makes a bucket, unless it is there.
    pub fn create_bucket(&self, bucket: &str) -> io::Result<()> {
        let made = self.0.create_bucket(bucket);
        made.map(|_| ()).map_err(io::Error::other)
    }

    /// Whether a bucket keeps versions.
    pub fn keeps_versions(&self, bucket: &str) -> io::Result<bool> {
        let settings = self.0.settings(bucket).map_err(io::Error::other)?;
        Ok(settings.versioning)
    }

    /// Whether a bucket has or had an object.
    pub fn holds_any(&self, bucket: &str) -> io::Result<bool> {
        for root in [self.0.buckets().join(bucket), self.0.versions_of(bucket)] {
            if holds_any(&root, &Place::default())? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Every version of every object of a bucket, by key, the oldest first.
    pub fn versions(&self, bucket: &str) -> io::Result<Vec<StoredVersion>> {
        let keeps_versions = self.keeps_versions(bucket)?;
        let mut found = Vec::new();
        for key in self.keys(bucket)? {
            if keeps_versions {
                let versions = self.0.versions(bucket, &key).map_err(io::Error::other)?;
                found.extend(versions.into_iter().rev().map(|version| StoredVersion {
                    key: key.clone(),
                    id: Some(version.id),
                    deleted: version.marker,
                    path: version.path,
                }));
            } else {
                let path = keys::path_of(&self.0.buckets().join(bucket), &key);
                found.push(StoredVersion {
                    key,
                    id: None,
                    deleted: false,
                    path,
                });
            }
        }
        Ok(found)
    }

    fn keys(&self, bucket: &str) -> io::Result<BTreeSet<String>> {
        let mut keys = Vec::new();
        for root in [self.0.buckets().join(bucket), self.0.versions_of(bucket)] {
            walk(&root, &Place::default(), "", &mut keys)?;
        }
        Ok(keys.into_iter().collect())
    }

    /// Puts a version behind those that its key has; in a bucket that keeps no versions, in place of the object. `bytes` are
    /// read to their end; without, it is a delete marker.
    pub fn put(
        &self,
        bucket: &str,
        new: NewVersion,
        bytes: Option<&mut dyn Read>,
    ) -> io::Result<()> {
        let folder = &self.0;
        let current = keys::path_of(&folder.buckets().join(bucket), &new.key);
        let Some(bytes) = bytes else {
            return self.put_marker(bucket, &new, &current);
        };
        let mut draft = folder.draft().map_err(io::Error::other)?;
        let mut block = vec![0; BLOCK];
        loop {
            match bytes.read(&mut block)? {
                0 => break,
                read => draft.write(&block[..read])?,
            }
        }
        let ready = draft.finish(new.headers, new.etag, new.checksum)?;
        let ready = ready.written_at(new.modified)?;
        if !self.keeps_versions(bucket)? {
            ready.replace(&folder.buckets().join(bucket), &current)?;
            return Ok(());
        }
        let _alone = folder.alone();
        let (versions, next) = folder.next_version(bucket, &new.key)?;
        let id = own_id(new.id.as_deref()).unwrap_or(next);
        if let Some(lock) = new.lock {
            let text = serde_json::to_vec(&lock)?;
            folder.replace(&versions.join(format!("{id}.lock")), &text)?;
        }
        let version = versions.join(id);
        ready.create(&folder.0, &version)?;
        folder.show(&version, bucket, &current)
    }

    fn put_marker(&self, bucket: &str, new: &NewVersion, current: &Path) -> io::Result<()> {
        let folder = &self.0;
        if !self.keeps_versions(bucket)? {
            return super::remove(&folder.buckets().join(bucket), current);
        }
        let _alone = folder.alone();
        let (versions, next) = folder.next_version(bucket, &new.key)?;
        let id = own_id(new.id.as_deref()).unwrap_or(next);
        let marker = versions.join(format!("{id}.deleted"));
        folder.replace(&marker, b"")?;
        File::options()
            .write(true)
            .open(&marker)?
            .set_modified(new.modified)?;
        super::remove(&folder.buckets().join(bucket), current)?;
        draft::sync(&versions)
    }
}

impl StoredVersion {
    /// The bytes that it takes on the disk.
    pub fn size_on_disk(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |found| found.len())
    }

    /// Opens it; `None` if it was deleted meanwhile. A delete marker has no bytes.
    pub fn open(&self) -> io::Result<Option<StoredBytes>> {
        let found = || -> io::Result<StoredBytes> {
            let version = self.version();
            let lock = version.lock()?;
            if self.deleted {
                let file = File::open(&self.path)?;
                return Ok(StoredBytes {
                    size: 0,
                    etag: String::new(),
                    checksum: None,
                    headers: Headers::default(),
                    modified: file.metadata()?.modified()?,
                    lock,
                    bytes: file.take(0),
                });
            }
            let object = Object::open(&self.path)?;
            let (record, modified) = (object.record.clone(), object.modified);
            Ok(StoredBytes {
                size: record.size,
                etag: record.etag,
                checksum: record.checksum,
                headers: record.headers,
                modified,
                lock,
                bytes: object.into_file()?.take(record.size),
            })
        };
        match found() {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn version(&self) -> Version {
        Version {
            id: self.id.clone().unwrap_or_default(),
            marker: self.deleted,
            path: self.path.clone(),
        }
    }
}

/// An id that this S3 gave itself: a number of twelve digits, and a random part of 32.
fn own_id(id: Option<&str>) -> Option<String> {
    let (order, random) = id?.split_once('-')?;
    let own = order.len() == 12
        && order.bytes().all(|byte| byte.is_ascii_digit())
        && random.len() == 32
        && random.bytes().all(|byte| byte.is_ascii_hexdigit());
    own.then(|| format!("{order}-{random}"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::s3::folder::{DefaultLock, LockMode, Precondition};

    fn folder(path: &Path) -> Folder {
        let folder = Folder::open(path).unwrap();
        folder.create_bucket("plain").unwrap();
        folder.create_bucket("seals").unwrap();
        folder
            .set("seals", |settings| {
                settings.versioning = true;
                settings.lock = Some(DefaultLock {
                    mode: LockMode::Governance,
                    days: 10,
                });
                Ok(())
            })
            .unwrap();
        folder
    }

    fn put(folder: &Folder, bucket: &str, key: &str, bytes: &[u8]) {
        let mut draft = folder.draft().unwrap();
        draft.write(bytes).unwrap();
        let headers = Headers {
            content_type: Some("text/plain".to_owned()),
            ..Headers::default()
        };
        let ready = draft.finish(headers, None, None).unwrap();
        folder
            .publish(bucket, key, ready, &Precondition::None)
            .unwrap();
    }

    type Shown = (
        StoredVersion,
        Option<String>,
        SystemTime,
        Option<VersionLock>,
        Vec<u8>,
    );

    fn shown(objects: &StoredObjects, bucket: &str) -> Vec<Shown> {
        let versions = objects.versions(bucket).unwrap().into_iter();
        versions
            .map(|version| {
                let mut found = version.open().unwrap().unwrap();
                let mut bytes = Vec::new();
                found.bytes.read_to_end(&mut bytes).unwrap();
                let version = StoredVersion {
                    path: PathBuf::new(),
                    ..version
                };
                let kind = found.headers.content_type;
                (version, kind, found.modified, found.lock, bytes)
            })
            .collect()
    }

    #[test]
    fn what_is_read_from_one_folder_is_the_same_in_another() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let source = folder(from.path());
        put(&source, "plain", "a/b", b"bytes");
        put(&source, "plain", "A/../b", b"");
        for bytes in [b"first", b"other"] {
            put(&source, "seals", "seals/1", bytes);
        }
        source.delete("seals", "seals/1").unwrap();
        put(&source, "seals", "seals/2", b"second");
        let target = folder(to.path());
        let objects = StoredObjects::of(from.path()).unwrap();
        let copy = StoredObjects::of(to.path()).unwrap();
        for bucket in objects.buckets().unwrap() {
            assert!(objects.holds_any(&bucket).unwrap());
            assert!(!copy.holds_any(&bucket).unwrap());
            for version in objects.versions(&bucket).unwrap() {
                let mut found = version.open().unwrap().unwrap();
                let new = NewVersion {
                    key: version.key.clone(),
                    id: version.id.clone(),
                    etag: Some(found.etag),
                    checksum: found.checksum,
                    headers: found.headers,
                    modified: found.modified,
                    lock: found.lock,
                };
                let bytes: Option<&mut dyn Read> = if version.deleted {
                    None
                } else {
                    Some(&mut found.bytes)
                };
                copy.put(&bucket, new, bytes).unwrap();
            }
            assert_eq!(shown(&copy, &bucket), shown(&objects, &bucket), "{bucket}");
            assert!(!shown(&copy, &bucket).is_empty());
        }
        assert!(target.object("seals", "seals/1").is_err(), "it is hidden");
        assert_eq!(target.object("seals", "seals/2").unwrap().record.size, 6);
        let ids = target.versions("seals", "seals/1").unwrap();
        let locked = target.delete_version("seals", "seals/1", &ids[2].id, false);
        assert!(locked.is_err(), "it is locked");
    }

    #[test]
    fn an_id_of_another_s3_is_replaced_and_the_order_kept() {
        let to = tempfile::tempdir().unwrap();
        let target = folder(to.path());
        let copy = StoredObjects::of(to.path()).unwrap();
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        for (id, text) in [("zz/../x", "older"), ("aa", "newer")] {
            let new = NewVersion {
                key: "seals/1".to_owned(),
                id: Some(id.to_owned()),
                etag: None,
                checksum: None,
                headers: Headers::default(),
                modified,
                lock: None,
            };
            copy.put("seals", new, Some(&mut text.as_bytes())).unwrap();
        }
        let found = shown(&copy, "seals");
        let texts: Vec<&[u8]> = found.iter().map(|found| found.4.as_slice()).collect();
        assert_eq!(texts, [b"older", b"newer"]);
        assert!(found.iter().all(|found| found.2 == modified));
        assert_eq!(target.object("seals", "seals/1").unwrap().record.size, 5);
    }
}
