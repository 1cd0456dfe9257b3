//! Reads what an application package says of itself, by ranges, from where it is kept.

use bytes::Bytes;
use domain::{
    build::ArtifactKind,
    package::{Icon, Package},
};

use super::{Incoming, StoredObject};
use crate::{Result, register::Registrations};

/// What was read of a file.
#[derive(Debug, Default)]
pub(super) struct Inspected {
    pub(super) package: Option<Package>,
    pub(super) icon: Option<(Icon, Bytes)>,
}

impl Registrations<'_> {
    /// Reads a package or a bundle. What cannot be read is named in the answer; a file that is no package says nothing.
    pub(super) async fn inspect(self, file: &Incoming) -> Result<Inspected> {
        let object = StoredObject::new(self.portal.objects.clone(), &file.place, file.written.size);
        let inspection = match ArtifactKind::of(&file.name) {
            ArtifactKind::Apk => packages::apk::inspect(object).await,
            ArtifactKind::Aab => packages::bundle::inspect(object).await,
            ArtifactKind::Ipa
            | ArtifactKind::Mapping
            | ArtifactKind::Sbom
            | ArtifactKind::TestReport
            | ArtifactKind::WebBundle
            | ArtifactKind::Other => return Ok(Inspected::default()),
        };
        let bytes = inspection.icon.map(Bytes::from);
        let icon = inspection.package.icon.clone().zip(bytes);
        Ok(Inspected {
            package: Some(inspection.package),
            icon,
        })
    }
}
