//! The names of people beside the audit log: an item for each person, apart from the entries, so that erasing a name changes no
//! entry.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    audit::{AuditRecord, Entry, Named, Names},
    id::PersonId,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    calls::{Condition, Deleted, Write},
    item::{self, Item},
    keys::{self, Key},
};
use crate::{Error, Result, table::handle::People};

/// The most items that one call reads.
const AT_ONCE: usize = 100;

/// So many names of one person are kept; of anyone who has more, the log shows the later ones alone.
const MOST: usize = 64;

/// The attribute of an entry with the people whom it names.
const PEOPLE: &str = "people";

/// The member with the names beside an entry.
const NAMES: &str = "names";

/// A person's names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Row {
    person: PersonId,
    salt: String,
    /// Each by the digest that entries have of it.
    names: BTreeMap<String, Kept>,
    version: u64,
}

/// A name, and its place among the person's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    name: String,
    place: u64,
}

/// What stands beside some entries, by person.
#[derive(Clone, Debug, Default)]
pub(super) struct Beside(BTreeMap<PersonId, Option<Row>>);

/// The names of those whom notes name, as they are kept, and what is to be kept more.
pub(super) struct Naming {
    rows: BTreeMap<PersonId, Row>,
    /// The versions of those that are written, as they were read.
    written: BTreeMap<PersonId, Option<u64>>,
}

impl People<'_> {
    /// The names that are kept of some people.
    pub(super) async fn names_of(self, people: BTreeSet<PersonId>) -> Result<Beside> {
        let people: Vec<PersonId> = people.into_iter().collect();
        let mut rows = BTreeMap::new();
        for some in people.chunks(AT_ONCE) {
            let keys: Vec<Key> = some.iter().map(keys::names).collect();
            rows.append(&mut Beside::read(self.table.calls.get_some(&keys, true).await?).0);
        }
        Ok(Beside(rows))
    }

    /// Every name that is kept of a person.
    pub async fn names(self, person: &PersonId) -> Result<Vec<String>> {
        let item = self.table.calls.get(&keys::names(person), true).await?;
        let row: Option<Row> = item.map(item::read).transpose()?;
        let kept = row.map(|row| row.names).unwrap_or_default();
        Ok(kept.into_values().map(|kept| kept.name).collect())
    }

    /// Erases the names of a person beside the log; false if there are none.
    pub async fn erase_names(self, person: &PersonId) -> Result<bool> {
        let key = keys::names(person);
        let deleted = self
            .table
            .calls
            .delete_if(&key, "attribute_exists(pk)")
            .await?;
        Ok(deleted == Deleted::Now)
    }
}

impl Beside {
    /// What some items say.
    pub(super) fn read(items: Vec<Item>) -> Self {
        let mut rows = BTreeMap::new();
        for found in items {
            if let Some(person) = keys::whose_names(item::text(&found, keys::PK)) {
                // One that somebody spoilt is not the name that was noted, and verifying says so.
                rows.insert(person, item::read(found).ok());
            }
        }
        Self(rows)
    }

    /// Puts them beside an entry.
    pub(super) fn put(&self, entry: &mut Entry) {
        let people = entry.note.people.iter();
        let names = people.filter_map(|(person, digest)| {
            Some((person.clone(), self.name(person, &digest.to_string())?))
        });
        entry.names = names.collect();
    }

    /// The same for an entry as it is written down.
    pub(super) fn put_into(&self, entry: &mut Value) {
        let Some(members) = entry.as_object_mut() else {
            return;
        };
        let people = members.get(PEOPLE).and_then(Value::as_object);
        let people = people.into_iter().flatten();
        let mut names = serde_json::Map::new();
        for (person, digest) in people {
            let (Ok(id), Some(digest)) = (person.parse(), digest.as_str()) else {
                continue;
            };
            if let Some(Named { name, salt }) = self.name(&id, digest) {
                let beside = serde_json::json!({"name": name, "salt": salt});
                names.insert(person.clone(), beside);
            }
        }
        if !names.is_empty() {
            members.insert(NAMES.to_owned(), Value::Object(names));
        }
    }

    fn name(&self, person: &PersonId, digest: &str) -> Option<Named> {
        let Some(row) = self.0.get(person)? else {
            // There is something, and it says no name.
            return Some(Named {
                name: String::new(),
                salt: String::new(),
            });
        };
        let kept = row.names.get(digest)?;
        Some(Named {
            name: kept.name.clone(),
            salt: row.salt.clone(),
        })
    }
}

impl Naming {
    /// The names of those whom `notes` name: those that are kept, and those that are to be.
    pub(super) fn of(notes: &[AuditRecord], kept: &Beside) -> Result<Self> {
        let mut naming = Self {
            rows: BTreeMap::new(),
            written: BTreeMap::new(),
        };
        for (person, name) in notes.iter().flat_map(AuditRecord::named) {
            naming.add(person, name, kept)?;
        }
        Ok(naming)
    }

    fn add(&mut self, person: PersonId, name: String, kept: &Beside) -> Result<()> {
        let known = kept.0.get(&person);
        let mut row = match (self.rows.remove(&person), known) {
            (Some(row), _) => row,
            (None, Some(Some(row))) => row.clone(),
            (None, None) => Row {
                person: person.clone(),
                salt: salt()?,
                names: BTreeMap::new(),
                version: 0,
            },
            (None, Some(None)) => {
                let what = format!("the names of person {person}");
                return Err(Error::corrupt(what, "it is not as it was written"));
            }
        };
        let digest = row.named(&name).digest().to_string();
        if !row.names.contains_key(&digest) {
            let place = row.names.values().map(|kept| kept.place).max();
            let place = place.map_or(0, |last| last + 1);
            row.names.insert(digest, Kept { name, place });
            if row.names.len() > MOST {
                let first = row.names.iter().min_by_key(|(_, kept)| kept.place);
                if let Some(first) = first.map(|(digest, _)| digest.clone()) {
                    row.names.remove(&first);
                }
            }
            let read = (row.version > 0).then_some(row.version);
            self.written.entry(person.clone()).or_insert(read);
        }
        self.rows.insert(person, row);
        Ok(())
    }

    /// A note with placeholders for the names.
    pub(super) fn hide(&self, note: &AuditRecord) -> AuditRecord {
        let people = note.named().into_iter();
        let names: Names = people
            .filter_map(|(person, name)| {
                let named = self.rows.get(&person)?.named(&name);
                Some((person, named))
            })
            .collect();
        note.clone().without_names(&names)
    }

    /// The writes that keep what was not kept, if nobody was faster.
    pub(super) fn writes(self) -> Result<Vec<Write>> {
        let mut rows = self.rows;
        let mut writes = Vec::new();
        for (person, read) in self.written {
            let Some(mut row) = rows.remove(&person) else {
                continue;
            };
            row.version = read.map_or(1, |version| version + 1);
            let item = item::of(&keys::names(&person), &row)?;
            writes.push(Write::Put(item, Some(Condition::version(read))));
        }
        Ok(writes)
    }
}

impl Row {
    fn named(&self, name: &str) -> Named {
        Named {
            name: name.to_owned(),
            salt: self.salt.clone(),
        }
    }
}

/// The people whom an item of an entry names.
pub(super) fn people_in(item: &Item) -> impl Iterator<Item = PersonId> {
    let people = item.get(PEOPLE).and_then(|value| value.as_m().ok());
    let people = people.into_iter().flat_map(|people| people.keys());
    people.filter_map(|person| person.parse().ok())
}

/// The people whom some entries name.
pub(super) fn people_of(entries: &[Entry]) -> BTreeSet<PersonId> {
    let people = entries.iter().flat_map(|entry| entry.note.people.keys());
    people.cloned().collect()
}

/// What no one can try out: 128 random bits of the operating system, in hexadecimal. One that could be guessed would give names
/// away after they were erased, so that nobody else is asked for it.
fn salt() -> Result<String> {
    let mut bytes = [0; 16];
    let random = ring::rand::SystemRandom::new();
    ring::rand::SecureRandom::fill(&random, &mut bytes)
        .map_err(|_| Error::corrupt("a salt", "the system gives no random numbers"))?;
    Ok(hex::encode(bytes))
}
