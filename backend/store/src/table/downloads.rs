//! Downloads: who was granted a link to what, when.

use domain::{
    download::Download,
    id::BuildId,
    page::{Cursor, Limit, Page},
};

use super::{
    Table,
    item::{self, Item},
    keys,
    list::Place,
};
use crate::Result;

/// How long a download is known: 400 days.
const KEPT_SECONDS: i64 = 400 * 24 * 3600;

impl Table {
    /// Records a download. `salt` tells apart those of one file in one moment.
    pub async fn put_download(&self, download: &Download, salt: &str) -> Result<()> {
        self.put(item(download, salt)?).await
    }

    /// One page of a build's downloads, newest first.
    pub async fn downloads(
        &self,
        build: &BuildId,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Download>> {
        self.page(
            Place::Table,
            &keys::downloads_partition(build),
            limit,
            cursor,
        )
        .await
    }
}

/// A download as an item.
pub(super) fn item(download: &Download, salt: &str) -> Result<Item> {
    let mut item = item::of(&keys::download(download, salt), download)?;
    item::expire(&mut item, download.at.as_second() + KEPT_SECONDS);
    Ok(item)
}
