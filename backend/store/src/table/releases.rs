//! Releases, and the one function that makes a build current.
//!
//! What is released, what comes with it and what the audit log says of it are one transaction, in which no hold is in
//! force and the build is not withdrawn.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    audit::AuditRecord,
    build::{Build, RegistrationKey},
    hold::Hold,
    id::{AppId, BuildId, EnvironmentId},
    page::{Cursor, Limit, Page},
    promotion::{Promotion, PromotionKind},
    release::{GrantKind, Release, ReleaseGrant},
};
use serde::Deserialize;

use super::{
    PromotionRecord, Registration,
    calls::{Condition, Write, Written},
    current::{RELEASE_ORDER, Read},
    handle::Releases,
    item, keys,
    list::Place,
    promotions::{self, Obstacle, Step},
    registrations,
    tries::Tries,
};
use crate::Result;

/// Set on a line of an environment's list while its build has not been withdrawn since, so that anyone who reads the list
/// needs not look. Lines without it are of builds that were withdrawn once, or were written before there was this mark.
pub(super) const OFFERED: &str = "offered";

/// A release as its environment's list has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ListedRelease {
    #[serde(flatten)]
    pub release: Release,
    /// Whether its build is known not to be withdrawn. Else that has to be asked.
    #[serde(default)]
    pub offered: bool,
}

/// What is written in the same transaction as a release.
#[derive(Clone, Copy, Debug)]
pub enum Along<'a> {
    /// Nothing: the build is registered, and needs no promotion.
    Nothing,
    /// The registration that made the build.
    Registration {
        key: &'a RegistrationKey,
        build: &'a Build,
        /// What the audit log says of it.
        note: &'a AuditRecord,
    },
    /// The end of the promotion that brings the build there.
    Promotion {
        /// As it was read.
        before: &'a PromotionRecord,
        /// As it ends.
        after: &'a Promotion,
        /// The hold on automatic promotion that it leaves behind.
        hold: Option<&'a Hold>,
    },
}

/// What releasing came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Released {
    /// The build is current.
    Now(Box<Release>),
    /// It was current before: nothing is written.
    Before(Box<Release>),
    /// The registration had made this build before: nothing is written.
    Registered {
        build: BuildId,
        /// Its number within the app.
        number: u64,
    },
    /// Nothing is written.
    Refused(Obstacle),
}

impl Releases<'_> {
    /// Makes a build current in an environment, and says so in the audit log. Nothing else makes one current.
    pub async fn put(
        self,
        grant: &ReleaseGrant,
        along: Along<'_>,
        note: &AuditRecord,
    ) -> Result<Released> {
        match along {
            Along::Registration {
                note: registered, ..
            } => {
                let notes = [registered.clone(), note.clone()];
                self.make_current(grant, along, &notes).await
            }
            Along::Nothing | Along::Promotion { .. } => {
                self.make_current(grant, along, std::slice::from_ref(note))
                    .await
            }
        }
    }

    /// The same; what is restored was noted before.
    pub(super) async fn make_current(
        self,
        grant: &ReleaseGrant,
        along: Along<'_>,
        notes: &[AuditRecord],
    ) -> Result<Released> {
        let (app, to) = (&grant.release().app, &grant.release().environment);
        let mut tries = Tries::of("a release");
        loop {
            let before = self.current_item(app, to).await?;
            if grant.kind() == GrantKind::Restored && !is_withdrawn(grant, before.as_ref()) {
                return Ok(Released::Refused(Obstacle::NotNewest));
            }
            if let Some(known) = before
                .as_ref()
                .and_then(|before| known(grant, along, before))
            {
                return Ok(Released::Before(Box::new(known)));
            }
            let newest = before.as_ref().map(Read::newest_at).transpose()?;
            let release = grant.after(newest);
            let guarded = writes(grant, &release, along, before.as_ref())?;
            let (writes, obstacles): (Vec<Write>, Vec<Obstacle>) = guarded.into_iter().unzip();
            match self.table.audit().commit(writes, notes).await? {
                Written::Yes => return Ok(Released::Now(Box::new(release))),
                Written::Refused(places) => {
                    let met = places.iter().filter_map(|place| obstacles.get(*place));
                    let first = met.min().copied().unwrap_or(Obstacle::Changed);
                    match (first, along) {
                        // Another release was faster: this one is to be newer.
                        (Obstacle::NotNewest, _) => {}
                        (Obstacle::Changed, Along::Registration { key, .. }) => {
                            return self.put_registered(key).await;
                        }
                        (obstacle, _) => return Ok(Released::Refused(obstacle)),
                    }
                }
            }
            tries.again().await?;
        }
    }

    /// One page of an environment's releases of an app, newest first.
    pub async fn list(
        self,
        app: &AppId,
        environment: &EnvironmentId,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Release>> {
        let partition = keys::releases_partition(app, environment);
        self.table
            .calls
            .page(Place::Table, &partition, limit, cursor)
            .await
    }

    /// The newest releases of an app in an environment, newest first, each with whether it is offered.
    pub async fn newest(
        self,
        app: &AppId,
        environment: &EnvironmentId,
        limit: Limit,
    ) -> Result<Vec<ListedRelease>> {
        let partition = keys::releases_partition(app, environment);
        let page = self
            .table
            .calls
            .page(Place::Table, &partition, limit, None)
            .await?;
        Ok(page.items)
    }

    async fn put_registered(self, key: &RegistrationKey) -> Result<Released> {
        let id = keys::registration_id(key);
        match self.table.builds().registration(&id).await? {
            Registration::Done { build, number } => Ok(Released::Registered { build, number }),
            Registration::Pending(_) => Err(registrations::not_pending(&id)),
        }
    }
}

/// Whether an environment's newest release is the one that is to be served again.
fn is_withdrawn(grant: &ReleaseGrant, before: Option<&Read>) -> bool {
    let withdrawn = before.and_then(|before| before.served.withdrawn.as_ref());
    withdrawn.is_some_and(|withdrawn| withdrawn.build == grant.release().build)
}

/// The release that is current already, where that is all that is asked for.
fn known(grant: &ReleaseGrant, along: Along<'_>, before: &Read) -> Option<Release> {
    let current = before.served.release.as_ref()?;
    let same = current.build == grant.release().build;
    (same && matches!(along, Along::Nothing)).then(|| current.clone())
}

/// All writes, each with what it means when its condition does not hold.
fn writes(
    grant: &ReleaseGrant,
    release: &Release,
    along: Along<'_>,
    before: Option<&Read>,
) -> Result<Vec<(Write, Obstacle)>> {
    let mut writes = match along {
        Along::Nothing => Vec::new(),
        Along::Registration { key, build, .. } => registrations::ends(key, build)?
            .into_iter()
            .map(|write| (write, Obstacle::Changed))
            .collect(),
        Along::Promotion {
            before,
            after,
            hold,
        } => {
            let step = Step {
                hold,
                ..Step::default()
            };
            promotions::guarded(before, after, &step)?
        }
    };
    let automatic =
        matches!(along, Along::Promotion { after, .. } if after.kind == PromotionKind::Automatic);
    writes.extend(promotions::nothing_holds(
        &release.app,
        &release.environment,
        automatic,
    ));
    // A build that is registered in the same moment cannot have been withdrawn.
    if !matches!(along, Along::Registration { .. }) {
        writes.push(promotions::not_withdrawn(&release.build));
    }
    if grant.kind() != GrantKind::Restored {
        let lines = rows(release)?.into_iter();
        writes.extend(lines.map(|write| (write, Obstacle::Changed)));
    }
    writes.push((make_current(release, before)?, Obstacle::NotNewest));
    Ok(writes)
}

/// The writes that keep a release: its line in its build, its line in its environment. The same transaction makes sure that
/// its build is not withdrawn.
fn rows(release: &Release) -> Result<Vec<Write>> {
    let mut listed = item::of(&keys::listed_release(release), release)?;
    listed.insert(OFFERED.to_owned(), AttributeValue::Bool(true));
    Ok(vec![
        Write::Put(item::of(&keys::build_release(release), release)?, None),
        Write::Put(listed, None),
    ])
}

/// The write that makes a release the one that its environment serves, if that still serves what was read.
fn make_current(release: &Release, before: Option<&Read>) -> Result<Write> {
    let order = AttributeValue::S(keys::release_order(release));
    let mut item = item::of(&keys::current(&release.app, &release.environment), release)?;
    item.insert(RELEASE_ORDER.to_owned(), order);
    let condition = before.map_or_else(Condition::absent, Read::unchanged);
    Ok(Write::Put(item, Some(condition)))
}
