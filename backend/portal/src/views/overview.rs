//! Every app in every environment: one query, which grows with apps and environments and never with history.

use domain::{
    Timestamp,
    actor::Actor,
    catalog::{App, Environment},
    release::Release,
    run::RecentRuns,
    view::{AppRow, Cell, Overview},
};
use store::table::OverviewRecord;

use crate::{
    Portal, Result,
    access::{Action, authorise},
};

impl Portal {
    /// Every app in every environment: what it serves now, and how its pipelines do.
    pub async fn overview(&self, actor: &Actor, now: Timestamp) -> Result<Overview> {
        authorise(actor, Action::ViewOverview)?;
        let record = self.store().table.overview().await?;
        let catalog = self.catalog();
        Ok(Overview {
            environments: catalog.environments.clone(),
            apps: catalog
                .apps
                .iter()
                .map(|app| row(app, &catalog.environments, &record))
                .collect(),
            unassigned: self.unassigned(&record),
            as_of: now,
        })
    }

    /// Pipelines that no app claims, and those of apps and environments that are no longer configured.
    fn unassigned(&self, record: &OverviewRecord) -> Vec<RecentRuns> {
        let shown = |recent: &&RecentRuns| {
            let app = recent.app.as_ref().and_then(|id| self.catalog().app(id));
            let environment = recent.environment.as_ref();
            app.is_some() && environment.is_some_and(|id| self.catalog().environment(id).is_some())
        };
        let rest = record.recent.iter().filter(|recent| !shown(recent));
        newest_first(rest.cloned().collect())
    }
}

/// One app across the environments.
pub(super) fn row(app: &App, environments: &[Environment], record: &OverviewRecord) -> AppRow {
    let cell = |environment: &Environment| Cell {
        environment: environment.id.clone(),
        current: current(&record.current, app, environment),
        pipelines: pipelines(&record.recent, app, environment),
    };
    AppRow {
        app: app.clone(),
        cells: environments.iter().map(cell).collect(),
    }
}

fn current(releases: &[Release], app: &App, environment: &Environment) -> Option<Release> {
    releases
        .iter()
        .find(|release| release.app == app.id && release.environment == environment.id)
        .cloned()
}

fn pipelines(recent: &[RecentRuns], app: &App, environment: &Environment) -> Vec<RecentRuns> {
    let here = recent.iter().filter(|recent| {
        recent.app.as_ref() == Some(&app.id) && recent.environment.as_ref() == Some(&environment.id)
    });
    newest_first(here.cloned().collect())
}

fn newest_first(mut pipelines: Vec<RecentRuns>) -> Vec<RecentRuns> {
    pipelines.sort_by_key(|recent| {
        let newest = recent.runs.first().map(|run| run.started_at);
        (std::cmp::Reverse(newest), recent.pipeline.clone())
    });
    pipelines
}
