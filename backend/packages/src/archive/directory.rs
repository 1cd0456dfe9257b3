//! The directory at a zip's end (APPNOTE 4.3.12 and 4.3.16), with limits that are checked before anything is read or kept.

use super::{Entry, Error, Method};
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
/// The longest path that is read, so that every message can name it.
const LONGEST_PATH: u16 = 1024;
const HEADER: u32 = 0x0201_4b50;

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
    if let Some(before) = place.checked_sub(ZIP64_LOCATOR_SIZE)
        && tail.get(before..before + 4) == Some(&ZIP64_LOCATOR.to_le_bytes())
    {
        return Err(Error::Zip64);
    }
    let mut view = View::new(&tail);
    let end = (|| {
        view.take(place)?;
        parse_end(&mut view)
    })()
    .map_err(|Truncated| Error::NotZip)??;
    let gap = (start + place as u64).checked_sub(end.offset + end.size);
    gap.ok_or(Error::Damaged("its directory reaches beyond its end"))?;
    Ok(end)
}

fn is_end(tail: &[u8], at: usize) -> bool {
    let Some(record) = tail.get(at..).filter(|record| record.len() >= END_SIZE) else {
        return false;
    };
    let comment = usize::from(u16::from_le_bytes([record[20], record[21]]));
    record.starts_with(&END.to_le_bytes()) && record.len() == END_SIZE + comment
}

fn parse_end(view: &mut View<'_>) -> Result<Result<End, Error>, Truncated> {
    view.take(4)?;
    let (disk, directory_disk) = (view.u16()?, view.u16()?);
    let (entries_here, entries) = (view.u16()?, view.u16()?);
    let (size, offset) = (view.u32()?, view.u32()?);
    if entries == u16::MAX || size == u32::MAX || offset == u32::MAX {
        return Ok(Err(Error::Zip64));
    }
    if disk != 0 || directory_disk != 0 || entries_here != entries {
        return Ok(Err(Error::Split));
    }
    let (entries, size) = (u64::from(entries), u64::from(size));
    if size > MAX_DIRECTORY || entries > MAX_ENTRIES {
        return Ok(Err(Error::DirectoryTooLarge {
            entries,
            bytes: size,
        }));
    }
    Ok(Ok(End {
        offset: u64::from(offset),
        size,
        entries,
    }))
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
    view.take(4)?;
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
    view.take(8)?;
    let header_offset = view.u32()?;
    let name = String::from_utf8_lossy(view.take(usize::from(name))?).into_owned();
    view.take(usize::from(extra) + usize::from(comment))?;
    if [compressed_size, size, header_offset].contains(&u32::MAX) {
        return Ok(Err(Error::Zip64));
    }
    Ok(Ok(Entry {
        name,
        method: match method {
            0 => Method::Stored,
            8 => Method::Deflated,
            other => Method::Other(other),
        },
        compressed_size: u64::from(compressed_size),
        size: u64::from(size),
        crc32,
        header_offset: u64::from(header_offset),
        encrypted: flags & 1 != 0,
    }))
}
