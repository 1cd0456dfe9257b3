//! Putting files under keys that are made of their digests, where builds name them and nobody outside can change them.

use bytes::Bytes;
use domain::{
    build::{ArtifactKind, RegistrationKey},
    id::{AppId, FileName},
    package::Icon,
};
use futures::FutureExt as _;
use store::{
    Objects, object_keys,
    objects::{Condition, ObjectInfo, Placed, Written},
};

use crate::{Error, Portal, Result, register::Registrations};

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
    /// Puts a file in place, unless it is there and whole. What its bytes are if they are not what was promised.
    pub(crate) async fn place(
        self,
        key: &RegistrationKey,
        file: &Incoming,
    ) -> Result<Option<Written>> {
        let objects = &self.portal.objects;
        if let Some(there) = objects.head(&file.place).await? {
            return self.put_right(file, &there).boxed().await;
        }
        note(self.portal, key, &file.place).await?;
        self.copy(file).boxed().await
    }

    /// The same of a file whose build is registered.
    pub(crate) async fn heal(self, file: &Incoming) -> Result<Option<Written>> {
        let objects = &self.portal.objects;
        let other = match objects.head(&file.place).await? {
            Some(there) => self.put_right(file, &there).boxed().await?,
            None => self.copy(file).boxed().await?,
        };
        if other.is_none() {
            self.healed(&file.place).await?;
        }
        Ok(other)
    }

    /// Replaces what is there in place of a file, if it is something else: it was changed or cut. The file's name is its
    /// digest, so that nothing else can rightly be there. What the file's bytes are if they are not what was promised.
    async fn put_right(self, file: &Incoming, there: &ObjectInfo) -> Result<Option<Written>> {
        let objects = &self.portal.objects;
        let (from, to) = (&file.key, &file.place);
        if is_whole(objects, to, there, &file.written).await? {
            if file.is_ours {
                return Ok(None);
            }
            let (digest, size) = objects.digest(from).await?;
            let found = Written { digest, size };
            return Ok((found != file.written).then_some(found));
        }
        let condition = Condition::Is(&there.etag);
        let copied = objects.copy_expected(from, to, file.content_type, &file.written, condition);
        match copied.await? {
            Placed::New => {
                tracing::warn!(key = to, "a damaged object was replaced");
                self.healed(to).await?;
                Ok(None)
            }
            Placed::Other(found) => Ok(Some(found)),
            Placed::Kept => Err(store::Error::Conflict {
                what: format!("object {to}"),
            }
            .into()),
        }
    }

    /// Takes back that an object was found damaged.
    async fn healed(self, place: &str) -> Result<()> {
        Ok(self.portal.table.integrity().forget_damage(place).await?)
    }

    /// Makes sure that a file is there which was put in place before, maybe days ago: no build names what is gone.
    pub(super) async fn place_again(self, key: &RegistrationKey, file: &Incoming) -> Result<()> {
        let objects = &self.portal.objects;
        if objects.head(&file.place).await?.is_some() {
            return Ok(());
        }
        if objects.head(&file.key).await?.is_none() {
            return Err(Error::Conflict {
                detail: format!("the file {} is gone: upload it again", file.name),
            });
        }
        note(self.portal, key, &file.place).await?;
        self.keep(file).await
    }

    /// Puts a file in place again that retention took for another registration's.
    pub(super) async fn keep(self, file: &Incoming) -> Result<()> {
        if self.portal.objects.head(&file.place).await?.is_some() {
            return Ok(());
        }
        if self.copy(file).boxed().await?.is_none() {
            return Ok(());
        }
        Err(Error::Conflict {
            detail: format!(
                "the file {} was replaced meanwhile: upload it again",
                file.name
            ),
        })
    }

    /// Puts a file where nothing is. What its bytes are if they are not what was promised.
    async fn copy(self, file: &Incoming) -> Result<Option<Written>> {
        let objects = &self.portal.objects;
        let (from, to, content_type) = (&file.key, &file.place, file.content_type);
        if file.is_ours {
            objects.copy_if_absent(from, to, content_type).await?;
            return Ok(None);
        }
        let copied =
            objects.copy_expected(from, to, content_type, &file.written, Condition::Absent);
        Ok(match copied.await? {
            Placed::New | Placed::Kept => None,
            Placed::Other(found) => Some(found),
        })
    }

    /// Puts an icon in place, unless it is there and whole.
    pub(super) async fn place_icon(
        self,
        key: &RegistrationKey,
        app: &AppId,
        icon: &(Icon, Bytes),
    ) -> Result<()> {
        let place = object_keys::icon(app, &icon.0.digest);
        let objects = &self.portal.objects;
        let Some(there) = objects.head(&place).await? else {
            note(self.portal, key, &place).await?;
            return self.keep_icon(app, icon).await;
        };
        let expected = Written {
            digest: icon.0.digest,
            size: icon.0.size,
        };
        if is_whole(objects, &place, &there, &expected).await? {
            return Ok(());
        }
        let (icon, bytes) = icon;
        let condition = Condition::Is(&there.etag);
        let put = objects.put_if(&place, bytes.clone(), &icon.content_type, condition);
        if put.await? {
            self.healed(&place).await?;
        }
        Ok(())
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
}

/// Notes a key that a crash would leave behind. What is there already is somebody else's.
async fn note(portal: &Portal, key: &RegistrationKey, place: &str) -> Result<()> {
    Ok(portal
        .table
        .builds()
        .note_objects(key, &[place.to_owned()])
        .await?)
}

/// Whether the bytes of an object are those expected. Those that are not what the bucket's own checksum says are not.
async fn is_whole(
    objects: &Objects,
    key: &str,
    there: &ObjectInfo,
    expected: &Written,
) -> Result<bool> {
    if there.size != expected.size {
        return Ok(false);
    }
    match objects.digest(key).await {
        Ok((digest, _)) => Ok(digest == expected.digest),
        Err(store::Error::Corrupt { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
