//! `towpath backup make`: the records as of one moment, then the objects.
//!
//! The portal may go on meanwhile. Records come first, and an object is there before a record names it, so that the objects of
//! all records are there to be copied. A seal is the other way round: it tells of records. So the buckets that keep versions
//! are listed before and after the records are copied, and both lists have to be the same.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, BufWriter, Read as _, Write},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use domain::{
    Timestamp,
    causes::chain,
    digest::{Digest, Hasher},
};
use embedded::{
    dynamodb::{self, Cursor, Damage, Depth, OfflineTable},
    s3::{StoredObjects, StoredVersion},
};
use store::{object_keys, table::objects_of_item};

use super::{
    MakeOptions, explained, failed,
    folders::{finish, partial, refuse_within, sync},
    format::{
        FOLDER, FORMAT, FileOf, MANIFEST, Manifest, OBJECTS, ObjectLine, Objects, RECORDS, Records,
        Retention,
    },
    names,
    progress::Progress,
    unreadable, unwritable, with_room,
};
use crate::{
    commands::now,
    failure::Failure,
    serve::{checks, layout, place},
};

/// How often the records are copied anew, where seals were made meanwhile; they are made once an hour.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(300);

/// What is copied at once.
const BLOCK: usize = 1 << 20;

pub(super) fn make(options: &MakeOptions, watched: bool) -> Result<Manifest, Failure> {
    let (data, to) = (options.data.as_path(), options.to.as_path());
    if !layout::records(data).is_file() {
        return Err(Failure::NotFound(format!(
            "{} has no records: name the data folder of `towpath serve` with --data",
            data.display()
        )));
    }
    refuse_within(data, to)?;
    if to.symlink_metadata().is_ok() {
        return Err(Failure::Refused(format!(
            "{} is there already: a backup takes no other's place. Name a new folder with --to",
            to.display()
        )));
    }
    write(data, to, watched).map_err(|failure| with_room(failure, size_of(data), "--to"))
}

fn write(data: &Path, to: &Path, watched: bool) -> Result<Manifest, Failure> {
    if let Some(above) = to.parent() {
        fs::create_dir_all(above).map_err(|error| unwritable(above, &error))?;
    }
    let partial = partial(to, "a backup")?;
    let progress = Progress::new(watched);
    let written = Backup {
        data,
        to: partial.path(),
        progress: &progress,
    }
    .write();
    progress.finish();
    let manifest = written.map_err(|failure| explained(failure, partial.path()))?;
    finish(partial, to)?;
    Ok(manifest)
}

/// The bytes of a data folder, as far as they are known.
fn size_of(data: &Path) -> u64 {
    let records = layout::records(data);
    let log = records.with_extension("sqlite-wal");
    let files = [records, log].into_iter();
    let records: u64 = files
        .map(|file| fs::metadata(file).map_or(0, |found| found.len()))
        .sum();
    let objects = || -> io::Result<u64> {
        let stored = StoredObjects::of(&layout::objects(data))?;
        let mut bytes = 0;
        for bucket in stored.buckets()? {
            let versions = stored.versions(&bucket)?;
            bytes += versions
                .iter()
                .map(StoredVersion::size_on_disk)
                .sum::<u64>();
        }
        Ok(bytes)
    };
    records + objects().unwrap_or_default()
}

/// A backup that is being written.
struct Backup<'a> {
    data: &'a Path,
    to: &'a Path,
    progress: &'a Progress,
}

/// A bucket and what is to be copied of it.
struct Bucket {
    role: String,
    versions: Vec<StoredVersion>,
}

/// What the records of a snapshot are, and which objects they name.
struct Snapshot {
    made_at: Timestamp,
    database: PathBuf,
    /// The versions of the buckets that keep them.
    versions: Vec<Bucket>,
}

impl Backup<'_> {
    fn write(&self) -> Result<Manifest, Failure> {
        self.progress.say("records");
        let objects = layout::objects(self.data);
        let stored = StoredObjects::of(&objects).map_err(|error| unreadable(&objects, &error))?;
        let snapshot = self.snapshot(&stored)?;
        let (table, named) = self.write_records(&snapshot.database)?;
        let database = snapshot.database.parent().unwrap_or(&snapshot.database);
        fs::remove_dir_all(database).map_err(|error| unwritable(database, &error))?;

        let mut buckets = snapshot.versions;
        buckets.extend(self.buckets(&stored, false)?);
        buckets.sort_by(|a, b| a.role.cmp(&b.role));
        let mut copied = Copied::create(self.to, self.progress)?;
        let versions = buckets.iter().flat_map(|bucket| &bucket.versions);
        self.progress
            .start(versions.map(StoredVersion::size_on_disk).sum());
        for bucket in &buckets {
            for version in &bucket.versions {
                copied.copy(&bucket.role, version)?;
            }
        }
        let (objects, mut incomplete, keys) = copied.finish()?;
        let missing = named.difference(&keys);
        incomplete.extend(missing.map(|key| {
            format!("{key}: a build names it, and it is not in the data folder as it was stored")
        }));
        let manifest = Manifest {
            format: FORMAT,
            made_at: snapshot.made_at,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            table,
            objects,
            incomplete,
        };
        let path = self.to.join(MANIFEST);
        let text = serde_json::to_vec_pretty(&manifest).map_err(|error| Failure::failed(&error))?;
        let write = || -> io::Result<()> {
            let mut file = File::create_new(&path)?;
            file.write_all(&text)?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            sync(self.to)
        };
        write().map_err(|error| unwritable(&path, &error))?;
        Ok(manifest)
    }

    /// Copies the records while no seal is made.
    fn snapshot(&self, stored: &StoredObjects) -> Result<Snapshot, Failure> {
        let folder = self.to.join("database");
        let database = folder.join("records.sqlite");
        let source = layout::records(self.data);
        dynamodb::whole(&source, Depth::Structure(checks::LOOK))
            .map_err(|damage| damaged(&source, &chain(&damage)))?;
        for _ in 0..TRIES {
            fs::create_dir(&folder).map_err(|error| unwritable(&folder, &error))?;
            let versions = self.buckets(stored, true)?;
            let made_at = now();
            dynamodb::snapshot(&source, &database).map_err(|error| failed(&error))?;
            let after = self.buckets(stored, true)?;
            let same = |(a, b): (&Bucket, &Bucket)| a.versions == b.versions;
            if versions.len() == after.len() && versions.iter().zip(&after).all(same) {
                return Ok(Snapshot {
                    made_at,
                    database,
                    versions,
                });
            }
            fs::remove_dir_all(&folder).map_err(|error| unwritable(&folder, &error))?;
            thread::sleep(PAUSE);
        }
        Err(Failure::Failed(format!(
            "seals of the audit log were made during each of {TRIES} tries to copy the records: try again"
        )))
    }

    fn buckets(
        &self,
        stored: &StoredObjects,
        keeps_versions: bool,
    ) -> Result<Vec<Bucket>, Failure> {
        let list = || -> io::Result<Vec<Bucket>> {
            let mut found = Vec::new();
            for name in stored.buckets()? {
                if stored.keeps_versions(&name)? == keeps_versions {
                    found.push(Bucket {
                        role: place::role_of(&name).to_owned(),
                        versions: stored.versions(&name)?,
                    });
                }
            }
            Ok(found)
        };
        list().map_err(|error| unreadable(&layout::objects(self.data), &error))
    }

    /// Writes the records of a copy of the database, and returns the keys of the objects that they name.
    fn write_records(&self, database: &Path) -> Result<(Records, BTreeSet<String>), Failure> {
        let source = layout::records(self.data);
        dynamodb::check(database, Depth::Everything).map_err(|damage| match damage {
            // That of the copy: nothing is known of the data folder's.
            Damage::Unreadable(error) => unwritable(database, &error),
            damage => damaged(&source, &chain(&damage)),
        })?;
        let table = OfflineTable::open(database, place::TABLE).map_err(|error| failed(&error))?;
        let mut list = List::create(self.to.join(RECORDS))?;
        let mut named = BTreeSet::new();
        let mut next = Some(Cursor::default());
        while let Some(after) = next {
            let page = table.page(after).map_err(|error| failed(&error))?;
            for line in page.0 {
                // A record that this version does not understand names what it names, and is copied as it is.
                named.extend(objects_of_item(&line).unwrap_or_default());
                list.push(&line)?;
            }
            next = page.1;
        }
        let (items, sha256) = list.finish()?;
        Ok((Records { items, sha256 }, named))
    }
}

fn damaged(database: &Path, what: &str) -> Failure {
    Failure::Refused(format!(
        "{} is damaged: {what}. No backup was made; keep the ones that there are, and restore the newest with `towpath backup restore`",
        database.display()
    ))
}

/// Objects that are copied, and the list of them.
struct Copied<'a> {
    to: &'a Path,
    progress: &'a Progress,
    list: List,
    bytes: u64,
    incomplete: Vec<String>,
    /// The keys that are in the backup, of builds' files and icons.
    keys: BTreeSet<String>,
}

impl<'a> Copied<'a> {
    fn create(to: &'a Path, progress: &'a Progress) -> Result<Self, Failure> {
        let folder = to.join(FOLDER);
        fs::create_dir(&folder).map_err(|error| unwritable(&folder, &error))?;
        Ok(Self {
            to,
            progress,
            list: List::create(to.join(OBJECTS))?,
            bytes: 0,
            incomplete: Vec::new(),
            keys: BTreeSet::new(),
        })
    }

    /// Copies a version. One that is gone since it was listed belonged to nothing that lasts; one that is damaged is told.
    fn copy(&mut self, role: &str, version: &StoredVersion) -> Result<(), Failure> {
        let key = &version.key;
        let found = match version.open() {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(()),
            Err(error) => {
                self.incomplete
                    .push(format!("{key}: it cannot be read: {error}"));
                return Ok(());
            }
        };
        let modified =
            Timestamp::try_from(found.modified).map_err(|error| Failure::failed(&error))?;
        let mut bytes = found.bytes;
        let file = if version.deleted {
            None
        } else {
            let copied = self.copy_bytes(role, version, &mut bytes, found.size)?;
            if copied.is_none() {
                return Ok(());
            }
            copied
        };
        let line = ObjectLine {
            bucket: role.to_owned(),
            key: key.clone(),
            version: version.id.clone(),
            deleted: version.deleted,
            modified: Some(modified),
            bytes: file,
            retention: found.lock.and_then(Retention::of),
            etag: (!version.deleted).then_some(found.etag),
            checksum: found.checksum,
            headers: found.headers,
        };
        let line = serde_json::to_string(&line).map_err(|error| Failure::failed(&error))?;
        self.list.push(&line)
    }

    /// Copies the bytes; `None` where they are not what was stored.
    fn copy_bytes(
        &mut self,
        role: &str,
        version: &StoredVersion,
        bytes: &mut io::Take<File>,
        size: u64,
    ) -> Result<Option<FileOf>, Failure> {
        let (name, mut file) = self.create_file(role, &version.key)?;
        let path = self.to.join(&name);
        let mut hash = Hasher::new();
        let mut block = vec![0; BLOCK];
        let mut copied = 0;
        loop {
            let read = match bytes.read(&mut block) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) => {
                    self.incomplete
                        .push(format!("{}: it cannot be read: {error}", version.key));
                    return without(&path);
                }
            };
            hash.update(&block[..read]);
            file.write_all(&block[..read])
                .map_err(|error| unwritable(&path, &error))?;
            copied += read as u64;
            self.progress.add(read as u64);
        }
        let sha256 = hash.finish();
        if copied != size {
            self.incomplete
                .push(format!("{}: its end is missing", version.key));
            return without(&path);
        }
        // Whether a build needs it shows when what records name is compared with what was copied.
        if object_keys::digest_of(&version.key).is_some_and(|named| named != sha256) {
            return without(&path);
        }
        file.sync_all().map_err(|error| unwritable(&path, &error))?;
        self.bytes += size;
        if object_keys::app_of(&version.key).is_some() {
            self.keys.insert(version.key.clone());
        }
        Ok(Some(FileOf {
            file: name,
            size,
            sha256,
        }))
    }

    /// A new file for an object: by its key, where that makes a name that no other has.
    fn create_file(&self, role: &str, key: &str) -> Result<(String, File), Failure> {
        let create = |name: &str| -> io::Result<File> {
            let path = self.to.join(name);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            File::create_new(&path)
        };
        if let Some(name) = names::plain(role, key) {
            match create(&name) {
                Ok(file) => return Ok((name, file)),
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::AlreadyExists
                            | io::ErrorKind::NotADirectory
                            | io::ErrorKind::IsADirectory
                            | io::ErrorKind::InvalidFilename
                    ) => {}
                Err(error) => return Err(unwritable(&self.to.join(name), &error)),
            }
        }
        let name = names::numbered(role, self.list.lines);
        let file = create(&name).map_err(|error| unwritable(&self.to.join(&name), &error))?;
        Ok((name, file))
    }

    fn finish(self) -> Result<(Objects, Vec<String>, BTreeSet<String>), Failure> {
        let (count, sha256) = self.list.finish()?;
        let objects = Objects {
            count,
            bytes: self.bytes,
            sha256,
        };
        Ok((objects, self.incomplete, self.keys))
    }
}

/// Takes a copy back.
fn without(path: &Path) -> Result<Option<FileOf>, Failure> {
    fs::remove_file(path).map_err(|error| unwritable(path, &error))?;
    Ok(None)
}

/// A file of lines, and the digest of it.
struct List {
    path: PathBuf,
    file: BufWriter<File>,
    hash: Hasher,
    lines: u64,
}

impl List {
    fn create(path: PathBuf) -> Result<Self, Failure> {
        let file = File::create_new(&path).map_err(|error| unwritable(&path, &error))?;
        Ok(Self {
            path,
            file: BufWriter::new(file),
            hash: Hasher::new(),
            lines: 0,
        })
    }

    fn push(&mut self, line: &str) -> Result<(), Failure> {
        for part in [line.as_bytes(), b"\n"] {
            self.hash.update(part);
            self.file
                .write_all(part)
                .map_err(|error| unwritable(&self.path, &error))?;
        }
        self.lines += 1;
        Ok(())
    }

    fn finish(self) -> Result<(u64, Digest), Failure> {
        let Self {
            path,
            file,
            hash,
            lines,
        } = self;
        let file = file
            .into_inner()
            .map_err(|error| unwritable(&path, error.error()))?;
        file.sync_all().map_err(|error| unwritable(&path, &error))?;
        Ok((lines, hash.finish()))
    }
}
