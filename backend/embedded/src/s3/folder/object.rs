//! An object that is being read.

use std::{fs::File, io, io::Seek, ops::Range, path::Path, time::SystemTime};

use bytes::{Bytes, BytesMut};
use futures::{Stream, stream};
use tokio::io::AsyncReadExt;

use super::record::Record;

/// Bytes that are read at once.
const BLOCK: usize = 256 * 1024;

/// An object, open: what happens to its key from now on does not touch it.
pub(crate) struct Object {
    pub(crate) record: Record,
    pub(crate) modified: SystemTime,
    file: File,
}

impl Object {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        Ok(Self {
            record: Record::read(&mut file)?,
            modified: file.metadata()?.modified()?,
            file,
        })
    }

    /// Its file, at the first byte; the record follows after `record.size` bytes.
    pub(crate) fn into_file(mut self) -> io::Result<File> {
        self.file.rewind()?;
        Ok(self.file)
    }

    /// Some of its bytes, a block at a time. The range must lie within it.
    pub(crate) fn stream(
        mut self,
        range: Range<u64>,
    ) -> io::Result<impl Stream<Item = io::Result<Bytes>> + Send + Sync + 'static> {
        self.file.seek(io::SeekFrom::Start(range.start))?;
        let file = tokio::fs::File::from_std(self.file);
        let left = range.end - range.start;
        Ok(stream::try_unfold(
            (file, left),
            |(mut file, left)| async move {
                if left == 0 {
                    return Ok(None);
                }
                let length = usize::try_from(left).unwrap_or(BLOCK).min(BLOCK);
                let mut block = BytesMut::zeroed(length);
                file.read_exact(&mut block).await?;
                Ok(Some((block.freeze(), (file, left - length as u64))))
            },
        ))
    }
}
