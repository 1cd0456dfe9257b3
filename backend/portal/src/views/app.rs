//! One app: where its builds are, and what was built and run lately.

use domain::{
    Timestamp,
    actor::Actor,
    build::BuildBrief,
    id::AppId,
    page::{Cursor, Limit, Page},
    view::{AppView, RunSummary},
};
use store::table::RunList;

use super::overview::row;
use crate::{
    Result,
    access::Action,
    known,
    views::{Builds, Runs},
};

/// Which runs of a list to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Which {
    /// All of them.
    #[default]
    All,
    /// Those that someone should look at.
    Failed,
}

impl<'p> Builds<'p> {
    /// The apps that the caller may see, in the order that pages show them.
    pub fn apps(self, actor: &Actor) -> Result<impl Iterator<Item = &'p domain::catalog::App>> {
        self.portal.authorise(actor, Action::ViewOverview)?;
        let apps = self.portal.catalog().apps.iter();
        Ok(apps.filter(|app| self.portal.may(actor, Action::ViewApp(&app.id))))
    }

    /// An app across the environments, with its newest builds and runs.
    pub async fn app(self, actor: &Actor, app: &AppId, now: Timestamp) -> Result<AppView> {
        self.portal.authorise(actor, Action::ViewApp(app))?;
        let known = known::app(self.portal, app)?;
        let (few, one) = (Limit::try_from(10).unwrap_or_default(), [known]);
        let table = &self.portal.table;
        let list = RunList {
            app: Some(app),
            failed: false,
        };
        let (record, holds, builds, runs) = futures::try_join!(
            self.portal.runs().overview_of(&one),
            async { Ok(table.holds().recent().await?) },
            async { Ok(table.builds().list(app, few, None).await?) },
            async { Ok(table.runs().list(list, few, None).await?) },
        )?;
        let environments = self.portal.catalog().environments.clone();
        Ok(AppView {
            row: row(
                known,
                &environments,
                &record,
                &holds,
                self.portal.runs().may_download_in(actor, app),
            ),
            environments,
            builds,
            runs,
            as_of: now,
        })
    }

    /// An app's builds, newest first.
    pub async fn list(
        self,
        actor: &Actor,
        app: &AppId,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<BuildBrief>> {
        self.portal.authorise(actor, Action::ViewApp(app))?;
        known::app(self.portal, app)?;
        Ok(self.portal.table.builds().list(app, limit, cursor).await?)
    }
}

impl Runs<'_> {
    /// An app's runs, newest first.
    pub async fn list(
        self,
        actor: &Actor,
        app: &AppId,
        which: Which,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<RunSummary>> {
        self.portal.authorise(actor, Action::ViewApp(app))?;
        known::app(self.portal, app)?;
        let list = RunList {
            app: Some(app),
            failed: which == Which::Failed,
        };
        Ok(self.portal.table.runs().list(list, limit, cursor).await?)
    }

    /// Runs of pipelines that no app claims, newest first.
    pub async fn unassigned(
        self,
        actor: &Actor,
        which: Which,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<RunSummary>> {
        self.portal.authorise(actor, Action::ViewUnassigned)?;
        let list = RunList {
            app: None,
            failed: which == Which::Failed,
        };
        Ok(self.portal.table.runs().list(list, limit, cursor).await?)
    }
}
