//! `towpath backup restore`: a new data folder, complete or not at all.

use std::{
    fs::File,
    io::{self, Read, Write as _},
    path::{Path, PathBuf},
};

use domain::{Timestamp, causes::chain};
use embedded::{
    dynamodb::{self, Damage, Depth, OfflineTable},
    s3::{NewVersion, StoredObjects},
};

use super::{
    RestoreOptions, blocking, explained, failed,
    folders::{finish, finish_within, is_there_and_empty, partial, partial_within},
    format::{Manifest, OBJECTS, ObjectLine, RECORDS},
    progress::Progress,
    read::{Stored, damaged},
    unwritable, with_room,
};
use crate::{
    failure::Failure,
    serve::{DataFolder, layout, place},
};

/// How many records are written in one transaction, at the most, and how many bytes of them.
const ITEMS: usize = 500;
const BYTES: usize = 4 << 20;

pub(super) async fn restore(options: RestoreOptions, watched: bool) -> Result<Manifest, Failure> {
    let RestoreOptions { backup, data } = options;
    let is_there = is_there_and_empty(&data)?;
    let stored = Stored::open(&backup)?;
    // The database has most items twice: in the table, and in its index.
    let needed = stored.manifest.objects.bytes + 2 * size_of(&backup.join(RECORDS));
    let partial = if is_there {
        partial_within(&data)
    } else {
        partial(&data, "a data folder")
    };
    let restored = async {
        let partial = partial?;
        let filled = fill(stored, backup, partial.path().to_owned(), watched).await;
        let manifest = filled.map_err(|failure| explained(failure, partial.path()))?;
        if is_there {
            finish_within(partial, &data)?;
        } else {
            finish(partial, &data)?;
        }
        Ok(manifest)
    };
    restored
        .await
        .map_err(|failure| with_room(failure, needed, "--data"))
}

fn size_of(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |found| found.len())
}

/// Makes a data folder of a backup in `target`.
async fn fill(
    stored: Stored,
    backup: PathBuf,
    target: PathBuf,
    watched: bool,
) -> Result<Manifest, Failure> {
    // The table and the buckets are made as `towpath serve` makes them.
    let folder = DataFolder::open(&target, false).map_err(|error| failed(&error))?;
    let place = place::Place::start(&folder, &place::Settings::default()).await;
    place.map_err(|error| failed(&error))?.shutdown().await;
    let manifest = blocking(move || {
        let progress = Progress::new(watched);
        let filled = Restoration {
            stored: &stored,
            backup: &backup,
            target: &target,
            progress: &progress,
        }
        .fill();
        progress.finish();
        filled?;
        Ok(stored.manifest)
    })
    .await?;
    drop(folder);
    Ok(manifest)
}

/// A data folder that is being filled.
struct Restoration<'a> {
    stored: &'a Stored,
    backup: &'a Path,
    target: &'a Path,
    progress: &'a Progress,
}

impl Restoration<'_> {
    fn fill(&self) -> Result<(), Failure> {
        self.progress.say("records");
        self.fill_table()?;
        self.progress.start(self.stored.manifest.objects.bytes);
        self.fill_buckets()?;
        self.note_missing()?;
        self.progress.say("checking the records");
        self.check_table()
    }

    /// Says in the folder what the backup lacks, so that it is served all the same.
    fn note_missing(&self) -> Result<(), Failure> {
        let missing = &self.stored.manifest.incomplete;
        if missing.is_empty() {
            return Ok(());
        }
        let path = layout::incomplete(self.target);
        let text = missing.join("\n") + "\n";
        let write = || -> io::Result<()> {
            let mut file = File::create_new(&path)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()
        };
        write().map_err(|error| unwritable(&path, &error))
    }

    fn fill_table(&self) -> Result<(), Failure> {
        let table = self.table()?;
        let file = self.backup.join(RECORDS);
        let (mut lines, mut bytes) = (Vec::new(), 0);
        let write = |lines: &mut Vec<String>| {
            let added = table.add(lines);
            lines.clear();
            added.map_err(|error| match failed(&error) {
                full @ Failure::DiskFull(_) => full,
                other => damaged(&file, &other.to_string()),
            })
        };
        self.stored.records(|line| {
            lines.push(line.to_owned());
            bytes += line.len();
            if lines.len() < ITEMS && bytes < BYTES {
                return Ok(());
            }
            bytes = 0;
            write(&mut lines)
        })?;
        write(&mut lines)
    }

    fn fill_buckets(&self) -> Result<(), Failure> {
        let folder = layout::objects(self.target);
        let objects = StoredObjects::of(&folder).map_err(|error| unwritable(&folder, &error))?;
        let known = objects
            .buckets()
            .map_err(|error| unwritable(&folder, &error))?;
        let made_at = self.stored.manifest.made_at;
        self.stored.objects(|line| {
            let bucket = place::bucket_of(&line.bucket).to_owned();
            if !known.contains(&bucket) {
                // One that promotions are copied to, beside the portal's own.
                let made = objects.create_bucket(&bucket);
                made.map_err(|error| {
                    damaged(
                        &self.backup.join(OBJECTS),
                        &format!("the bucket {bucket:?}: {error}"),
                    )
                })?;
            }
            let written = |error| unwritable(&folder, &error);
            let Some(of) = line.bytes.clone() else {
                return objects
                    .put(&bucket, version(line, made_at), None)
                    .map_err(written);
            };
            let mut bytes = self.stored.bytes(&of)?;
            let reader: &mut dyn Read = &mut bytes;
            objects
                .put(&bucket, version(line, made_at), Some(reader))
                .map_err(written)?;
            self.progress.add(of.size);
            bytes.finish(&of)
        })
    }

    /// That the database is whole, and has as many records as were read.
    fn check_table(&self) -> Result<(), Failure> {
        let path = layout::records(self.target);
        let wrong = |why: &str| {
            Failure::Failed(format!(
                "what was written is not what was read ({why}): look at the disk, and try again"
            ))
        };
        dynamodb::check(&path, Depth::Everything).map_err(|damage| match damage {
            Damage::Unreadable(error) => unwritable(&path, &error),
            damage => wrong(&chain(&damage)),
        })?;
        let table = self.table()?;
        let (mut items, mut next) = (0, Some(dynamodb::Cursor::default()));
        while let Some(after) = next {
            let page = table.page(after).map_err(|error| failed(&error))?;
            items += page.0.len() as u64;
            next = page.1;
        }
        let should = self.stored.manifest.table.items;
        if items != should {
            return Err(wrong(&format!("{items} records of {should}")));
        }
        Ok(())
    }

    fn table(&self) -> Result<OfflineTable, Failure> {
        OfflineTable::open(&layout::records(self.target), place::TABLE)
            .map_err(|error| failed(&error))
    }
}

/// What is put; where it is not known when it was written, as if when the backup was made.
fn version(line: ObjectLine, made_at: Timestamp) -> NewVersion {
    NewVersion {
        key: line.key,
        id: line.version,
        etag: line.etag,
        checksum: line.checksum,
        headers: line.headers,
        modified: line.modified.unwrap_or(made_at).into(),
        lock: line.retention.map(super::format::Retention::lock),
    }
}
