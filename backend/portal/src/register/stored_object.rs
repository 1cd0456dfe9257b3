//! An object as a source of ranges.

use std::ops::Range;

use bytes::Bytes;
use packages::source::ReadAt;
use store::Objects;

/// An object that is read by ranges.
pub struct StoredObject {
    objects: Objects,
    key: String,
    size: u64,
}

impl StoredObject {
    pub(super) fn new(objects: Objects, key: &str, size: u64) -> Self {
        Self {
            objects,
            key: key.to_owned(),
            size,
        }
    }
}

impl ReadAt for StoredObject {
    type Error = store::Error;

    fn size(&self) -> u64 {
        self.size
    }

    async fn read_at(&self, range: Range<u64>) -> Result<Bytes, store::Error> {
        self.objects.range(&self.key, range).await
    }
}
