//! The audit log: entries in the order that they were written, each with the hash of the one before, and nothing else in
//! this crate that writes or changes one.
//!
//! Whatever is noted is written in one transaction with its entry, so that there is no action without an entry and no entry
//! without an action. The head is what writers meet at: a writer that finds that it moved reads it again and chains anew.
//!
//! The names of people stand beside the entries, in items of their own.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    audit::{AuditRecord, Entry, Head, Link},
    digest::Digest,
    id::PersonId,
    month::Month,
    page::{Cursor, Limit, Page},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    calls::{Condition, Write, Written},
    handle::Audit,
    item::{self, Item},
    keys,
    list::Place,
    names::{self, Beside, Naming},
    tries::Tries,
};
use crate::Result;

/// The head as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct HeadRow {
    /// How many entries there are.
    entries: u64,
    /// The hash of the last. The plain names of both are words that DynamoDB keeps for itself.
    entry_hash: Digest,
    /// The month that the last entry is kept with. It never goes back, though a clock may: entries of one month are then
    /// in one partition, and all of them follow those of the month before.
    #[serde(with = "as_text")]
    month: Month,
    /// The month of the first entry.
    #[serde(with = "as_text")]
    since: Month,
}

impl HeadRow {
    fn head(&self) -> Head {
        Head {
            number: self.entries,
            hash: self.entry_hash,
        }
    }
}

/// Where the log begins and ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditSpan {
    /// The last entry.
    pub head: Head,
    /// The month of the first entry.
    pub first: Month,
    /// The month of the last.
    pub last: Month,
}

/// An entry as it is found: one that was altered may not even read as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundEntry {
    /// The number that its key says it has; none if its key says no number.
    pub place: Option<u64>,
    /// All that is kept of it, also what this program does not know.
    pub value: Option<Value>,
    /// The entry, if it reads as one.
    pub entry: Option<Entry>,
}

impl FoundEntry {
    /// What verifying needs of it, if it is an entry at all.
    pub fn link(&self) -> Option<Link> {
        self.value.clone().and_then(Link::of)
    }
}

/// Some of a month's entries, in the order of their keys.
#[derive(Clone, Debug)]
pub struct FoundEntries {
    /// As they are found.
    pub entries: Vec<FoundEntry>,
    /// Where the month goes on, if it does.
    pub next: Option<AuditPlace>,
}

/// A place in a month: behind an entry's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPlace(String);

impl AuditPlace {
    /// Behind the entry of that number.
    pub fn behind(number: u64) -> Self {
        Self(keys::audit_place(number))
    }

    /// For the page of a list that goes on there.
    pub fn cursor(&self) -> Cursor {
        Cursor::behind(&self.0)
    }
}

/// So many entries are read at once.
const AT_ONCE: i32 = 1000;

impl Audit<'_> {
    /// Notes something that leaves no other trace.
    pub async fn note(self, note: &AuditRecord) -> Result<()> {
        self.commit(Vec::new(), std::slice::from_ref(note)).await?;
        Ok(())
    }

    /// One page of a month's entries, newest first.
    pub async fn list(
        self,
        month: &Month,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Entry>> {
        let partition = keys::audit_partition(month);
        let page = self
            .table
            .calls
            .page(Place::Table, &partition, limit, cursor)
            .await?;
        let mut page: Page<Entry> = page;
        let people = names::people_of(&page.items);
        if !people.is_empty() {
            let beside = self.table.people().names_of(people).await?;
            page.items.iter_mut().for_each(|entry| beside.put(entry));
        }
        Ok(page)
    }

    /// All entries of a month as they are found, in the order of their keys.
    pub async fn month(self, month: &Month) -> Result<Vec<FoundEntry>> {
        let items = self
            .table
            .calls
            .partition(&keys::audit_partition(month), true)
            .await?;
        self.found(items).await
    }

    /// The first entries of a month, or those behind a place, so many that they can be held.
    pub async fn entries(self, month: &Month, behind: Option<&AuditPlace>) -> Result<FoundEntries> {
        // No key is empty, so that all are above.
        let bound = behind.map_or(" ", |place| place.0.as_str());
        let partition = keys::audit_partition(month);
        let items = self
            .table
            .calls
            .above(&partition, bound, AT_ONCE, true)
            .await?;
        let more = items.len() >= AT_ONCE.unsigned_abs() as usize;
        let last = items.last().map(|item| item::text(item, keys::SK));
        Ok(FoundEntries {
            next: last
                .filter(|_| more)
                .map(|last| AuditPlace(last.to_owned())),
            entries: self.found(items).await?,
        })
    }

    /// Items as entries, each with the names that stand beside it.
    pub(super) async fn found(self, items: Vec<Item>) -> Result<Vec<FoundEntry>> {
        let people = items.iter().flat_map(names::people_in).collect();
        let beside = self.table.people().names_of(people).await?;
        let with_names = |item| {
            let mut found = found(item);
            if let Some(value) = &mut found.value {
                beside.put_into(value);
            }
            if let Some(entry) = &mut found.entry {
                beside.put(entry);
            }
            found
        };
        Ok(items.into_iter().map(with_names).collect())
    }

    /// Where the log begins and ends; `None` while nothing was noted.
    pub async fn span(self) -> Result<Option<AuditSpan>> {
        Ok(self.head().await?.map(|row| AuditSpan {
            head: row.head(),
            first: row.since,
            last: row.month,
        }))
    }

    /// Some writes and what the log says of them, all or none. Only the conditions of `writes` are told of when they do
    /// not hold.
    pub(super) async fn commit(self, writes: Vec<Write>, notes: &[AuditRecord]) -> Result<Written> {
        if notes.is_empty() {
            return self.table.calls.transact(writes).await;
        }
        let mut tries = Tries::of("the audit log");
        loop {
            let (head, kept) = self.head_and_names(notes).await?;
            let naming = Naming::of(notes, &kept)?;
            let hidden: Vec<AuditRecord> = notes.iter().map(|note| naming.hide(note)).collect();
            let mut all = writes.clone();
            all.extend(entries(head.as_ref(), &hidden)?);
            all.extend(naming.writes()?);
            match self.table.calls.transact(all).await? {
                Written::Yes => return Ok(Written::Yes),
                Written::Refused(places) => {
                    let own: Vec<usize> = places
                        .into_iter()
                        .filter(|place| *place < writes.len())
                        .collect();
                    if !own.is_empty() {
                        return Ok(Written::Refused(own));
                    }
                }
            }
            tries.again().await?;
        }
    }

    /// The head, and the names of those whom notes name: in one call.
    async fn head_and_names(self, notes: &[AuditRecord]) -> Result<(Option<HeadRow>, Beside)> {
        let people: BTreeSet<PersonId> = notes
            .iter()
            .flat_map(AuditRecord::named)
            .map(|it| it.0)
            .collect();
        if people.is_empty() {
            return Ok((self.head().await?, Beside::default()));
        }
        let mut keys = vec![keys::audit_head()];
        keys.extend(people.iter().map(keys::names));
        let (mut head, mut rows) = (None, Vec::new());
        for item in self.table.calls.get_some(&keys, true).await? {
            if item::text(&item, keys::PK) == keys[0].pk {
                head = Some(item::read(item)?);
            } else {
                rows.push(item);
            }
        }
        Ok((head, Beside::read(rows)))
    }

    async fn head(self) -> Result<Option<HeadRow>> {
        let item = self.table.calls.get(&keys::audit_head(), true).await?;
        item.map(item::read).transpose()
    }
}

/// The writes that chain `notes` to the log.
fn entries(before: Option<&HeadRow>, notes: &[AuditRecord]) -> Result<Vec<Write>> {
    let mut writes = Vec::new();
    let mut row = before.cloned();
    for note in notes {
        let now = Month::of(note.at);
        let (month, since) = match &row {
            Some(row) => (row.month.clone().max(now), row.since.clone()),
            None => (now.clone(), now),
        };
        let head = row.as_ref().map(HeadRow::head).unwrap_or_default();
        let entry = Entry::after(&head, note.clone());
        let key = keys::audit_entry(&month, entry.number);
        writes.push(Write::Put(
            item::of(&key, &entry)?,
            Some(Condition::absent()),
        ));
        row = Some(HeadRow {
            entries: entry.number,
            entry_hash: entry.hash,
            month,
            since,
        });
    }
    if let Some(row) = row {
        let item = item::of(&keys::audit_head(), &row)?;
        writes.push(Write::Put(item, Some(unmoved(before))));
    }
    Ok(writes)
}

/// The head is still the one that was read.
fn unmoved(before: Option<&HeadRow>) -> Condition {
    match before {
        None => Condition::absent(),
        Some(row) => Condition {
            expression: "entry_hash = :hash",
            values: vec![(":hash", AttributeValue::S(row.entry_hash.to_string()))],
        },
    }
}

/// An entry as people read it; as it is found, if it is none.
pub(super) fn readable(found: FoundEntry) -> Option<Value> {
    match found.entry {
        Some(entry) => serde_json::to_value(entry.readable()).ok(),
        None => found.value,
    }
}

fn found(item: Item) -> FoundEntry {
    let place = item::text(&item, keys::SK).parse().ok();
    let mut contents = item.clone();
    // What the table needs beside the entry.
    for key in [keys::PK, keys::SK, item::FORMAT_NAME] {
        contents.remove(key);
    }
    FoundEntry {
        place,
        value: serde_dynamo::from_item(contents).ok(),
        entry: item::read(item).ok(),
    }
}

/// A month as text, which is how it is stored.
mod as_text {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use domain::month::Month;

    pub(super) fn serialize<S: Serializer>(month: &Month, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(month)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Month, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(D::Error::custom)
    }
}
