//! Sources on this machine: bytes in memory, and files.

use std::ops::Range;

use bytes::Bytes;

use super::ReadAt;

#[derive(Clone, Debug)]
pub struct Memory(Bytes);

impl Memory {
    /// Reads from `bytes`.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self(bytes.into())
    }
}

impl ReadAt for Memory {
    type Error = std::io::Error;

    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    async fn read_at(&self, range: Range<u64>) -> Result<Bytes, Self::Error> {
        let place = |at| usize::try_from(at).map_err(std::io::Error::other);
        let (start, end) = (place(range.start)?, place(range.end)?);
        if start > end || end > self.0.len() {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(self.0.slice(start..end))
    }
}

/// A file on this machine. Its reads block the thread: meant for tools and tests.
#[derive(Debug)]
pub struct LocalFile {
    file: std::fs::File,
    size: u64,
}

impl LocalFile {
    /// Opens the file at `path`.
    pub fn open(path: impl AsRef<std::path::Path>) -> std::io::Result<Self> {
        let file = std::fs::File::open(path)?;
        let size = file.metadata()?.len();
        Ok(Self { file, size })
    }
}

impl ReadAt for LocalFile {
    type Error = std::io::Error;

    fn size(&self) -> u64 {
        self.size
    }

    async fn read_at(&self, range: Range<u64>) -> Result<Bytes, Self::Error> {
        let length = range.end.saturating_sub(range.start);
        let mut bytes = vec![0; usize::try_from(length).map_err(std::io::Error::other)?];
        std::os::unix::fs::FileExt::read_exact_at(&self.file, &mut bytes, range.start)?;
        Ok(bytes.into())
    }
}
