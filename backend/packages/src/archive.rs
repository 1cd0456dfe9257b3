//! Zip archives read by ranges, entry by entry, with memory that does not grow with the archive.
//!
//! ```
//! # use packages::{archive::{Archive, DEFAULT_LIMIT, Error}, source::ReadAt};
//! async fn copy(source: impl ReadAt, mut write: impl AsyncFnMut(bytes::Bytes)) -> Result<(), Error> {
//!     let archive = Archive::open(source).await?;
//!     for file in archive.files()? {
//!         let mut reader = archive.reader(file.entry, DEFAULT_LIMIT).await?;
//!         while let Some(chunk) = reader.next_chunk().await? {
//!             write(chunk).await;
//!         }
//!         // Only here do size and CRC-32 agree: an upload is completed now and not before.
//!     }
//!     Ok(())
//! }
//! ```

mod directory;
mod entry_reader;
mod files;
mod names;

use std::fmt;

use domain::id::InvalidId;

pub(crate) use self::entry_reader::Head;
pub use self::{
    directory::{MAX_DIRECTORY, MAX_ENTRIES},
    entry_reader::EntryReader,
    files::File,
};
use crate::source::{Blocks, ReadAt, ReadError};

/// The inflated size that an entry may have when nobody says otherwise: 4 GiB.
pub const DEFAULT_LIMIT: u64 = 4 << 30;

/// Why an archive cannot be read. The texts are for the owner of the pipeline that made it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no end-of-central-directory record.
    #[error("this is no complete zip: its directory is missing. Upload the whole file, as a zip")]
    NotZip,
    /// It is one of several volumes.
    #[error("this zip is one part of several: upload it as one file")]
    Split,
    /// The directory claims too much.
    #[error(
        "the zip's directory claims {entries} entries in {bytes} bytes: at most {MAX_ENTRIES} in {MAX_DIRECTORY} bytes are read. Put fewer files into it"
    )]
    DirectoryTooLarge {
        /// Entries claimed.
        entries: u64,
        /// Bytes claimed.
        bytes: u64,
    },
    /// The directory contradicts itself or the file.
    #[error("the zip is damaged: {0}. Make it anew")]
    Damaged(&'static str),
    /// An entry's data contradicts the directory.
    #[error("{name:?} in the zip is damaged: {what}. Make the zip anew")]
    DamagedEntry {
        /// The entry.
        name: String,
        /// What is wrong.
        what: &'static str,
    },
    /// An entry is neither stored nor deflated.
    #[error("{name:?} is compressed with method {method}: only stored and deflated files are read")]
    Method {
        /// The entry.
        name: String,
        /// Its method's number.
        method: u16,
    },
    /// An entry is encrypted.
    #[error("{0:?} is encrypted: put it into the zip without a password")]
    Encrypted(String),
    /// An entry inflates to too much.
    #[error("{name:?} is larger than {limit} bytes when unpacked, the most that is accepted")]
    TooLarge {
        /// The entry.
        name: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// An entry's path could leave its folder or deceive a reader.
    #[error("the path {name:?} in the zip {what}: use plain relative paths")]
    UnsafePath {
        /// The entry.
        name: String,
        /// What is wrong.
        what: &'static str,
    },
    /// An entry's base name cannot name an artifact.
    #[error("the file {name:?} in the zip cannot be kept under its name: rename it")]
    FileName {
        /// The entry.
        name: String,
        /// Why.
        #[source]
        source: InvalidId,
    },
    /// An entry is no file of its own.
    #[error(
        "{0:?} in the zip is a symbolic link: put the file itself in its place, or leave it out"
    )]
    SymbolicLink(String),
    /// Two entries would become one artifact.
    #[error(
        "{first:?} and {second:?} in the zip have the same file name: rename one of them or leave it out"
    )]
    DuplicateName {
        /// The earlier entry.
        first: String,
        /// The later entry.
        second: String,
    },
    /// Two entries share bytes, as in a zip bomb.
    #[error("{first:?} and {second:?} overlap in the zip: make it anew with an ordinary tool")]
    Overlap {
        /// The earlier entry.
        first: String,
        /// The later entry.
        second: String,
    },
    /// No such entry.
    #[error("the zip holds no {0:?}")]
    Missing(String),
    /// The source failed.
    #[error("the zip could not be read from its storage")]
    Read(#[from] ReadError),
}

/// How an entry is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// As it is.
    Stored,
    /// Deflated (RFC 1951).
    Deflated,
    /// Any other method, by its number.
    Other(u16),
}

/// One line of the directory: claims, until the entry was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The path as it reads, not validated.
    pub name: String,
    /// How it is kept.
    pub method: Method,
    /// Bytes in the archive.
    pub compressed_size: u64,
    /// Bytes when unpacked.
    pub size: u64,
    /// CRC-32 when unpacked.
    pub crc32: u32,
    header_offset: u64,
    /// Bytes of the path as written, which `name` may have more of.
    name_length: u64,
    encrypted: bool,
    symbolic_link: bool,
}

impl Entry {
    /// Where the archive keeps it, as the directory says.
    pub(crate) fn position(&self) -> u64 {
        self.header_offset
    }

    /// Whether it is a folder.
    pub fn is_directory(&self) -> bool {
        self.name.ends_with('/')
    }
}

/// A zip whose directory was read.
pub struct Archive<S> {
    source: Blocks<S>,
    entries: Vec<Entry>,
    directory_offset: u64,
}

impl<S: ReadAt> Archive<S> {
    /// Reads the directory: one request when it lies in the last 256 KiB.
    pub async fn open(source: S) -> Result<Self, Error> {
        let source = Blocks::new(source);
        let end = directory::find_end(&source).await?;
        let entries = directory::read(&source, &end).await?;
        Ok(Self {
            source,
            entries,
            directory_offset: end.offset,
        })
    }

    /// Everything in the directory, as it stands there.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The files, with names that are safe to keep them under, without what desktops leave behind. An error if one entry is unsafe: then none
    /// is to be trusted.
    pub fn files(&self) -> Result<Vec<File<'_>>, Error> {
        files::files(&self.entries)
    }

    /// The only entry called `name`.
    pub fn find(&self, name: &str) -> Result<&Entry, Error> {
        let mut found = self.entries.iter().filter(|entry| entry.name == name);
        let entry = found
            .next()
            .ok_or_else(|| Error::Missing(name.to_owned()))?;
        if found.next().is_some() {
            return Err(Error::DuplicateName {
                first: name.to_owned(),
                second: name.to_owned(),
            });
        }
        Ok(entry)
    }

    /// Starts to unpack an entry, which may become `limit` bytes.
    pub async fn reader(&self, entry: &Entry, limit: u64) -> Result<EntryReader<'_, S>, Error> {
        EntryReader::open(self, entry, limit).await
    }

    /// Unpacks a whole small entry into memory.
    pub async fn read(&self, entry: &Entry, limit: u64) -> Result<Vec<u8>, Error> {
        if entry.compressed_size > limit {
            return Err(Error::TooLarge {
                name: entry.name.clone(),
                limit,
            });
        }
        let mut reader = self.reader(entry, limit).await?;
        let mut bytes = Vec::new();
        while let Some(chunk) = reader.next_chunk().await? {
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    pub(crate) fn source(&self) -> &Blocks<S> {
        &self.source
    }

    /// Where an entry's data starts.
    pub(crate) async fn data_offset(&self, entry: &Entry) -> Result<u64, Error> {
        entry_reader::data_offset(self, entry).await
    }

    /// The beginnings of entries that lie near each other, by one read.
    pub(crate) async fn heads(
        &self,
        entries: &[&Entry],
        length: u64,
    ) -> Result<Vec<Option<Head>>, Error> {
        entry_reader::heads(self, entries, length).await
    }

    pub(crate) fn directory_offset(&self) -> u64 {
        self.directory_offset
    }
}

impl<S> fmt::Debug for Archive<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Archive")
            .field("entries", &self.entries.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
