//! Registrations: what makes a build register once, however often its job is delivered.

use std::fmt::Display;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Timestamp,
    audit::AuditRecord,
    build::{Build, RegistrationKey},
    id::BuildId,
};
use serde::Deserialize;

use super::{
    builds,
    calls::{Change, Deleted, Write, Written},
    item::{self, Item},
    keys,
    list::Range,
};
use crate::{Error, Result, table::handle::Builds};

/// It has made no build yet. Holds for one that is not there, too.
const PENDING: &str = "attribute_not_exists(made)";
/// It is there and has made no build yet.
const THERE_AND_PENDING: &str = "attribute_exists(since) AND attribute_not_exists(made)";

/// How far a registration is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registration {
    /// Begun, now or before; anyone who holds this may go on.
    Pending(PendingRegistration),
    /// It made this build.
    Done {
        build: BuildId,
        /// Its number within the app.
        number: u64,
    },
}

/// A registration that has made no build yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingRegistration {
    /// Its identity: SHA-256 of its key, in hexadecimal.
    pub id: String,
    /// When it was last begun.
    pub since: Timestamp,
    /// Keys of objects that it may have left behind, beside those in its own staging folder.
    pub objects: Vec<String>,
}

/// What completing a registration did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Completed {
    /// The build is registered.
    Done,
    /// Another delivery of the same job was faster, and made this build.
    AlreadyDone {
        build: BuildId,
        /// Its number within the app.
        number: u64,
    },
}

/// A registration as it is stored: pending until it has made a build.
#[derive(Debug, Deserialize)]
struct RegistrationRow {
    id: String,
    since: Timestamp,
    #[serde(default)]
    objects: Vec<String>,
    made: Option<BuildId>,
    number: Option<u64>,
}

/// What the index holds of a pending registration.
#[derive(Debug, Deserialize)]
struct PendingRow {
    id: String,
    gsi1sk: String,
    #[serde(default)]
    objects: Vec<String>,
}

impl Builds<'_> {
    /// Begins a registration, or takes it up again; one that is done gives the build that it made.
    pub async fn begin_registration(
        self,
        key: &RegistrationKey,
        now: Timestamp,
    ) -> Result<Registration> {
        let id = keys::registration_id(key);
        let place = keys::pending(&id, now);
        let change = Change {
            key: keys::registration(&id),
            expression: "SET id = :id, since = :since, gsi1pk = :pk, gsi1sk = :sk, app = :app, run = :run, attempt = :attempt",
            names: Vec::new(),
            condition: Some(PENDING),
            values: vec![
                (":id", text(&id)),
                (":since", text(now)),
                (":pk", text(place.pk)),
                (":sk", text(place.sk)),
                (":app", text(&key.app)),
                (":run", text(&key.run)),
                (":attempt", text(&key.attempt)),
            ],
        };
        if let Some(item) = self.table.calls.update(change).await? {
            return registration(item);
        }
        self.registration(&id).await
    }

    /// The build that a registration has made, if it has.
    pub async fn registered(self, key: &RegistrationKey) -> Result<Option<BuildId>> {
        let id = keys::registration_id(key);
        let item = self.table.calls.get(&keys::registration(&id), true).await?;
        let row: Option<RegistrationRow> = item.map(item::read).transpose()?;
        Ok(row.and_then(|row| row.made))
    }

    /// Notes keys of objects that a registration is about to write, so that they are found if it breaks off.
    pub async fn note_objects(self, key: &RegistrationKey, keys: &[String]) -> Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        let id = keys::registration_id(key);
        let change = Change {
            key: keys::registration(&id),
            expression: "ADD objects :objects",
            names: Vec::new(),
            condition: Some(THERE_AND_PENDING),
            values: vec![(":objects", AttributeValue::Ss(unique(keys)))],
        };
        match self.table.calls.update(change).await? {
            Some(_) => Ok(()),
            None => Err(not_pending(&id)),
        }
    }

    /// Keeps the build and ends the registration, all at once, and says so in the audit log. Where the build is released as
    /// well, that is [`Releases::put`](super::Releases::put).
    pub async fn complete_registration(
        self,
        key: &RegistrationKey,
        build: &Build,
        note: &AuditRecord,
    ) -> Result<Completed> {
        let id = keys::registration_id(key);
        let audit = self.table.audit();
        let writes = ends(key, build)?;
        match audit.commit(writes, std::slice::from_ref(note)).await? {
            Written::Yes => Ok(Completed::Done),
            // The registration's own condition is the only one.
            Written::Refused(_) => self.completed_before(&id).await,
        }
    }

    /// Registrations that were last begun before some time, and have made no build since.
    pub async fn pending_registrations(
        self,
        before: Timestamp,
    ) -> Result<Vec<PendingRegistration>> {
        let items = self
            .table
            .calls
            .indexed(keys::PENDING, Range::Below(&keys::time(before)))
            .await?;
        items
            .into_iter()
            .map(|item| item::read::<PendingRow>(item)?.read())
            .collect()
    }

    /// Whether a registration is there at this moment and has made no build. The list of them may not know of it yet.
    pub async fn is_pending(self, id: &str) -> Result<bool> {
        let item = self.table.calls.get(&keys::registration(id), true).await?;
        let found = item.map(registration).transpose()?;
        Ok(matches!(found, Some(Registration::Pending(_))))
    }

    /// Forgets a registration unless it was completed, and tells whether it is gone: only then are the objects that it left
    /// behind nobody's.
    pub async fn forget_registration(self, id: &str) -> Result<bool> {
        let deleted = self
            .table
            .calls
            .delete_if(&keys::registration(id), THERE_AND_PENDING)
            .await?;
        Ok(deleted != Deleted::Refused)
    }

    async fn completed_before(self, id: &str) -> Result<Completed> {
        match self.registration(id).await? {
            Registration::Done { build, number } => Ok(Completed::AlreadyDone { build, number }),
            Registration::Pending(_) => Err(not_pending(id)),
        }
    }

    pub(super) async fn registration(self, id: &str) -> Result<Registration> {
        let item = self.table.calls.get(&keys::registration(id), true).await?;
        registration(item.ok_or_else(|| not_pending(id))?)
    }
}

impl PendingRow {
    fn read(self) -> Result<PendingRegistration> {
        let since = self.gsi1sk.split('#').next().unwrap_or_default();
        let since = since.parse().map_err(|error: jiff::Error| {
            Error::corrupt(format!("registration {}", self.id), error)
        })?;
        Ok(PendingRegistration {
            id: self.id,
            since,
            objects: self.objects,
        })
    }
}

fn registration(item: Item) -> Result<Registration> {
    let row: RegistrationRow = item::read(item)?;
    Ok(match (row.made, row.number) {
        (Some(build), Some(number)) => Registration::Done { build, number },
        _ => Registration::Pending(PendingRegistration {
            id: row.id,
            since: row.since,
            objects: row.objects,
        }),
    })
}

/// The writes that keep a build and end the registration that made it.
pub(super) fn ends(key: &RegistrationKey, build: &Build) -> Result<Vec<Write>> {
    let mut writes = vec![Write::Change(done(&keys::registration_id(key), build))];
    writes.extend(builds::writes(build)?);
    Ok(writes)
}

/// The write that ends a registration.
fn done(id: &str, build: &Build) -> Change {
    Change {
        key: keys::registration(id),
        expression: "SET made = :build, #number = :number REMOVE gsi1pk, gsi1sk",
        names: vec![("#number", "number")],
        condition: Some(THERE_AND_PENDING),
        values: vec![
            (":build", text(&build.id)),
            (":number", item::number(build.number)),
        ],
    }
}

pub(super) fn not_pending(id: &str) -> Error {
    Error::NotFound {
        what: format!("pending registration {id}"),
    }
}

fn text(text: impl Display) -> AttributeValue {
    AttributeValue::S(format!("{text}"))
}

fn unique(keys: &[String]) -> Vec<String> {
    let mut keys = keys.to_vec();
    keys.sort();
    keys.dedup();
    keys
}
