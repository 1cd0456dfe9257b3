//! Reading the seals, with all their versions.

use std::collections::HashMap;

use api::audit::SealsView;
use domain::{
    Timestamp,
    actor::Actor,
    audit::{FOLDER, SealVersion, SealsFound, oldest},
    page::Cursor,
};
use futures::{StreamExt, TryStreamExt, stream};
use store::{Objects, Table, objects::VersionMarker, table::AuditSpan};

use crate::{Error, Result, access::Action, audit::Audit};

/// So many seals are read at once.
const AT_ONCE: usize = 64;

impl Audit<'_> {
    /// A page of what the log is held against. Seals are read before the end, so that none is of an entry behind it.
    pub async fn seals(
        self,
        actor: &Actor,
        cursor: Option<&Cursor>,
        now: Timestamp,
    ) -> Result<SealsView> {
        self.portal.authorise(actor, Action::ViewAudit)?;
        let table = &self.portal.table;
        let newest = newest(table).await?;
        let (seals, next) = match &self.portal.parts.seals {
            Some(objects) => {
                let after = cursor.map(|cursor| VersionMarker::from_text(cursor.sort_key()));
                page(objects, after.as_ref()).await?
            }
            None => (Vec::new(), None),
        };
        let span = span(table).await?;
        Ok(SealsView {
            head: span.as_ref().map(|span| span.head.clone()),
            first: span.as_ref().map(|span| span.first.to_string()),
            last: span.map(|span| span.last.to_string()),
            newest,
            seals,
            next: next.map(|next| Cursor::behind(&next.to_text())),
            as_of: now,
        })
    }
}

/// The number of the newest seal that the table says is in the bucket; what cannot be read says nothing.
pub(super) async fn newest(table: &store::Table) -> Result<Option<u64>> {
    match table.audit().newest_seal().await {
        Ok(newest) => Ok(newest.map(|newest| {
            let put = u64::from(newest.in_bucket);
            newest.seal.number.saturating_sub(1 - put)
        })),
        Err(store::Error::Corrupt { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Everything that lies in a bucket of seals, in every version.
pub async fn read_seals(objects: &Objects) -> Result<SealsFound> {
    let mut found = SealsFound::default();
    let mut after = None;
    loop {
        let (seals, next) = page(objects, after.as_ref()).await?;
        for seal in seals {
            found.push(seal);
        }
        if next.is_none() {
            return Ok(found);
        }
        after = next;
    }
}

/// A page of versions, with the text of each one that can be the oldest of its key.
async fn page(
    objects: &Objects,
    after: Option<&VersionMarker>,
) -> Result<(Vec<SealVersion>, Option<VersionMarker>)> {
    let page = objects.versions(FOLDER, after).await?;
    let mut versions: Vec<SealVersion> = page.versions.into_iter().map(unread).collect();
    let reads = oldest(&versions)
        .into_iter()
        .map(|(key, version)| async move {
            let text = objects.version_text(&key, &version).await?;
            Ok::<_, store::Error>(((key, version), text))
        });
    let mut texts: HashMap<(String, String), _> = stream::iter(reads)
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    for version in versions.iter_mut().filter(|version| !version.delete_marker) {
        let id = (version.key.clone(), version.version.clone());
        if let Some(read) = texts.remove(&id) {
            version.text = Some(read.text);
            version.lock = read.lock;
        }
    }
    Ok((versions, page.next))
}

fn unread(version: store::objects::Version) -> SealVersion {
    SealVersion {
        key: version.key,
        version: version.id,
        delete_marker: version.delete_marker,
        written_at: version.written_at,
        text: None,
        lock: None,
    }
}

/// Where the log says that it begins and ends; one that cannot be read says nothing.
pub(super) async fn span(table: &Table) -> Result<Option<AuditSpan>> {
    match table.audit().span().await {
        Ok(span) => Ok(span),
        Err(store::Error::Corrupt { .. }) => Ok(None),
        Err(error) => Err(Error::Store(error)),
    }
}
