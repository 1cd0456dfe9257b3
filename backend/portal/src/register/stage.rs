//! Files on their way in: written under keys that nobody else knows, with their digests computed on the way.

use domain::id::{AppId, FileName};
use store::{
    object_keys,
    objects::{Objects, Writer},
};

use super::Incoming;
use crate::{Result, register::Registrations};

/// The folder of one try of a registration, and what is in it so far.
pub struct Staging {
    objects: Objects,
    registration: String,
    attempt: String,
    app: AppId,
    files: Vec<Incoming>,
}

impl Registrations<'_> {
    /// A folder of its own for this try of a registration.
    pub(crate) fn staging(self, registration: &str, app: &AppId) -> Staging {
        Staging {
            objects: self.portal.objects.clone(),
            registration: registration.to_owned(),
            attempt: self.portal.ids().unique(),
            app: app.clone(),
            files: Vec::new(),
        }
    }
}

impl Staging {
    /// Starts the next file. It is there once [`Self::finish`] was called, not before.
    pub async fn begin(&self) -> Result<Writer> {
        let key = object_keys::staged(&self.registration, &self.attempt, self.files.len());
        Ok(self
            .objects
            .writer(&key, "application/octet-stream")
            .await?)
    }

    /// Ends the file that was begun.
    pub async fn finish(&mut self, name: FileName, writer: Writer) -> Result<()> {
        let key = object_keys::staged(&self.registration, &self.attempt, self.files.len());
        let written = writer.finish().await?;
        let file = Incoming::staged(&self.app, name, written, key);
        self.files.push(file);
        Ok(())
    }

    /// What is in, application packages first.
    pub(crate) fn files(&self) -> &[Incoming] {
        &self.files
    }

    /// Removes it all, as far as that goes now: what stays is retention's.
    pub async fn clear(self) {
        for file in &self.files {
            if let Err(error) = self.objects.delete(&file.key).await {
                tracing::warn!(key = file.key, %error, "a staged object stays for retention");
            }
        }
    }
}
