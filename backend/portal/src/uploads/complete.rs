//! Asking for an upload to be registered. Nothing is read here: that is [`Uploads::register`]'s.

use api::uploads::UploadPlan;
use domain::{Timestamp, audit::Principal, causes::chain, id::UploadId};
use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _, stream};
use store::table::{Registering, Registration, Upload, UploadFile};

use super::{TRIES, contended, facts, plan};
use crate::{Error, Result, register::Registrations, uploads::Uploads};

/// So many files are looked at at once.
const AT_ONCE: usize = 16;

impl Uploads<'_> {
    /// Has the build of an upload registered whose files are all there. Asked again, says how far that is.
    pub async fn complete<'a>(
        self,
        who: impl Into<Principal<'a>>,
        id: &UploadId,
        now: Timestamp,
    ) -> Result<UploadPlan> {
        let who = who.into();
        let table = &self.portal.table;
        for _ in 0..TRIES {
            let mut upload = self.known_upload(who.actor, id).await?;
            let facts = facts(&upload, who, now);
            self.check_run(&facts.app, facts.run.as_ref(), facts.origin)
                .await?;
            if let Registration::Done { build, .. } =
                table.builds().begin_registration(&facts.key, now).await?
                && !upload.heals
            {
                let build = Registrations::of(self.portal)
                    .registered_before(&build, &facts)
                    .await?;
                return Ok(plan::done(upload.id, build.id, now));
            }
            if upload.registering.is_none() {
                self.check_files(&upload).await?;
                upload.registering = Some(Registering {
                    by: facts.by,
                    proof: facts.proof,
                    from: facts.from,
                    since: now,
                    worked_at: None,
                    files_done: 0,
                    last_error: None,
                });
                upload.failed = None;
                if !table.builds().put_upload(&mut upload, now).await? {
                    // Somebody else went on with it: perhaps only by asking for its plan.
                    continue;
                }
                self.hand_over(id).await;
            }
            return Ok(plan::registering(upload, now));
        }
        Err(contended())
    }

    /// Hands an upload over to be registered. If that fails, the clock does it again.
    pub(super) async fn hand_over(self, id: &UploadId) {
        let Some(background) = &self.portal.parts.background else {
            return;
        };
        if let Err(error) = background.register(id).await {
            tracing::warn!(upload = %id, error = chain(&error), "an upload waits for the clock to be registered");
        }
    }

    /// That all files are there, with as many bytes as were promised.
    async fn check_files(self, upload: &Upload) -> Result<()> {
        let files = upload.files.iter().enumerate();
        let checks: Vec<_> = files
            .map(|(number, file)| self.check_file(file, number).boxed())
            .collect();
        stream::iter(checks).buffered(AT_ONCE).try_collect().await
    }

    async fn check_file(self, file: &UploadFile, number: usize) -> Result<()> {
        let missing = |detail: String| Err(Error::invalid(format!("files[{number}]"), detail));
        let UploadFile { name, size, .. } = file;
        match self.portal.objects.head(&file.staging_key).await? {
            Some(info) if info.size == *size => Ok(()),
            Some(info) => missing(format!(
                "the file {name} has {} bytes here and {size} were promised: upload it again",
                info.size
            )),
            None => match self.count_missing_parts(file).await? {
                Some(0) => Ok(()),
                Some(parts) => missing(format!(
                    "{parts} parts of {name} are not uploaded yet: ask for the plan again"
                )),
                None => missing(format!("the file {name} is not uploaded yet")),
            },
        }
    }
}
