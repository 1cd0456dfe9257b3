//! From uploaded files to a build: each is read once, and must be what was promised.

use domain::{Timestamp, audit::Principal, build::Build, causes::chain, id::UploadId};
use futures::{StreamExt as _, pin_mut};
use store::table::{Registration, Upload, UploadFile};

use crate::{
    Error, Result,
    register::{Facts, Registrations, Staging},
    uploads::Uploads,
};

impl Uploads<'_> {
    /// Registers the build of an upload whose files are all there. Asked again, gives the same build.
    pub async fn complete<'a>(
        self,
        who: impl Into<Principal<'a>>,
        id: &UploadId,
        now: Timestamp,
    ) -> Result<Build> {
        let who = who.into();
        let mut upload = self.known_upload(who.actor, id).await?;
        let facts = facts(&upload, who, now);
        self.check_run(&facts.app, facts.run.as_ref(), facts.origin)
            .await?;
        let table = &self.portal.table;
        let build = match table.builds().begin_registration(&facts.key, now).await? {
            Registration::Done { build, .. } => {
                Registrations::of(self.portal)
                    .registered_before(&build, &facts)
                    .await?
            }
            Registration::Pending(pending) => {
                let mut staging = Registrations::of(self.portal).staging(&pending.id);
                let result = match self.take_all(&mut upload, &mut staging, now).await {
                    Ok(()) => {
                        Registrations::of(self.portal)
                            .complete(&facts, &staging)
                            .await
                    }
                    Err(error) => Err(error),
                };
                staging.clear().await;
                match result {
                    Ok(build) => build,
                    Err(error) => Registrations::of(self.portal)
                        .made_meanwhile(&facts)
                        .await?
                        .ok_or(error)?,
                }
            }
        };
        upload.completed = Some(build.id.clone());
        table.builds().put_upload(&upload, now).await?;
        for file in &upload.files {
            self.remove_uploaded(file).await;
        }
        Ok(build)
    }

    /// Copies each file to where its uploader cannot reach it any more, and compares it on the way with its promise.
    async fn take_all(
        self,
        upload: &mut Upload,
        staging: &mut Staging,
        now: Timestamp,
    ) -> Result<()> {
        for number in 0..upload.files.len() {
            let file = &mut upload.files[number];
            self.join_parts(file, number).await?;
            if let Err(error) = self.take(file, number, staging).await {
                if matches!(error, Error::Conflict { .. }) {
                    // The bytes are not what was promised: they must come again, all of them.
                    self.remove_uploaded(file).await;
                    file.multipart = None;
                    self.portal.table.builds().put_upload(upload, now).await?;
                }
                return Err(error);
            }
        }
        Ok(())
    }

    /// Makes one object of a file's parts, once they are all there. Of two that do so at once the slower one finds no
    /// parts any more, and the object that it wants.
    async fn join_parts(self, file: &mut UploadFile, number: usize) -> Result<()> {
        let Err(error) = self.try_to_join(file, number).await else {
            return Ok(());
        };
        match self.portal.objects.head(&file.staging_key).await? {
            Some(info) if info.size == file.size => Ok(()),
            _ => Err(error),
        }
    }

    async fn try_to_join(self, file: &mut UploadFile, number: usize) -> Result<()> {
        let objects = &self.portal.objects;
        let missing = |detail: String| Error::invalid(format!("files[{number}]"), detail);
        if let Some(info) = objects.head(&file.staging_key).await? {
            return if info.size == file.size {
                Ok(())
            } else {
                Err(missing(format!(
                    "the file {} has {} bytes here and {} were promised: upload it again",
                    file.name, info.size, file.size
                )))
            };
        }
        if file.multipart.is_none() {
            return Err(missing(format!(
                "the file {} is not uploaded yet",
                file.name
            )));
        }
        let (multipart, parts) = self.missing_parts(file).await?;
        if !parts.is_empty() {
            return Err(missing(format!(
                "{} parts of {} are not uploaded yet: ask for the plan again",
                parts.len(),
                file.name
            )));
        }
        objects
            .complete_multipart(&file.staging_key, &multipart)
            .await?;
        Ok(())
    }

    async fn take(self, file: &UploadFile, number: usize, staging: &mut Staging) -> Result<()> {
        let stream = self.portal.objects.stream(&file.staging_key, None).await?;
        pin_mut!(stream);
        let mut writer = staging.begin().await?;
        while let Some(chunk) = stream.next().await {
            writer.write(&chunk?).await?;
        }
        let staged = staging.finish(file.name.clone(), writer).await?;
        if staged.digest == file.digest && staged.size == file.size {
            return Ok(());
        }
        Err(Error::Conflict {
            detail: format!(
                "the bytes of files[{number}], {}, have the SHA-256 {}, and {} was promised: upload it again",
                file.name, staged.digest, file.digest
            ),
        })
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

/// What is known of the build that an upload becomes.
pub(super) fn facts(upload: &Upload, who: Principal<'_>, now: Timestamp) -> Facts {
    Facts {
        key: upload.registration.clone(),
        app: upload.app.clone(),
        environment: upload.environment.clone(),
        version: upload.version.clone(),
        revision: upload.revision.clone(),
        run: upload.run.clone(),
        origin: upload.origin,
        by: who.actor.clone(),
        proof: who.proof.to_owned(),
        from: who.from.map(str::to_owned),
        now,
    }
}
