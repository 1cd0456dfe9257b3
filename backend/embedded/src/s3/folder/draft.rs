//! An object in the making: a temporary file that becomes visible whole, or not at all.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    time::SystemTime,
};

use s3s::crypto::{Checksum as _, Md5};

use super::record::{Headers, Record};
use crate::s3::checksum::Checksum;

const BUFFER: usize = 256 * 1024;

/// A temporary file that is being written. Dropped before it is published, it is gone.
pub(crate) struct Draft {
    path: TemporaryPath,
    file: BufWriter<File>,
    md5: Md5,
    size: u64,
}

/// A temporary file that is complete, synced, and not visible yet.
pub(crate) struct Ready {
    path: TemporaryPath,
    pub(crate) record: Record,
}

struct TemporaryPath(PathBuf);

impl Drop for TemporaryPath {
    fn drop(&mut self) {
        // After a publication there is nothing left to remove.
        let _absent = fs::remove_file(&self.0).is_err();
    }
}

impl Draft {
    pub(crate) fn create(path: PathBuf) -> io::Result<Self> {
        let file = File::create_new(&path)?;
        Ok(Self {
            path: TemporaryPath(path),
            file: BufWriter::with_capacity(BUFFER, file),
            md5: Md5::new(),
            size: 0,
        })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.md5.update(bytes);
        self.size += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    /// Adds the first `size` bytes of another file without looking at them.
    pub(crate) fn append(&mut self, part: &mut File, size: u64) -> io::Result<()> {
        // Past the buffer, so that the kernel can copy from file to file.
        self.file.flush()?;
        let copied = io::copy(&mut io::Read::take(part, size), self.file.get_mut())?;
        self.size += copied;
        if copied == size {
            Ok(())
        } else {
            Err(io::ErrorKind::UnexpectedEof.into())
        }
    }

    /// Writes the record behind the bytes, and both to the disk. The entity tag is the MD5 unless another is given.
    pub(crate) fn finish(
        mut self,
        headers: Headers,
        etag: Option<String>,
        checksum: Option<Checksum>,
    ) -> io::Result<Ready> {
        let record = Record {
            size: self.size,
            etag: etag.unwrap_or_else(|| hex::encode(self.md5.finalize())),
            checksum,
            headers,
        };
        self.file.write_all(&record.to_tail()?)?;
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        Ok(Ready {
            path: self.path,
            record,
        })
    }
}

impl Ready {
    /// The same, as if it had been written at that time.
    pub(super) fn written_at(self, at: SystemTime) -> io::Result<Self> {
        File::options()
            .write(true)
            .open(&self.path.0)?
            .set_modified(at)?;
        Ok(self)
    }

    /// Makes it visible at `target`, in place of what is there.
    pub(crate) fn replace(self, root: &Path, target: &Path) -> io::Result<Record> {
        with_folder(root, target, || fs::rename(&self.path.0, target))?;
        Ok(self.record.clone())
    }

    /// Makes it visible at `target`, unless something is there: then [`io::ErrorKind::AlreadyExists`].
    pub(crate) fn create(self, root: &Path, target: &Path) -> io::Result<Record> {
        // A link, unlike a rename, never replaces.
        with_folder(root, target, || fs::hard_link(&self.path.0, target))?;
        Ok(self.record.clone())
    }
}

/// Does `publish` with the target's folder in place, and writes every folder that it touched to the disk.
pub(super) fn with_folder(
    root: &Path,
    target: &Path,
    publish: impl Fn() -> io::Result<()>,
) -> io::Result<()> {
    let folder = target.parent().unwrap_or(root);
    let mut made = !folder.exists();
    let mut tries = 0;
    loop {
        if made {
            fs::create_dir_all(folder)?;
        }
        match publish() {
            // The removal of the folder's last object may have taken the folder.
            Err(error) if error.kind() == io::ErrorKind::NotFound && tries < 10 => made = true,
            Err(error) => return Err(error),
            Ok(()) => break,
        }
        tries += 1;
    }
    sync(folder)?;
    for ancestor in folder.ancestors().skip(1).take_while(|_| made) {
        if !ancestor.starts_with(root) {
            break;
        }
        sync(ancestor)?;
    }
    Ok(())
}

/// Writes a folder's list of names to the disk.
pub(crate) fn sync(folder: &Path) -> io::Result<()> {
    match File::open(folder) {
        Ok(folder) => folder.sync_all(),
        // Emptied and removed by a deletion right after: nothing to keep.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}
