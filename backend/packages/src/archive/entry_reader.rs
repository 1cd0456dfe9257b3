//! One entry unpacked chunk by chunk: what the data really is counts, never what the directory says of it.

use std::ops::Range;

use bytes::Bytes;
use flate2::{Decompress, FlushDecompress, Status};

use super::{Archive, Entry, Error, Method};
use crate::{
    bytes_view::{Truncated, View},
    source::{BLOCK, ReadAt},
};

const LOCAL_HEADER: u32 = 0x0403_4b50;
const LOCAL_HEADER_LENGTH: usize = 30;
const LOCAL_HEADER_SIZE: u64 = LOCAL_HEADER_LENGTH as u64;

/// How much of a long entry is asked for at once: large enough that 200 MB cost 50 requests, small enough for any memory.
const PIECE: u64 = 4 << 20;

/// What an aligned entry is filled up with before its data: less than a page of 16 KB, and the extra field's own bytes.
const MOST_PADDING: u64 = (16 << 10) + 64;

/// The largest chunk that is handed out.
const CHUNK: usize = 256 * 1024;

/// Unpacks one entry. Memory: one piece of the archive and one chunk.
pub struct EntryReader<'a, S> {
    archive: &'a Archive<S>,
    entry: Entry,
    limit: u64,
    /// Where the next piece starts, and where the entry's data ends.
    at: u64,
    end: u64,
    piece: Bytes,
    inflate: Option<Decompress>,
    finished: bool,
    crc: crc32fast::Hasher,
    produced: u64,
}

impl<'a, S: ReadAt> EntryReader<'a, S> {
    pub(super) async fn open(
        archive: &'a Archive<S>,
        entry: &Entry,
        limit: u64,
    ) -> Result<Self, Error> {
        if entry.encrypted {
            return Err(Error::Encrypted(entry.name.clone()));
        }
        let inflate = match entry.method {
            Method::Stored => None,
            Method::Deflated => Some(Decompress::new(false)),
            Method::Other(method) => {
                return Err(Error::Method {
                    name: entry.name.clone(),
                    method,
                });
            }
        };
        if entry.size > limit {
            return Err(Error::TooLarge {
                name: entry.name.clone(),
                limit,
            });
        }
        let at = archive.data_offset(entry).await?;
        Ok(Self {
            archive,
            entry: entry.clone(),
            limit,
            at,
            end: at + entry.compressed_size,
            piece: Bytes::new(),
            finished: false,
            inflate,
            crc: crc32fast::Hasher::new(),
            produced: 0,
        })
    }

    /// The next bytes, or none once everything came and size and CRC-32 agree.
    pub async fn next_chunk(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            if self.piece.is_empty() && self.at < self.end && !self.finished {
                self.piece = self.next_piece().await?;
            }
            let chunk = if self.inflate.is_some() {
                self.inflate_chunk()?
            } else {
                self.piece.split_to(self.piece.len().min(CHUNK))
            };
            if !chunk.is_empty() {
                self.count(&chunk)?;
                return Ok(Some(chunk));
            }
            if self.finished || (self.piece.is_empty() && self.at == self.end) {
                self.check()?;
                return Ok(None);
            }
        }
    }

    /// A short entry comes out of the kept blocks; a long one is read past them.
    async fn next_piece(&mut self) -> Result<Bytes, Error> {
        let end = self.end.min(self.at + PIECE);
        let source = self.archive.source();
        let piece = if self.entry.compressed_size <= BLOCK {
            source.read(self.at..end).await?
        } else {
            source.fetch(self.at..end).await?
        };
        self.at = end;
        Ok(piece)
    }

    fn inflate_chunk(&mut self) -> Result<Bytes, Error> {
        let Some(inflate) = self.inflate.as_mut().filter(|_| !self.finished) else {
            return Ok(Bytes::new());
        };
        let mut chunk = Vec::with_capacity(CHUNK);
        let before = inflate.total_in();
        let status = inflate.decompress_vec(&self.piece, &mut chunk, FlushDecompress::None);
        // At most the piece's length was consumed.
        let used = usize::try_from(inflate.total_in() - before).unwrap_or(usize::MAX);
        drop(self.piece.split_to(used.min(self.piece.len())));
        match status {
            Ok(Status::StreamEnd) => self.finished = true,
            Ok(Status::Ok | Status::BufError) => {
                let stuck = used == 0 && chunk.is_empty();
                if stuck && (!self.piece.is_empty() || self.at == self.end) {
                    return Err(self.damaged("its compressed data ends too early"));
                }
            }
            Err(_) => return Err(self.damaged("its compressed data is invalid")),
        }
        Ok(chunk.into())
    }

    fn count(&mut self, chunk: &[u8]) -> Result<(), Error> {
        self.produced += chunk.len() as u64;
        if self.produced > self.limit {
            return Err(Error::TooLarge {
                name: self.entry.name.clone(),
                limit: self.limit,
            });
        }
        if self.produced > self.entry.size {
            return Err(self.damaged("it holds more than the directory says"));
        }
        self.crc.update(chunk);
        Ok(())
    }

    fn check(&self) -> Result<(), Error> {
        if self.inflate.is_some() && !self.finished {
            return Err(self.damaged("its compressed data ends too early"));
        }
        if self.produced != self.entry.size {
            return Err(self.damaged("it holds less than the directory says"));
        }
        if self.crc.clone().finalize() != self.entry.crc32 {
            return Err(self.damaged("its checksum does not match"));
        }
        Ok(())
    }

    fn damaged(&self, what: &'static str) -> Error {
        Error::DamagedEntry {
            name: self.entry.name.clone(),
            what,
        }
    }
}

/// Where an entry's data starts: after its local header, whose name and extra field may differ from the directory's.
pub(super) async fn data_offset<S: ReadAt>(
    archive: &Archive<S>,
    entry: &Entry,
) -> Result<u64, Error> {
    let damaged = |what| Error::DamagedEntry {
        name: entry.name.clone(),
        what,
    };
    let start = entry.header_offset;
    let limit = archive.directory_offset();
    if start + LOCAL_HEADER_SIZE > limit {
        return Err(damaged("its header lies outside the files"));
    }
    let header = archive
        .source()
        .read(start..start + LOCAL_HEADER_SIZE)
        .await?;
    let (signature, name, extra) =
        parse_local(&header).map_err(|Truncated| damaged("its header is cut off"))?;
    if signature != LOCAL_HEADER {
        return Err(damaged("its header is unreadable"));
    }
    let data = start + LOCAL_HEADER_SIZE + u64::from(name) + u64::from(extra);
    if data + entry.compressed_size > limit {
        return Err(damaged("it claims more bytes than the zip holds"));
    }
    Ok(data)
}

/// The beginning of an entry, as it is kept.
pub(crate) struct Head {
    /// Where the entry's data starts.
    pub(crate) offset: u64,
    /// Its first bytes, possibly fewer than asked for.
    pub(crate) bytes: Bytes,
}

/// Where an entry's head lies at the most: local header, name, an extra field of what aligning takes, `length` bytes.
fn head_range<S: ReadAt>(archive: &Archive<S>, entry: &Entry, length: u64) -> Range<u64> {
    let padding = match entry.method {
        Method::Stored => MOST_PADDING,
        Method::Deflated | Method::Other(_) => 128,
    };
    let start = entry.header_offset.min(archive.directory_offset());
    let end = start + LOCAL_HEADER_SIZE + entry.name_length + padding + length;
    start..end.min(archive.directory_offset())
}

/// The heads of entries that lie near each other, by one small read.
pub(super) async fn heads<S: ReadAt>(
    archive: &Archive<S>,
    entries: &[&Entry],
    length: u64,
) -> Result<Vec<Option<Head>>, Error> {
    let ranges = entries
        .iter()
        .map(|entry| head_range(archive, entry, length));
    let range = ranges
        .reduce(|all, range| all.start.min(range.start)..all.end.max(range.end))
        .unwrap_or_default();
    let bytes = archive.source().glance(range.clone()).await?;
    Ok(entries
        .iter()
        .map(|entry| head(&bytes, range.start, entry, length))
        .collect())
}

fn head(bytes: &Bytes, start: u64, entry: &Entry, length: u64) -> Option<Head> {
    let at = usize::try_from(entry.header_offset.checked_sub(start)?).ok()?;
    let local = bytes.get(at..)?.get(..LOCAL_HEADER_LENGTH)?;
    let (signature, name, extra) = parse_local(local).ok()?;
    let data = at + LOCAL_HEADER_LENGTH + usize::from(name) + usize::from(extra);
    let size = usize::try_from(length.min(entry.compressed_size)).ok()?;
    let end = data.saturating_add(size).min(bytes.len());
    (signature == LOCAL_HEADER && data <= end).then(|| Head {
        offset: start + data as u64,
        bytes: bytes.slice(data..end),
    })
}

fn parse_local(header: &[u8]) -> Result<(u32, u16, u16), Truncated> {
    let mut view = View::new(header);
    let signature = view.u32()?;
    view.take(22)?;
    Ok((signature, view.u16()?, view.u16()?))
}
