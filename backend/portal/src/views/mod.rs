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

use crate::{Error, Portal, Result, access::Action};

impl Portal {
    /// Who was given links to a build's files, newest first.
    pub async fn downloads(
        &self,
        actor: &Actor,
        build: &BuildId,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Download>> {
        let record = self.visible_build(actor, build).await?;
        self.authorise(actor, Action::ViewDownloads(&record.build.app))?;
        let table = &self.store().table;
        Ok(table.downloads(build, limit, cursor).await?)
    }

    /// A build's record, for those who may see its app. To others there is no such build.
    pub(crate) async fn visible_build(&self, actor: &Actor, id: &BuildId) -> Result<BuildRecord> {
        let record = self.build_record(id).await?;
        self.authorise(actor, Action::ViewApp(&record.build.app))
            .map_err(|error| error.hiding(no_build(id)))?;
        Ok(record)
    }

    pub(crate) async fn build_record(&self, id: &BuildId) -> Result<BuildRecord> {
        self.store()
            .table
            .build(id)
            .await?
            .ok_or_else(|| Error::not_found(no_build(id)))
    }
}

fn no_build(id: &BuildId) -> String {
    format!("build {id}")
}

/// Whether a release is the one that its environment serves.
fn is_current(release: &Release, current: Option<&Release>) -> bool {
    current.is_some_and(|current| {
        current.build == release.build && current.released_at == release.released_at
    })
}
