//! From uploaded files to a build: each is read once, and must be what was promised.
//!
//! Called by what serves no people. It can break off anywhere and be called again: files that are in place are not read
//! again, and of two calls at once the slower one leaves off.

use domain::{
    Timestamp, actor::Actor, audit::Principal, build::Build, causes::chain, id::UploadId,
};
use jiff::SignedDuration;
use store::{
    objects::Written,
    table::{Registering, Registration, Upload, UploadFile},
};

use super::facts;
use crate::{
    Error, Result,
    access::Action,
    handle::handle,
    register::{Facts, Incoming, Registrations},
    uploads::Uploads,
};

/// An upload that nobody has worked on for so long is handed over again: longer than a function may run.
pub const LEFT_ALONE: SignedDuration = SignedDuration::from_mins(16);

/// Where one process does it all, what it finds when it starts is left by the one before.
pub const LEFT_BY_A_PROCESS: SignedDuration = SignedDuration::ZERO;

/// How long the portal tries to register an upload. After that it fails.
const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// After so long, an upload that is not registered is something to look at.
const SLOW_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// What became of an upload.
#[derive(Debug)]
pub enum Ended {
    Registered(Box<Build>),
    /// No build can come of it as it is. Its plan says why; it can be completed again.
    Failed(Error),
    /// It is not to be registered, or another call does it.
    Nothing,
}

handle! {
    /// The work of registering an upload.
    struct Work
}

impl Uploads<'_> {
    /// Registers an upload that somebody has completed. An error is one that passes: the same call goes on where this one
    /// broke off.
    pub async fn register(self, id: &UploadId, now: Timestamp) -> Result<Ended> {
        self.portal
            .authorise(&Actor::portal(), Action::RegisterUploads)?;
        let work = Work::of(self.portal);
        let table = &self.portal.table;
        let Some(mut upload) = table.builds().upload(id).await? else {
            return Ok(Ended::Nothing);
        };
        let Some(registering) = &upload.registering else {
            return Ok(Ended::Nothing);
        };
        if now.duration_since(registering.since) > GIVEN_UP_AFTER {
            return work.fail(upload, Error::GivenUp, now).await;
        }
        if !work.works_on(&mut upload, None, now).await? {
            return Ok(Ended::Nothing);
        }
        match work.build_of(&mut upload, now).await {
            Ok(Some(build)) => {
                upload.completed = Some(build.id.clone());
                upload.registering = None;
                table.builds().put_upload(&mut upload, now).await?;
                for file in &upload.files {
                    self.remove_uploaded(file).await;
                }
                Ok(Ended::Registered(Box::new(build)))
            }
            Ok(None) => Ok(Ended::Nothing),
            Err(error) if error.is_passing() => {
                work.note_try(&mut upload, &error, now).await;
                Err(error)
            }
            Err(error) => work.fail(upload, error, now).await,
        }
    }

    /// Hands over again what was to be registered and nobody has worked on for `left_alone`. How many have waited for an
    /// hour.
    pub async fn resume(self, left_alone: SignedDuration, now: Timestamp) -> Result<u64> {
        self.portal
            .authorise(&Actor::portal(), Action::RegisterUploads)?;
        let builds = self.portal.table.builds();
        let mut slow = 0;
        for waiting in builds.waiting_uploads(None).await? {
            slow += u64::from(now.duration_since(waiting.since) > SLOW_AFTER);
            let last = waiting.worked_at.unwrap_or(waiting.since);
            if now.duration_since(last) >= left_alone {
                self.hand_over(&waiting.id).await;
            }
        }
        Ok(slow)
    }

    /// Removes what was uploaded, as far as that goes now: what stays is retention's.
    pub(crate) async fn remove_uploaded(self, file: &UploadFile) {
        let objects = &self.portal.objects;
        if let Err(error) = objects.delete(&file.staging_key).await {
            tracing::warn!(key = file.staging_key, error = %chain(&error), "an uploaded object stays for retention");
        }
        if let Some(multipart) = &file.multipart
            && let Err(error) = objects.abort_multipart(&file.staging_key, multipart).await
        {
            tracing::debug!(key = file.staging_key, error = %chain(&error), "an upload in parts was over already");
        }
    }
}

impl Work<'_> {
    /// Notes that work goes on, with so many files in place. False if the upload is not to be registered, or another call
    /// works on it.
    async fn works_on(
        self,
        upload: &mut Upload,
        files_done: Option<usize>,
        now: Timestamp,
    ) -> Result<bool> {
        let Some(registering) = &mut upload.registering else {
            return Ok(false);
        };
        registering.worked_at = Some(now);
        if let Some(files_done) = files_done {
            (registering.files_done, registering.last_error) = (files_done, None);
        }
        let builds = self.portal.table.builds();
        Ok(builds.put_upload(upload, now).await?)
    }

    /// The build of an upload; none if another call works on it.
    async fn build_of(self, upload: &mut Upload, now: Timestamp) -> Result<Option<Build>> {
        let Some(registering) = upload.registering.clone() else {
            return Ok(None);
        };
        let facts = facts(upload, who(&registering), now);
        let registrations = Registrations::of(self.portal);
        let table = &self.portal.table;
        if let Registration::Done { build, .. } =
            table.builds().begin_registration(&facts.key, now).await?
        {
            let first = registering.files_done;
            if upload.heals && !self.place_files(upload, &facts, first).await? {
                return Ok(None);
            }
            upload.heals = false;
            let build = registrations.registered_before(&build, &facts).await?;
            return Ok(Some(build));
        }
        match self
            .register_files(upload, &facts, registering.files_done)
            .await
        {
            Err(error) => match registrations.made_meanwhile(&facts).await? {
                Some(build) => Ok(Some(build)),
                None => Err(error),
            },
            build => build,
        }
    }

    /// Puts the files in place that are not, and registers their build.
    async fn register_files(
        self,
        upload: &mut Upload,
        facts: &Facts,
        files_done: usize,
    ) -> Result<Option<Build>> {
        if !self.place_files(upload, facts, files_done).await? {
            return Ok(None);
        }
        let files: Vec<_> = upload
            .files
            .iter()
            .map(|file| incoming(upload, file))
            .collect();
        let registrations = Registrations::of(self.portal);
        registrations.complete(facts, &files).await.map(Some)
    }

    /// Puts the files in place that are not, one by one. False if another call works on the upload.
    async fn place_files(
        self,
        upload: &mut Upload,
        facts: &Facts,
        files_done: usize,
    ) -> Result<bool> {
        let registrations = Registrations::of(self.portal);
        for number in files_done..upload.files.len() {
            let file = &upload.files[number];
            self.join_parts(file, number).await?;
            let incoming = incoming(upload, file);
            let other = if upload.heals {
                registrations.heal(&incoming).await?
            } else {
                registrations.place(&facts.key, &incoming).await?
            };
            if let Some(found) = other {
                // The bytes are not what was promised: they must come again, all of them.
                let error = not_promised(file, number, &found);
                self.portal.uploads().remove_uploaded(file).await;
                upload.files[number].multipart = None;
                return Err(error);
            }
            if !self.works_on(upload, Some(number + 1), facts.now).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Records why a try failed, for the client that waits. Best effort: the table may be what failed.
    async fn note_try(self, upload: &mut Upload, error: &Error, now: Timestamp) {
        let why = match error {
            Error::Store(store::Error::Full { .. }) => {
                "the disk of the portal is full: free some space on it"
            }
            _ => "the portal's table or bucket did not do it; its log says more",
        };
        let Some(registering) = &mut upload.registering else {
            return;
        };
        registering.last_error = Some(why.to_owned());
        let builds = self.portal.table.builds();
        if let Err(error) = builds.put_upload(upload, now).await {
            tracing::warn!(upload = %upload.id, error = chain(&error), "a failed try was not noted");
        }
    }

    /// Ends a registration that cannot succeed.
    async fn fail(self, mut upload: Upload, error: Error, now: Timestamp) -> Result<Ended> {
        upload.registering = None;
        upload.failed = Some(error.told());
        let builds = self.portal.table.builds();
        if builds.put_upload(&mut upload, now).await? {
            Ok(Ended::Failed(error))
        } else {
            Ok(Ended::Nothing)
        }
    }

    /// Makes one object of a file's parts. Of two that do so at once the slower one finds no parts any more, and the object
    /// that it wants.
    async fn join_parts(self, file: &UploadFile, number: usize) -> Result<()> {
        let objects = &self.portal.objects;
        let is_there = async || {
            let found = objects.head(&file.staging_key).await?;
            Ok::<_, Error>(found.is_some_and(|info| info.size == file.size))
        };
        if is_there().await? {
            return Ok(());
        }
        let Some(multipart) = &file.multipart else {
            return Err(Error::invalid(
                format!("files[{number}]"),
                format!("the file {} is gone: upload it again", file.name),
            ));
        };
        match objects
            .complete_multipart(&file.staging_key, multipart)
            .await
        {
            Ok(()) => Ok(()),
            Err(_) if is_there().await? => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// A file that its uploader can still change until it is in place.
fn incoming(upload: &Upload, file: &UploadFile) -> Incoming {
    let written = Written {
        digest: file.digest,
        size: file.size,
    };
    let key = file.staging_key.clone();
    Incoming::uploaded(&upload.app, file.name.clone(), written, key)
}

fn who(registering: &Registering) -> Principal<'_> {
    Principal {
        actor: &registering.by,
        proof: &registering.proof,
        from: registering.from.as_deref(),
    }
}

fn not_promised(file: &UploadFile, number: usize, found: &Written) -> Error {
    Error::Conflict {
        detail: format!(
            "the bytes of files[{number}], {}, have the SHA-256 {}, and {} was promised: upload it again",
            file.name, found.digest, file.digest
        ),
    }
}
