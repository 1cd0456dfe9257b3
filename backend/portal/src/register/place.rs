//! Putting files under keys that are made of their digests, where builds name them and nobody outside can change them.

use bytes::Bytes;
use domain::{
    build::{ArtifactKind, RegistrationKey},
    id::{AppId, FileName},
    package::Icon,
};
use store::{object_keys, objects::Written};

use crate::{Error, Result, register::Registrations};

/// A file of a build to come: where it is now, and where it is to be.
#[derive(Clone, Debug)]
pub(crate) struct Incoming {
    pub(crate) name: FileName,
    pub(crate) written: Written,
    pub(crate) place: String,
    pub(super) key: String,
    content_type: &'static str,
    /// Its bytes were written here. Those of an upload are its uploader's, who can still replace them.
    is_ours: bool,
}

impl Incoming {
    /// A file whose digest was computed when it was written to `key`.
    pub(super) fn staged(app: &AppId, name: FileName, written: Written, key: String) -> Self {
        Self {
            place: object_keys::artifact(app, &written.digest, &name),
            content_type: ArtifactKind::of(&name).content_type(&name),
            name,
            written,
            key,
            is_ours: true,
        }
    }

    /// Whether nobody outside can replace its bytes.
    pub(super) fn is_ours(&self) -> bool {
        self.is_ours
    }

    /// A file whose bytes are to be what somebody promised.
    pub(crate) fn uploaded(app: &AppId, name: FileName, written: Written, key: String) -> Self {
        Self {
            is_ours: false,
            ..Self::staged(app, name, written, key)
        }
    }
}

impl Registrations<'_> {
    /// Puts a file in place, unless it is there. What its bytes are if they are not what was promised.
    pub(crate) async fn place(
        self,
        key: &RegistrationKey,
        file: &Incoming,
    ) -> Result<Option<Written>> {
        let objects = &self.portal.objects;
        let found = if objects.head(&file.place).await?.is_none() {
            self.note(key, &file.place).await?;
            self.copy(file).await?
        } else if file.is_ours {
            return Ok(None);
        } else {
            let (digest, size) = objects.digest(&file.key).await?;
            Written { digest, size }
        };
        Ok((found != file.written).then_some(found))
    }

    /// Puts a file in place again that retention took for another registration's.
    pub(super) async fn keep(self, file: &Incoming) -> Result<()> {
        if self.portal.objects.head(&file.place).await?.is_some() {
            return Ok(());
        }
        if self.copy(file).await? == file.written {
            return Ok(());
        }
        Err(Error::Conflict {
            detail: format!(
                "the file {} was replaced meanwhile: upload it again",
                file.name
            ),
        })
    }

    async fn copy(self, file: &Incoming) -> Result<Written> {
        let objects = &self.portal.objects;
        let (from, to) = (&file.key, &file.place);
        if !file.is_ours {
            let copied = objects.copy_expected(from, to, file.content_type, &file.written);
            return Ok(copied.await?);
        }
        objects.copy_if_absent(from, to, file.content_type).await?;
        Ok(file.written.clone())
    }

    /// Puts an icon in place, unless it is there.
    pub(super) async fn place_icon(
        self,
        key: &RegistrationKey,
        app: &AppId,
        icon: &(Icon, Bytes),
    ) -> Result<()> {
        let place = object_keys::icon(app, &icon.0.digest);
        if self.portal.objects.head(&place).await?.is_none() {
            self.note(key, &place).await?;
        }
        self.keep_icon(app, icon).await
    }

    /// Puts an icon in place again that retention took for another registration's.
    pub(super) async fn keep_icon(self, app: &AppId, (icon, bytes): &(Icon, Bytes)) -> Result<()> {
        let place = object_keys::icon(app, &icon.digest);
        let objects = &self.portal.objects;
        if objects.head(&place).await?.is_none() {
            let bytes = bytes.clone();
            objects
                .put_if_absent(&place, bytes, &icon.content_type)
                .await?;
        }
        Ok(())
    }

    /// Notes a key that a crash would leave behind. What is there already is somebody else's.
    async fn note(self, key: &RegistrationKey, place: &str) -> Result<()> {
        let builds = self.portal.table.builds();
        Ok(builds.note_objects(key, &[place.to_owned()]).await?)
    }
}
