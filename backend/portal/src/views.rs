//! What pages and API answers show, one file a noun. Both get the same, so that neither shows what the other hides.

mod app;
mod build;
mod compare;
mod environment;
mod overview;
mod run;

pub use app::Which;

use domain::{
    actor::Actor,
    build::Build,
    download::Download,
    id::{AppId, BuildId},
    page::{Cursor, Limit, Page},
    release::Release,
};
use store::table::BuildRecord;

use crate::{Error, Result, access::Action, download::Downloads, handle::handle};

handle! {
    /// Builds, where they are, and what they are beside each other.
    pub struct Builds
}

handle! {
    /// Runs of pipelines, and the overview.
    pub struct Runs
}

impl Downloads<'_> {
    /// Who was given links to a build's files, newest first.
    pub async fn list(
        self,
        actor: &Actor,
        build: &BuildId,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Download>> {
        let found = self.portal.builds().alone(actor, build, None).await?;
        self.portal
            .authorise(actor, Action::ViewDownloads(&found.app))?;
        let table = &self.portal.table;
        Ok(table.downloads().list(build, limit, cursor).await?)
    }
}

impl Builds<'_> {
    /// A build's record, for those who may see its app. To others there is no such build.
    pub async fn visible(self, actor: &Actor, id: &BuildId) -> Result<BuildRecord> {
        let record = self.record(id).await?;
        self.check_app(actor, &record.build, None)?;
        Ok(record)
    }

    /// A build, for those who may see its app, if it is one of `app` where that is said. One read of one item, without what
    /// became of it.
    pub async fn alone(self, actor: &Actor, id: &BuildId, app: Option<&AppId>) -> Result<Build> {
        let build = self.portal.table.builds().alone(id).await?;
        let build = build.ok_or_else(|| Error::not_found(no_build(id)))?;
        self.check_app(actor, &build, app)?;
        Ok(build)
    }

    /// Whether somebody may see a build's app, and the build is of `app` where that is said. To others there is no such build.
    pub(crate) fn check_app(self, actor: &Actor, build: &Build, app: Option<&AppId>) -> Result<()> {
        self.portal
            .authorise(actor, Action::ViewApp(&build.app))
            .map_err(|error| error.hiding(no_build(&build.id)))?;
        match app {
            Some(app) if *app != build.app => {
                Err(Error::not_found(format!("build {} of {app}", build.id)))
            }
            Some(_) | None => Ok(()),
        }
    }

    pub(crate) async fn record(self, id: &BuildId) -> Result<BuildRecord> {
        self.portal
            .table
            .builds()
            .get(id)
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
