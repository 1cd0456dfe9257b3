//! Apps in every environment, a page at a time: a query or two for what there is and one for the holds, which grow with the
//! apps of a page and the environments, and never with history.

use domain::{
    Timestamp,
    actor::Actor,
    catalog::{App, Environment},
    hold::Hold,
    id::{AppId, EnvironmentId},
    page::{Cursor, Limit, Page},
    release::Release,
    run::RecentRuns,
    view::{AppRow, Cell, Overview, WithdrawnBuild},
};
use store::table::{OverviewRecord, Withdrawn};

use crate::{Result, access::Action, views::Runs};

/// So many pipelines that no app claims are shown with the apps.
const UNASSIGNED: i64 = 20;

impl Runs<'_> {
    /// A page of the apps in every environment: what each serves now, and how its pipelines do.
    pub async fn overview(
        self,
        actor: &Actor,
        limit: Limit,
        cursor: Option<&Cursor>,
        now: Timestamp,
    ) -> Result<Overview> {
        self.portal.authorise(actor, Action::ViewOverview)?;
        let catalog = self.portal.catalog();
        let is_shown = |app: &App| self.portal.may(actor, Action::ViewApp(&app.id));
        let page = catalog.page_of_apps(is_shown, limit, cursor);
        let table = &self.portal.table;
        let (record, holds, unassigned) = futures::try_join!(
            self.overview_of(&page.apps),
            async { Ok(table.holds().recent().await?) },
            self.first_unassigned(actor, cursor, now),
        )?;
        let apps = page.apps.into_iter().map(|app| {
            let may = self.may_download_in(actor, &app.id);
            let mut row = row(app, &catalog.environments, &record, &holds, may);
            row.cells.retain(Cell::is_filled);
            row
        });
        Ok(Overview {
            environments: catalog.environments.clone(),
            apps: apps.collect(),
            next: page.next,
            more_unassigned: unassigned.next.is_some(),
            unassigned: unassigned.items,
            as_of: now,
        })
    }

    /// What is known of some apps: of all, where there are no more than a page holds, else what is in the range of their ids.
    pub(super) async fn overview_of(self, apps: &[&App]) -> Result<OverviewRecord> {
        let runs = self.portal.table.runs();
        if self.portal.catalog().apps.len() <= usize::from(Limit::APPS.get()) {
            return Ok(runs.overview().await?);
        }
        let by_id = |a: &&&App, b: &&&App| a.id.as_str().cmp(b.id.as_str());
        match (apps.iter().min_by(by_id), apps.iter().max_by(by_id)) {
            (Some(first), Some(last)) => Ok(runs.overview_of(&first.id, &last.id).await?),
            _ => Ok(OverviewRecord::default()),
        }
    }

    async fn first_unassigned(
        self,
        actor: &Actor,
        cursor: Option<&Cursor>,
        now: Timestamp,
    ) -> Result<Page<RecentRuns>> {
        // They stand below the first page of apps.
        if cursor.is_none() && self.portal.may(actor, Action::ViewUnassigned) {
            let few = Limit::try_from(UNASSIGNED).unwrap_or_default();
            return self.unassigned_pipelines(actor, few, None, now).await;
        }
        Ok(Page {
            items: Vec::new(),
            next: None,
        })
    }

    /// A page of the pipelines that no app claims and that ran lately, by source and name. One that is claimed by now and
    /// has not run since is left out, so that a page may have fewer.
    pub async fn unassigned_pipelines(
        self,
        actor: &Actor,
        limit: Limit,
        cursor: Option<&Cursor>,
        now: Timestamp,
    ) -> Result<Page<RecentRuns>> {
        self.portal.authorise(actor, Action::ViewUnassigned)?;
        let table = &self.portal.table;
        let mut page = table.runs().unassigned(limit, cursor, now).await?;
        let catalog = self.portal.catalog();
        page.items
            .retain(|recent| catalog.feed(&recent.pipeline).is_none());
        Ok(page)
    }

    /// Takes pipelines out of the overview that no app claims any more, after the configuration has changed.
    pub(crate) async fn unassign_unclaimed(self) -> Result<()> {
        let table = &self.portal.table;
        let catalog = self.portal.catalog();
        for recent in table.runs().overview().await?.recent {
            let feed = catalog.feed(&recent.pipeline);
            if !feed.is_some_and(|feed| recent.feeds(&feed.app, &feed.environment)) {
                table.runs().unassign(&recent).await?;
            }
        }
        Ok(())
    }

    /// In which environments somebody may download an app's builds.
    pub(super) fn may_download_in<'a>(
        &'a self,
        actor: &'a Actor,
        app: &'a AppId,
    ) -> impl Fn(&EnvironmentId) -> bool + 'a {
        move |environment| {
            let environments = std::slice::from_ref(environment);
            self.portal
                .may(actor, Action::Download { app, environments })
        }
    }
}

/// One app across the environments.
pub(super) fn row(
    app: &App,
    environments: &[Environment],
    record: &OverviewRecord,
    holds: &[Hold],
    may_download: impl Fn(&EnvironmentId) -> bool,
) -> AppRow {
    let cell = |environment: &Environment| Cell {
        environment: environment.id.clone(),
        current: current(&record.current, app, environment),
        may_download: may_download(&environment.id),
        withdrawn: withdrawn(&record.withdrawn, app, environment),
        holds: stopping(holds, app, environment),
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

fn withdrawn(
    withdrawn: &[Withdrawn],
    app: &App,
    environment: &Environment,
) -> Option<WithdrawnBuild> {
    let mut withdrawn = withdrawn.iter();
    let here = withdrawn.find(|it| it.app == app.id && it.environment == environment.id);
    here.map(|it| it.build.clone())
}

/// The holds that stop something of an app in an environment.
fn stopping(holds: &[Hold], app: &App, environment: &Environment) -> Vec<Hold> {
    let stop = |hold: &&Hold| hold.on.stops_any(&app.id, &environment.id);
    holds.iter().filter(stop).cloned().collect()
}

fn pipelines(recent: &[RecentRuns], app: &App, environment: &Environment) -> Vec<RecentRuns> {
    let here = |it: &&RecentRuns| it.feeds(&app.id, &environment.id);
    RecentRuns::newest_first(recent.iter().filter(here).cloned().collect())
}
