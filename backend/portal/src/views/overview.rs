//! Every app in every environment: one query for what there is and one for the holds, both of which grow with apps and
//! environments and never with history.

use domain::{
    Timestamp,
    actor::Actor,
    catalog::{App, Catalog, Environment},
    hold::Hold,
    id::{AppId, EnvironmentId},
    release::Release,
    run::RecentRuns,
    view::{AppRow, Cell, Overview, WithdrawnBuild},
};
use store::table::{OverviewRecord, Withdrawn};

use crate::{Result, access::Action, views::Runs};

impl Runs<'_> {
    /// Every app in every environment: what it serves now, and how its pipelines do.
    pub async fn overview(self, actor: &Actor, now: Timestamp) -> Result<Overview> {
        let apps = self.portal.builds().apps(actor)?;
        let table = &self.portal.table;
        let (record, holds) = futures::try_join!(table.runs().overview(), table.holds().recent())?;
        let catalog = self.portal.catalog();
        let unassigned = if self.portal.may(actor, Action::ViewUnassigned) {
            unassigned(&record, catalog)
        } else {
            Vec::new()
        };
        Ok(Overview {
            environments: catalog.environments.clone(),
            apps: apps
                .map(|app| {
                    let may = self.may_download_in(actor, &app.id);
                    row(app, &catalog.environments, &record, &holds, may)
                })
                .collect(),
            unassigned,
            as_of: now,
        })
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

/// Pipelines that no app claims, and those of apps and environments that are no longer configured. A pipeline that was
/// claimed meanwhile and has run since is shown there, and its runs from before are not shown here again.
fn unassigned(record: &OverviewRecord, catalog: &Catalog) -> Vec<RecentRuns> {
    let claimed = |recent: &RecentRuns| {
        let app = recent.app.as_ref().and_then(|id| catalog.app(id));
        let environment = recent.environment.as_ref();
        app.is_some() && environment.is_some_and(|id| catalog.environment(id).is_some())
    };
    let shown = |recent: &RecentRuns| {
        let mut same = record.recent.iter();
        same.any(|other| other.pipeline == recent.pipeline && claimed(other))
    };
    let rest = record.recent.iter().filter(|recent| !shown(recent));
    RecentRuns::newest_first(rest.cloned().collect())
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

#[cfg(test)]
mod tests {
    use domain::event::Pipeline;

    use super::*;

    fn recent(name: &str, feed: Option<(&str, &str)>) -> RecentRuns {
        RecentRuns {
            app: feed.map(|(app, _)| app.parse().unwrap()),
            environment: feed.map(|(_, environment)| environment.parse().unwrap()),
            pipeline: Pipeline {
                source: "codepipeline".to_owned(),
                account: None,
                region: None,
                name: name.to_owned(),
            },
            runs: Vec::new(),
        }
    }

    #[test]
    fn a_pipeline_that_was_claimed_and_ran_since_is_no_longer_unassigned() {
        let catalog = Catalog {
            apps: vec![App {
                id: "wallet".parse().unwrap(),
                name: "Wallet".to_owned(),
            }],
            environments: vec![Environment {
                id: "dev".parse().unwrap(),
                name: "Development".to_owned(),
                colour: "#2b7a4b".to_owned(),
            }],
            feeds: Vec::new(),
            paths: Vec::new(),
        };
        let record = OverviewRecord {
            current: Vec::new(),
            withdrawn: Vec::new(),
            recent: vec![
                recent("claimed", None),
                recent("claimed", Some(("wallet", "dev"))),
                recent("nobodys", None),
                recent("of-an-app-that-went", Some(("gone", "dev"))),
            ],
        };
        let names: Vec<String> = unassigned(&record, &catalog)
            .into_iter()
            .map(|recent| recent.pipeline.name)
            .collect();
        assert_eq!(names, ["nobodys", "of-an-app-that-went"]);
    }
}
