//! What pages and API answers show, one file a noun. Both get the same, so that neither shows what the other hides.

mod app;
mod build;
mod environment;
mod overview;
mod run;

pub use app::Which;

use domain::{
    actor::Actor,
    download::Download,
    id::BuildId,
    page::{Cursor, Limit, Page},
    release::Release,
};
use store::table::BuildRecord;

use crate::{
    Error, Portal, Result,
    access::{Action, authorise},
};

impl Portal {
    /// Who was given links to a build's files, newest first.
    pub async fn downloads(
        &self,
        actor: &Actor,
        build: &BuildId,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Download>> {
        let record = self.build_record(build).await?;
        authorise(actor, Action::ViewDownloads(&record.build.app))?;
        let table = &self.store().table;
        Ok(table.downloads(build, limit, cursor).await?)
    }

    pub(crate) async fn build_record(&self, id: &BuildId) -> Result<BuildRecord> {
        self.store()
            .table
            .build(id)
            .await?
            .ok_or_else(|| Error::not_found(format!("build {id}")))
    }
}

/// Whether a release is the one that its environment serves.
fn is_current(release: &Release, current: Option<&Release>) -> bool {
    current.is_some_and(|current| {
        current.build == release.build && current.released_at == release.released_at
    })
}
