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
    /// Whether its file is not as it was written: it can be looked at and replaced, and not read.
    is_damaged: bool,
    file: File,
}

impl Object {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let record = Record::read(&mut file);
        let (record, is_damaged) = match record {
            Ok(record) => (record, false),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                tracing::error!(path = %path.display(), "the file of an object is cut or damaged");
                (Record::damaged(file.metadata()?.len()), true)
            }
            Err(error) => return Err(error),
        };
        Ok(Self {
            record,
            modified: file.metadata()?.modified()?,
            is_damaged,
            file,
        })
    }

    /// Its file, at the first byte; the record follows after `record.size` bytes.
    pub(crate) fn into_file(mut self) -> io::Result<File> {
        self.check()?;
        self.file.rewind()?;
        Ok(self.file)
    }

    /// Some of its bytes, a block at a time. The range must lie within it.
    pub(crate) fn stream(
        mut self,
        range: Range<u64>,
    ) -> io::Result<impl Stream<Item = io::Result<Bytes>> + Send + Sync + 'static> {
        self.check()?;
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

    fn check(&self) -> io::Result<()> {
        if self.is_damaged {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the file of this object is cut or damaged",
            ));
        }
        Ok(())
    }
}
