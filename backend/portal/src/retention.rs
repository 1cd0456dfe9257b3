//! Removes what abandoned registrations left behind, and nothing that a build names.
//!
//! A registration that nobody took up again for a day is forgotten first, so that it cannot make a build any more, and
//! then its objects go. Staged objects of registrations that are over go at once: nothing reads them again.

use std::collections::HashSet;

use domain::{
    Timestamp,
    actor::Actor,
    build::RegistrationKey,
    id::AppId,
    page::{Cursor, Limit},
};
use jiff::SignedDuration;
use store::{
    object_keys,
    table::{PendingRegistration, Registration, Upload},
};

use crate::{Result, access::Action, handle::handle, uploads::upload_id};

/// How long a registration waits to be taken up again.
pub const ABANDONED_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// How much older than its last try a registration's first one can be. A pipeline's stage can be retried, and each try
/// keeps the registration for another day; nobody does that for a month.
const FIRST_TRY_BEFORE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Registrations that were forgotten.
    pub registrations: usize,
    /// Objects that were deleted.
    pub objects: usize,
}

handle! {
    /// Removing what is no longer needed.
    pub struct Retention
}

impl Retention<'_> {
    /// Removes what is left of registrations that are over or abandoned, and counts it in `swept`.
    pub async fn sweep(self, swept: &mut Swept, now: Timestamp) -> Result<()> {
        self.portal.authorise(&Actor::portal(), Action::Sweep)?;
        let table = &self.portal.table;
        // Listed before the registrations are: what comes later belongs to a registration that is in the list, too.
        let staged = self.portal.objects.list(object_keys::STAGING).await?;
        let pending = table
            .builds()
            .pending_registrations(now + SignedDuration::from_hours(1))
            .await?;
        let (old, live): (Vec<_>, Vec<_>) = pending
            .into_iter()
            .partition(|pending| pending.since < now - ABANDONED_AFTER);
        let mut kept: HashSet<String> = live.into_iter().map(|pending| pending.id).collect();
        for pending in old {
            if self.abandon(&pending, swept).await? {
                swept.registrations += 1;
            } else {
                kept.insert(pending.id);
            }
        }
        for key in staged {
            let Some(id) = object_keys::registration_of(&key) else {
                continue;
            };
            // The list does not know of one that was begun a moment ago, or by a clock that is ahead.
            if kept.contains(id) || table.builds().is_pending(id).await? {
                kept.insert(id.to_owned());
                continue;
            }
            self.portal.objects.delete(&key).await?;
            swept.objects += 1;
        }
        Ok(())
    }

    /// Forgets a registration and deletes what it alone put in place. False if it was taken up and completed meanwhile, or if its
    /// upload is being registered: that ends by itself a day after it was asked for, whatever the clock shows that began it.
    async fn abandon(self, pending: &PendingRegistration, swept: &mut Swept) -> Result<bool> {
        let table = &self.portal.table;
        if let Some(upload) = table.builds().upload(&upload_id(&pending.id)?).await? {
            if upload.registering.is_some() {
                return Ok(false);
            }
            self.abort(&upload).await;
        }
        // Should this end half-way, the objects are still noted: by a registration of retention's own.
        let note = self.take_over(pending).await?;
        let forgotten = table.builds().forget_registration(&pending.id).await?;
        if forgotten {
            let named = self.named_by_builds(pending).await?;
            for key in pending.objects.iter().filter(|key| !named.contains(*key)) {
                self.portal.objects.delete(key).await?;
                swept.objects += 1;
            }
        }
        if let Some(note) = note {
            table.builds().forget_registration(&note).await?;
        }
        Ok(forgotten)
    }

    /// Notes the objects of an abandoned registration under another, as old as that one.
    async fn take_over(self, pending: &PendingRegistration) -> Result<Option<String>> {
        let Some(app) = apps(pending).into_iter().next() else {
            return Ok(None);
        };
        let key = RegistrationKey {
            app,
            run: "retention".to_owned(),
            attempt: pending.id.clone(),
            owner: None,
        };
        let table = &self.portal.table;
        match table
            .builds()
            .begin_registration(&key, pending.since)
            .await?
        {
            Registration::Pending(own) => {
                table.builds().note_objects(&key, &pending.objects).await?;
                Ok(Some(own.id))
            }
            Registration::Done { .. } => Ok(None),
        }
    }

    /// The keys of all files and icons of builds that were registered since the registration's first try: what was there
    /// before, it did not note.
    async fn named_by_builds(self, pending: &PendingRegistration) -> Result<HashSet<String>> {
        let mut named = HashSet::new();
        for app in apps(pending) {
            let mut cursor: Option<Cursor> = None;
            loop {
                let table = &self.portal.table;
                let page = table
                    .builds()
                    .list_now(&app, Limit::default(), cursor.as_ref())
                    .await?;
                for brief in &page.items {
                    if brief.registered_at < pending.since - FIRST_TRY_BEFORE {
                        continue;
                    }
                    let build = self.portal.builds().record(&brief.id).await?.build;
                    let objects = object_keys::of_build(&build).into_iter();
                    named.extend(objects.map(|object| object.key));
                }
                let oldest = page.items.last().map(|brief| brief.registered_at);
                cursor = page.next;
                if cursor.is_none()
                    || oldest.is_some_and(|at| at < pending.since - FIRST_TRY_BEFORE)
                {
                    break;
                }
            }
        }
        Ok(named)
    }

    /// Ends the uploads in parts of an abandoned upload; their parts are invisible, and cost all the same.
    async fn abort(self, upload: &Upload) {
        for file in &upload.files {
            self.portal.uploads().remove_uploaded(file).await;
        }
    }
}

fn apps(pending: &PendingRegistration) -> HashSet<AppId> {
    let app = |key: &String| object_keys::app_of(key);
    pending.objects.iter().filter_map(app).collect()
}
