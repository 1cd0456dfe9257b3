//! Downloads: who was granted a link to what, when.

use domain::{
    download::{Download, day_ends},
    id::BuildId,
    page::{Cursor, Limit, Page},
};

use super::{
    calls::Change,
    handle::Downloads,
    item::{self, Item},
    keys,
    list::Place,
};
use crate::Result;

/// How long a download is known: 400 days.
const KEPT_SECONDS: i64 = 400 * 24 * 3600;

/// How long a day's count is kept after its day, in which nobody reads it: a day. DynamoDB deletes in its own time.
const COUNT_KEPT_SECONDS: i64 = 24 * 3600;

impl Downloads<'_> {
    /// Counts a download for anyone who asks for it, if that makes no more than `most` on its day. Whether it was counted.
    pub async fn count(self, download: &Download, most: u32) -> Result<bool> {
        let ends = day_ends(download.at);
        let change = Change {
            key: keys::daily(&download.by, ends),
            expression: "SET #ttl = :ttl ADD downloads :one",
            names: vec![("#ttl", keys::TTL)],
            condition: Some("attribute_not_exists(downloads) OR downloads < :most"),
            values: vec![
                (":ttl", item::number(ends.as_second() + COUNT_KEPT_SECONDS)),
                (":one", item::number(1)),
                (":most", item::number(most)),
            ],
        };
        Ok(self.table.calls.update(change).await?.is_some())
    }

    /// Records a download. `salt` tells apart those of one file in one moment.
    pub async fn put(self, download: &Download, salt: &str) -> Result<()> {
        self.table.calls.put(item(download, salt)?).await
    }

    /// One page of a build's downloads, newest first.
    pub async fn list(
        self,
        build: &BuildId,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Download>> {
        self.table
            .calls
            .page(
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
