//! The directory at a zip's end (APPNOTE 4.3.12 and 4.3.16), with limits that are checked before anything is read or kept.

use super::{Entry, Error, Method, names};
use crate::{
    bytes_view::{Truncated, View},
    source::{Blocks, ReadAt},
};

/// The longest directory that is read: 16 MiB.
pub const MAX_DIRECTORY: u64 = 16 << 20;

/// The most entries that are read.
pub const MAX_ENTRIES: u64 = 60_000;

const END: u32 = 0x0605_4b50;
const END_SIZE: usize = 22;
const MAX_COMMENT: usize = 0xffff;
const ZIP64_LOCATOR: u32 = 0x0706_4b50;
const ZIP64_LOCATOR_SIZE: usize = 20;
const ZIP64_END: u32 = 0x0606_4b50;
const ZIP64_END_SIZE: u64 = 56;
/// The number of the extra field with 64-bit numbers.
const ZIP64_EXTRA: u16 = 1;
/// The flag of an entry whose path is UTF-8.
const UTF8: u16 = 1 << 11;
/// The longest path that is read, so that every message can name it.
const LONGEST_PATH: u16 = 1024;
const HEADER: u32 = 0x0201_4b50;
/// The systems that keep a Unix mode beside a file: Unix and macOS.
const UNIX_SYSTEMS: [u8; 2] = [3, 19];
/// What kind of file a mode names (`S_IFMT`), and that of a symbolic link (`S_IFLNK`).
const UNIX_KIND: u32 = 0o170_000;
const UNIX_LINK: u32 = 0o120_000;

/// Where the directory lies and what it claims to hold.
pub(super) struct End {
    pub(super) offset: u64,
    size: u64,
    entries: u64,
}

/// Finds the record that ends the file: the last one whose comment reaches exactly to the file's end.
pub(super) async fn find_end<S: ReadAt>(source: &Blocks<S>) -> Result<End, Error> {
    let longest = (ZIP64_LOCATOR_SIZE + END_SIZE + MAX_COMMENT) as u64;
    let start = source.size().saturating_sub(longest);
    let tail = source.read(start..source.size()).await?;
    let place = (0..=tail.len().saturating_sub(END_SIZE))
        .rev()
        .find(|&at| is_end(&tail, at))
        .ok_or(Error::NotZip)?;
    let mut view = View::new(&tail);
    let end = (|| {
        view.take(place)?;
        parse_end(&mut view)
    })()
    .map_err(|Truncated| Error::NotZip)??;
    // A zip64 record counts only where the numbers do not fit: some tools write one in any case.
    let end = if let Some(end) = end {
        end
    } else {
        let locator = place
            .checked_sub(ZIP64_LOCATOR_SIZE)
            .and_then(|at| tail.get(at..place));
        find_end64(source, locator.unwrap_or_default()).await?
    };
    if end.size > MAX_DIRECTORY || end.entries > MAX_ENTRIES {
        return Err(Error::DirectoryTooLarge {
            entries: end.entries,
            bytes: end.size,
        });
    }
    let reach = end.offset.checked_add(end.size);
    if reach.is_none_or(|reach| reach > start + place as u64) {
        return Err(Error::Damaged("its directory reaches beyond its end"));
    }
    Ok(end)
}

/// The record of a zip64, by what points to it.
async fn find_end64<S: ReadAt>(source: &Blocks<S>, locator: &[u8]) -> Result<End, Error> {
    let missing = Error::Damaged("its record with 64-bit numbers is missing");
    let offset = (|| {
        let mut view = View::new(locator);
        let signature = view.u32()?;
        view.take(4)?;
        Ok((signature == ZIP64_LOCATOR).then_some(view.u64()?))
    })();
    let (Ok(Some(offset)), size) = (offset.map_err(|Truncated| ()), source.size()) else {
        return Err(missing);
    };
    if offset > size.saturating_sub(ZIP64_END_SIZE) {
        return Err(missing);
    }
    let record = source.read(offset..offset + ZIP64_END_SIZE).await?;
    parse_end64(&mut View::new(&record)).unwrap_or(Err(missing))
}

fn parse_end64(view: &mut View<'_>) -> Result<Result<End, Error>, Truncated> {
    if view.u32()? != ZIP64_END {
        return Err(Truncated);
    }
    view.take(12)?;
    let (disk, directory_disk) = (view.u32()?, view.u32()?);
    let (entries_here, entries) = (view.u64()?, view.u64()?);
    let (size, offset) = (view.u64()?, view.u64()?);
    if disk != 0 || directory_disk != 0 || entries_here != entries {
        return Ok(Err(Error::Split));
    }
    Ok(Ok(End {
        offset,
        size,
        entries,
    }))
}

fn is_end(tail: &[u8], at: usize) -> bool {
    let Some(record) = tail.get(at..).filter(|record| record.len() >= END_SIZE) else {
        return false;
    };
    let comment = usize::from(u16::from_le_bytes([record[20], record[21]]));
    record.starts_with(&END.to_le_bytes()) && record.len() == END_SIZE + comment
}

/// The record, unless its numbers do not fit into it.
fn parse_end(view: &mut View<'_>) -> Result<Result<Option<End>, Error>, Truncated> {
    view.take(4)?;
    let (disk, directory_disk) = (view.u16()?, view.u16()?);
    let (entries_here, entries) = (view.u16()?, view.u16()?);
    let (size, offset) = (view.u32()?, view.u32()?);
    if entries == u16::MAX || size == u32::MAX || offset == u32::MAX {
        return Ok(Ok(None));
    }
    if disk != 0 || directory_disk != 0 || entries_here != entries {
        return Ok(Err(Error::Split));
    }
    Ok(Ok(Some(End {
        offset: u64::from(offset),
        size: u64::from(size),
        entries: u64::from(entries),
    })))
}

/// Reads every line of the directory.
pub(super) async fn read<S: ReadAt>(source: &Blocks<S>, end: &End) -> Result<Vec<Entry>, Error> {
    let bytes = source.read(end.offset..end.offset + end.size).await?;
    let mut view = View::new(&bytes);
    let mut entries = Vec::new();
    for _ in 0..end.entries {
        let entry = parse_entry(&mut view)
            .map_err(|Truncated| Error::Damaged("its directory ends too early"))??;
        let header_end = entry.header_offset.checked_add(entry.compressed_size);
        if header_end.is_none_or(|at| at > end.offset) {
            return Err(Error::DamagedEntry {
                name: entry.name,
                what: "it claims more bytes than the zip holds",
            });
        }
        entries.push(entry);
    }
    if !view.is_empty() {
        return Err(Error::Damaged("its directory holds more than it says"));
    }
    Ok(entries)
}

fn parse_entry(view: &mut View<'_>) -> Result<Result<Entry, Error>, Truncated> {
    if view.u32()? != HEADER {
        return Ok(Err(Error::Damaged("a line of its directory is unreadable")));
    }
    let [_, system] = view.u16()?.to_le_bytes();
    view.take(2)?;
    let flags = view.u16()?;
    let method = view.u16()?;
    view.take(4)?;
    let crc32 = view.u32()?;
    let (compressed_size, size) = (view.u32()?, view.u32()?);
    let (name, extra, comment) = (view.u16()?, view.u16()?, view.u16()?);
    if name > LONGEST_PATH {
        return Ok(Err(Error::Damaged(
            "a path in it is longer than 1,024 bytes",
        )));
    }
    view.take(4)?;
    let attributes = view.u32()?;
    let header_offset = view.u32()?;
    let name_length = u64::from(name);
    let name = names::decode(view.take(usize::from(name))?, flags & UTF8 != 0);
    let extra = view.take(usize::from(extra))?;
    view.take(usize::from(comment))?;
    let Ok([size, compressed_size, header_offset]) =
        widen([size, compressed_size, header_offset], extra)
    else {
        return Ok(Err(Error::DamagedEntry {
            name,
            what: "its 64-bit numbers are missing",
        }));
    };
    let unix = UNIX_SYSTEMS.contains(&system);
    Ok(Ok(Entry {
        name,
        name_length,
        method: match method {
            0 => Method::Stored,
            8 => Method::Deflated,
            other => Method::Other(other),
        },
        compressed_size,
        size,
        crc32,
        header_offset,
        encrypted: flags & 1 != 0,
        symbolic_link: unix && attributes >> 16 & UNIX_KIND == UNIX_LINK,
    }))
}

/// Numbers of the directory, in this order; those that do not fit come from the extra field (APPNOTE 4.5.3).
fn widen(narrow: [u32; 3], extra: &[u8]) -> Result<[u64; 3], Truncated> {
    let mut wide = narrow.map(u64::from);
    if !narrow.contains(&u32::MAX) {
        return Ok(wide);
    }
    let mut fields = View::new(extra);
    let mut numbers = loop {
        let (id, length) = (fields.u16()?, fields.u16()?);
        let field = View::new(fields.take(usize::from(length))?);
        if id == ZIP64_EXTRA {
            break field;
        }
    };
    for (wide, narrow) in wide.iter_mut().zip(narrow) {
        if narrow == u32::MAX {
            *wide = numbers.u64()?;
        }
    }
    Ok(wide)
}
