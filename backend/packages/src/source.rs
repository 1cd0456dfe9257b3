//! Where bytes come from: anything that can answer a byte range, and a cache that asks for few of them.

mod local;
mod metered;

use std::{
    collections::VecDeque,
    error::Error,
    ops::Range,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::{Bytes, BytesMut};

pub use self::{
    local::{LocalFile, Memory},
    metered::Metered,
};

/// How much the first read takes from the end of a file, where a zip keeps its directory, and the grain of later reads.
pub const BLOCK: u64 = 256 * 1024;

/// Blocks kept besides the tail: 4 MiB.
const KEPT: usize = 16;

/// Something that can be read by byte ranges. Implement it over an object store or a file.
pub trait ReadAt: Send + Sync {
    /// What can go wrong.
    type Error: Error + Send + Sync + 'static;

    /// Length in bytes.
    fn size(&self) -> u64;

    /// Exactly the bytes of `range`, which lies within `0..size()` and is not empty.
    fn read_at(&self, range: Range<u64>)
    -> impl Future<Output = Result<Bytes, Self::Error>> + Send;
}

impl<S: ReadAt> ReadAt for &S {
    type Error = S::Error;

    fn size(&self) -> u64 {
        (**self).size()
    }

    fn read_at(&self, range: Range<u64>) -> impl Future<Output = Result<Bytes, S::Error>> + Send {
        (**self).read_at(range)
    }
}

/// A range could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file ends before the range does.
    #[error("bytes {start} to {end} lie outside the file's {size} bytes")]
    Outside {
        /// First byte asked for.
        start: u64,
        /// The byte after the last one.
        end: u64,
        /// The file's length.
        size: u64,
    },
    /// The source answered with another number of bytes than it was asked for.
    #[error("{expected} bytes were asked for and {got} came")]
    Short {
        /// Bytes asked for.
        expected: u64,
        /// Bytes received.
        got: u64,
    },
    /// The source failed.
    #[error("the file's storage could not be read")]
    Source(#[source] Box<dyn Error + Send + Sync>),
}

/// Reads a source in blocks and keeps the last few: the tail first, because a zip is read from its end.
#[derive(Debug)]
pub struct Blocks<S> {
    source: S,
    kept: Mutex<VecDeque<(u64, Bytes)>>,
    requests: AtomicU64,
}

impl<S: ReadAt> Blocks<S> {
    /// Reads nothing yet.
    pub fn new(source: S) -> Self {
        Self {
            source,
            kept: Mutex::new(VecDeque::new()),
            requests: AtomicU64::new(0),
        }
    }

    /// How often the source was asked so far.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Length of the source in bytes.
    pub fn size(&self) -> u64 {
        self.source.size()
    }

    /// The bytes of `range`, from kept blocks where possible. A range longer than two blocks is read as it is and not kept.
    pub async fn read(&self, range: Range<u64>) -> Result<Bytes, ReadError> {
        self.check(&range)?;
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        if range.end - range.start > 2 * BLOCK {
            return self.fetch(range).await;
        }
        let first = self.block(self.block_at(range.start)).await?;
        if range.end <= first.0 + first.1.len() as u64 {
            return Ok(slice(&first, &range));
        }
        let mut joined = BytesMut::new();
        let mut at = range.start;
        while at < range.end {
            let block = self.block(self.block_at(at)).await?;
            let end = range.end.min(block.0 + block.1.len() as u64);
            joined.extend_from_slice(&slice(&block, &(at..end)));
            at = end;
        }
        Ok(joined.freeze())
    }

    /// The bytes of `range`, straight from the source: for streaming, which would only wash the kept blocks away.
    pub async fn fetch(&self, range: Range<u64>) -> Result<Bytes, ReadError> {
        self.check(&range)?;
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let expected = range.end - range.start;
        self.requests.fetch_add(1, Ordering::Relaxed);
        let bytes = self
            .source
            .read_at(range)
            .await
            .map_err(|error| ReadError::Source(Box::new(error)))?;
        let got = bytes.len() as u64;
        if got == expected {
            Ok(bytes)
        } else {
            Err(ReadError::Short { expected, got })
        }
    }

    /// The bytes of `range` from a kept block, or else just them: for small reads that lie far apart.
    pub async fn glance(&self, range: Range<u64>) -> Result<Bytes, ReadError> {
        self.check(&range)?;
        let block = self.block_at(range.start);
        if range.end <= block.end
            && let Some(bytes) = self.kept_block(block.start)
        {
            return Ok(slice(&(block.start, bytes), &range));
        }
        self.fetch(range).await
    }

    fn check(&self, range: &Range<u64>) -> Result<(), ReadError> {
        let size = self.size();
        if range.start <= range.end && range.end <= size {
            return Ok(());
        }
        Err(ReadError::Outside {
            start: range.start,
            end: range.end,
            size,
        })
    }

    /// The block that holds byte `at`: the tail, or one of the blocks counted from the start that end where the tail begins.
    fn block_at(&self, at: u64) -> Range<u64> {
        let size = self.size();
        let tail = size.saturating_sub(BLOCK);
        if at >= tail {
            return tail..size;
        }
        let start = at / BLOCK * BLOCK;
        start..(start + BLOCK).min(tail)
    }

    async fn block(&self, range: Range<u64>) -> Result<(u64, Bytes), ReadError> {
        let start = range.start;
        if let Some(bytes) = self.kept_block(start) {
            return Ok((start, bytes));
        }
        let bytes = self.fetch(range).await?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() > KEPT {
            kept.pop_front();
        }
        kept.push_back((start, bytes.clone()));
        Ok((start, bytes))
    }

    /// A kept block, which becomes the last to be forgotten.
    fn kept_block(&self, start: u64) -> Option<Bytes> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.iter().position(|(at, _)| *at == start)?;
        let block = kept.remove(place)?;
        let bytes = block.1.clone();
        kept.push_back(block);
        Some(bytes)
    }
}

/// The part of a block that `range` names. Both lie within the block, and a block is far smaller than `usize`.
fn slice((start, bytes): &(u64, Bytes), range: &Range<u64>) -> Bytes {
    let place = |at: u64| {
        usize::try_from(at.saturating_sub(*start)).map_or(bytes.len(), |at| at.min(bytes.len()))
    };
    bytes.slice(place(range.start)..place(range.end))
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;

    fn numbered(size: usize) -> Vec<u8> {
        (0..size)
            .map(|at| u8::try_from(at % 251).unwrap())
            .collect()
    }

    #[test]
    fn a_directory_at_the_end_costs_one_request() {
        let bytes = numbered(3_000_000);
        let source = Metered::new(Memory::new(bytes.clone()));
        let blocks = Blocks::new(&source);
        for range in [
            2_999_000..3_000_000,
            2_990_000..2_990_010,
            2_800_000..2_900_000,
        ] {
            let expected = &bytes[range.start..range.end];
            let read = block_on(blocks.read(range.start as u64..range.end as u64)).unwrap();
            assert_eq!(read, expected);
        }
        assert_eq!((source.requests(), source.fetched()), (1, BLOCK));
    }

    #[test]
    fn ranges_across_blocks_and_into_the_tail_are_joined() {
        let bytes = numbered(1_000_000);
        let source = Metered::new(Memory::new(bytes.clone()));
        let blocks = Blocks::new(&source);
        for range in [
            0..1,
            262_100..262_200,
            500_000..900_000,
            700_000..760_000,
            0..1_000_000,
        ] {
            let read = block_on(blocks.read(range.start as u64..range.end as u64)).unwrap();
            assert_eq!(read, &bytes[range.start..range.end], "{range:?}");
        }
    }

    #[test]
    fn forgotten_blocks_are_read_again() {
        let bytes = numbered(8_000_000);
        let source = Metered::new(Memory::new(bytes));
        let blocks = Blocks::new(&source);
        for start in (0..7_000_000).step_by(262_144) {
            block_on(blocks.read(start..start + 10)).unwrap();
        }
        let before = source.requests();
        block_on(blocks.read(0..10)).unwrap();
        assert_eq!(source.requests(), before + 1);
    }

    #[test]
    fn a_glance_takes_no_block_but_uses_one() {
        let bytes = numbered(3_000_000);
        let source = Metered::new(Memory::new(bytes.clone()));
        let blocks = Blocks::new(&source);
        assert_eq!(block_on(blocks.glance(100..200)).unwrap(), &bytes[100..200]);
        assert_eq!(source.fetched(), 100);
        block_on(blocks.read(0..10)).unwrap();
        assert_eq!(block_on(blocks.glance(100..200)).unwrap(), &bytes[100..200]);
        assert_eq!(source.fetched(), 100 + BLOCK);
    }

    #[test]
    fn a_range_outside_the_file_is_an_error() {
        let blocks = Blocks::new(Memory::new(vec![0; 10]));
        for range in [5..11, 11..12, u64::MAX - 1..u64::MAX] {
            let error = block_on(blocks.read(range)).unwrap_err();
            assert!(matches!(error, ReadError::Outside { size: 10, .. }));
        }
        assert!(block_on(blocks.read(10..10)).unwrap().is_empty());
    }

    /// A store that hands out less than it was asked for.
    struct Stingy;

    impl ReadAt for Stingy {
        type Error = std::io::Error;

        fn size(&self) -> u64 {
            100
        }

        async fn read_at(&self, _range: Range<u64>) -> Result<Bytes, Self::Error> {
            Ok(Bytes::from_static(b"short"))
        }
    }

    #[test]
    fn a_short_answer_is_an_error() {
        let error = block_on(Blocks::new(Stingy).read(0..50)).unwrap_err();
        assert!(matches!(error, ReadError::Short { got: 5, .. }));
    }
}
