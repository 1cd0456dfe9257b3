//! Reads a backup. Every byte is compared with its digest on the way.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, Read},
    path::{Path, PathBuf},
};

use domain::digest::{Digest, Hasher};

use super::{
    format::{FORMAT, FileOf, MANIFEST, Manifest, OBJECTS, ObjectLine, RECORDS},
    names,
};
use crate::failure::Failure;

/// No manifest is larger.
const LONGEST_MANIFEST: u64 = 16 << 20;
/// No line is longer: an item has at most 400 KB, which JSON can write in six times as much.
const LONGEST_LINE: u64 = 4 << 20;

/// A backup that was made, and has not been looked at beyond its manifest.
pub(super) struct Stored {
    folder: PathBuf,
    pub(super) manifest: Manifest,
}

impl Stored {
    /// Reads the manifest.
    pub(super) fn open(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(MANIFEST);
        let mut text = Vec::new();
        let read = File::open(&path).and_then(|file| {
            let mut file = file.take(LONGEST_MANIFEST);
            file.read_to_end(&mut text)
        });
        match read {
            Ok(_) => {}
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                return Err(Failure::NotFound(format!(
                    "{} is no backup, or one that was not finished: it has no {MANIFEST}",
                    folder.display()
                )));
            }
            Err(error) => return Err(super::unreadable(&path, &error)),
        }
        let invalid = |why: String| damaged(&path, &why);
        let value: serde_json::Value =
            serde_json::from_slice(&text).map_err(|error| invalid(error.to_string()))?;
        match value["format"].as_u64() {
            Some(format) if format == u64::from(FORMAT) => {}
            Some(format) if format > u64::from(FORMAT) => {
                return Err(Failure::Refused(format!(
                    "{} was made by a later version of Towpath (format {format}; this version reads {FORMAT}): use that version",
                    folder.display()
                )));
            }
            _ => return Err(invalid("it has no known format".to_owned())),
        }
        let manifest = serde_json::from_value(value).map_err(|error| invalid(error.to_string()))?;
        Ok(Self {
            folder: folder.to_owned(),
            manifest,
        })
    }

    /// Gives each record's line to `each`, and compares the file with its digest in the end.
    pub(super) fn records(
        &self,
        each: impl FnMut(&str) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let table = &self.manifest.table;
        self.lines(RECORDS, table.items, table.sha256, each)
    }

    /// Gives each object to `each`, and compares the list with its digest in the end.
    pub(super) fn objects(
        &self,
        mut each: impl FnMut(ObjectLine) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let objects = &self.manifest.objects;
        let mut place = 0;
        self.lines(OBJECTS, objects.count, objects.sha256, |text| {
            place += 1;
            let path = self.folder.join(OBJECTS);
            let line: ObjectLine = serde_json::from_str(text)
                .map_err(|error| damaged(&path, &format!("line {place}: {error}")))?;
            match &line.bytes {
                Some(bytes) if !line.deleted && !names::is_within(&bytes.file) => {
                    let why = format!(
                        "line {place}: the path {} is not below objects/",
                        bytes.file
                    );
                    Err(damaged(&path, &why))
                }
                Some(_) if !line.deleted => each(line),
                None if line.deleted => each(line),
                Some(_) | None => Err(damaged(
                    &path,
                    &format!("line {place} is neither an object with a file nor a delete marker"),
                )),
            }
        })
    }

    fn lines(
        &self,
        name: &str,
        count: u64,
        sha256: Digest,
        mut each: impl FnMut(&str) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let path = self.folder.join(name);
        let file = open(&path)?;
        let mut file = BufReader::new(file);
        let (mut hash, mut lines) = (Hasher::new(), 0);
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = (&mut file)
                .take(LONGEST_LINE)
                .read_until(b'\n', &mut line)
                .map_err(|error| super::unreadable(&path, &error))?;
            if read == 0 {
                break;
            }
            hash.update(&line);
            lines += 1;
            let Some(text) = line.strip_suffix(b"\n") else {
                return Err(damaged(
                    &path,
                    &format!("line {lines} does not end: a part is missing, or it is too long"),
                ));
            };
            let text = str::from_utf8(text)
                .map_err(|error| damaged(&path, &format!("line {lines}: {error}")))?;
            each(text)?;
        }
        if lines != count {
            let why = format!("it has {lines} lines, and had {count} when the backup was made");
            return Err(damaged(&path, &why));
        }
        if hash.finish() != sha256 {
            return Err(damaged(
                &path,
                "it does not have the digest that it had when the backup was made",
            ));
        }
        Ok(())
    }

    /// Opens an object's file.
    pub(super) fn bytes(&self, of: &FileOf) -> Result<Bytes, Failure> {
        let path = self.folder.join(&of.file);
        let file = open(&path)?;
        Ok(Bytes {
            path,
            file,
            hash: Hasher::new(),
            read: 0,
        })
    }
}

/// Opens a file that a backup is not complete without.
fn open(path: &Path) -> Result<File, Failure> {
    File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => damaged(path, "it is missing"),
        _ => super::unreadable(path, &error),
    })
}

/// An object's bytes, as they are read.
pub(super) struct Bytes {
    path: PathBuf,
    file: File,
    hash: Hasher,
    read: u64,
}

impl Read for Bytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer).map_err(|error| {
            let why = format!("{} cannot be read: {error}", self.path.display());
            io::Error::new(error.kind(), why)
        })?;
        self.hash.update(&buffer[..read]);
        self.read += read as u64;
        Ok(read)
    }
}

impl Bytes {
    /// Compares what was read with what was stored.
    pub(super) fn finish(self, of: &FileOf) -> Result<(), Failure> {
        if self.read != of.size {
            let why = format!("{} of its {} bytes are there", self.read, of.size);
            return Err(damaged(&self.path, &why));
        }
        if self.hash.finish() != of.sha256 {
            return Err(damaged(
                &self.path,
                "its bytes do not have the digest that they had when the backup was made",
            ));
        }
        Ok(())
    }
}

/// What is wrong with a backup, and in which file.
pub(super) fn damaged(path: &Path, why: &str) -> Failure {
    Failure::Refused(format!(
        "the backup is damaged: {}: {why}. Use another backup",
        path.display()
    ))
}
