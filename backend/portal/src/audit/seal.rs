//! Sealing: a seal is an object, written once, that says where the log ended at some time.
//!
//! The next seal is decided in the table, so that two callers at once agree on the same one; then it is put into the bucket,
//! unless its key exists. A seal that was decided but not put, because its caller failed, is put by the next call.

use domain::{
    Timestamp,
    actor::Actor,
    audit::{AuditAction, AuditRecord, Head, LastSeal, Seal},
};
use jiff::SignedDuration;
use store::{
    Objects,
    table::{AuditPlace, AuditSpan, NewestSeal},
};

use super::seals::read_seals;
use crate::{Error, Result, access::Action, audit::Audit};

/// How long entries may wait for a seal.
const EVERY: SignedDuration = SignedDuration::from_hours(1);

impl Audit<'_> {
    /// Seals the log, if that is due: its oldest entry without a seal is an hour old, or tells of a release into the last step
    /// of a path. Returns the seal that was made.
    ///
    /// While nothing is due it costs two reads, and one more while there are entries without a seal.
    pub async fn seal_if_due(self, now: Timestamp) -> Result<Option<Seal>> {
        let Some(objects) = &self.portal.parts.seals else {
            return Ok(None);
        };
        self.portal.authorise(&Actor::portal(), Action::SealAudit)?;
        let table = &self.portal.table;
        let mut newest = table.audit().newest_seal().await?;
        if let Some(unfinished) = newest.take_if(|newest| !newest.in_bucket) {
            newest = Some(self.put_seal(objects, unfinished).await?);
        }
        let Some(span) = table.audit().span().await? else {
            return Ok(None);
        };
        if let Some(newest) = &newest
            && !self.seal_is_due(newest, &span, now).await?
        {
            return Ok(None);
        }
        let (newest, last) = match newest {
            Some(newest) if is_newest(objects, &newest.seal).await? => {
                let last = newest.seal.as_last();
                (Some(newest), last)
            }
            newest => match self.newest_of_both(objects, newest).await? {
                Some(found) => found,
                None => return Ok(None),
            },
        };
        self.make_seal(objects, newest.as_ref(), &last, &span.head, now)
            .await
    }

    async fn seal_is_due(
        self,
        newest: &NewestSeal,
        span: &AuditSpan,
        now: Timestamp,
    ) -> Result<bool> {
        let Seal {
            head, sealed_at, ..
        } = &newest.seal;
        if span.head == *head {
            return Ok(false);
        }
        if span.head.number <= head.number {
            // The next seal says so, too: it is of an earlier entry than the one before, or of another one.
            tracing::error!(
                sealed = head.number,
                entries = span.head.number,
                "the audit log does not end where it was sealed: verify it"
            );
            return Ok(true);
        }
        // A time in the future is no reason to wait for it.
        let just_now = (SignedDuration::ZERO..EVERY).contains(&now.duration_since(*sealed_at));
        Ok(!just_now || self.released_since(head.number, span).await?)
    }

    /// Whether an entry behind that number is of a release into the last step of a path. Where more has happened than one look
    /// shows, it is taken for that.
    async fn released_since(self, number: u64, span: &AuditSpan) -> Result<bool> {
        let behind = AuditPlace::behind(number);
        let table = &self.portal.table;
        let found = table.audit().entries(&span.last, Some(&behind)).await?;
        let first = found.entries.first().and_then(|first| first.place);
        if found.next.is_some() || first != number.checked_add(1) {
            return Ok(true);
        }
        let mut entries = found.entries.into_iter();
        Ok(entries.any(|found| match found.entry {
            Some(entry) => self.ends_a_path(&entry.note),
            None => true,
        }))
    }

    fn ends_a_path(self, note: &AuditRecord) -> bool {
        let released = matches!(
            note.action,
            AuditAction::Released | AuditAction::PromotionSucceeded
        );
        let path = note
            .app
            .as_ref()
            .and_then(|app| self.portal.catalog().path(app));
        let last = path.and_then(|path| path.steps.last());
        released && last.is_some_and(|last| note.environment.as_ref() == Some(&last.environment))
    }

    /// The newest seal of those that the table and the bucket know, and what the next one follows. A number is never used twice:
    /// where the table's seal is gone from the bucket, the next one comes after it all the same, and verification names the
    /// missing one. Where the table forgot, because it was restored from a backup, the bucket's is noted in it. `None` if another
    /// call sealed meanwhile.
    async fn newest_of_both(
        self,
        objects: &Objects,
        of_table: Option<NewestSeal>,
    ) -> Result<Option<(Option<NewestSeal>, LastSeal)>> {
        let in_bucket = read_seals(objects).await?.check(None);
        let number = |seal: &Seal| seal.number;
        let known = of_table.as_ref().map_or(0, |newest| newest.seal.number);
        if known >= in_bucket.newest.as_ref().map_or(0, number)
            && let Some(of_table) = of_table
        {
            tracing::error!(
                number = known,
                "the newest seal is not in its bucket as it was made: verify the audit log"
            );
            let last = of_table.seal.as_last();
            return Ok(Some((Some(of_table), last)));
        }
        let last = in_bucket.last();
        let Some(seal) = in_bucket.newest else {
            return Ok(Some((None, last)));
        };
        let found = NewestSeal {
            seal,
            in_bucket: true,
        };
        let noted = self
            .portal
            .table
            .audit()
            .note_seal(of_table.as_ref(), &found);
        Ok(noted.await?.then_some((Some(found), last)))
    }

    /// Decides on the next seal, and puts it into the bucket.
    async fn make_seal(
        self,
        objects: &Objects,
        before: Option<&NewestSeal>,
        last: &LastSeal,
        head: &Head,
        now: Timestamp,
    ) -> Result<Option<Seal>> {
        let next = NewestSeal {
            seal: Seal::after(last, head.clone(), now),
            in_bucket: false,
        };
        if !self.portal.table.audit().note_seal(before, &next).await? {
            // Another call seals.
            return Ok(None);
        }
        let put = self.put_seal(objects, next).await?;
        Ok(Some(put.seal))
    }

    /// Puts a seal into the bucket; one that is there must be the same. Another one stays, is an error once and a finding of
    /// every verification, and does not keep later seals from being made.
    async fn put_seal(self, objects: &Objects, decided: NewestSeal) -> Result<NewestSeal> {
        let (key, text) = (decided.seal.key(), decided.seal.text());
        let new = objects
            .put_if_absent(&key, text.clone(), "application/json")
            .await?;
        let same = new || oldest_text(objects, &key).await?.as_deref() == Some(text.as_str());
        let put = NewestSeal {
            in_bucket: true,
            ..decided.clone()
        };
        self.portal
            .table
            .audit()
            .note_seal(Some(&decided), &put)
            .await?;
        if same {
            Ok(put)
        } else {
            Err(Error::Conflict {
                detail: format!("the object {key} is not the seal that belongs there"),
            })
        }
    }
}

/// Whether the bucket has that seal, unaltered, and none behind it.
async fn is_newest(objects: &Objects, seal: &Seal) -> Result<bool> {
    let next = Seal::prefix(seal.number.saturating_add(1));
    if !objects.versions(&next, None).await?.versions.is_empty() {
        return Ok(false);
    }
    let found = oldest_text(objects, &seal.key()).await?;
    Ok(found.as_deref() == Some(seal.text().as_str()))
}

/// What the oldest version of a key holds: it counts, whatever was written over it.
async fn oldest_text(objects: &Objects, key: &str) -> Result<Option<String>> {
    let mut after = None;
    let mut oldest = None;
    loop {
        let page = objects.versions(key, after.as_ref()).await?;
        let versions = page.versions.into_iter();
        let mut of_key = versions.filter(|version| version.key == key && !version.delete_marker);
        oldest = of_key.next_back().or(oldest);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    match oldest {
        Some(version) => Ok(Some(objects.version_text(key, &version.id).await?.text)),
        None => Ok(None),
    }
}
