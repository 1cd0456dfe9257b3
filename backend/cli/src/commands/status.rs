//! `towpath status`: what every environment serves and how its pipelines do.

use domain::{
    id::RunId,
    run::RecentRuns,
    status::Status,
    view::{Cell, Overview},
};

use crate::{
    client::Api,
    commands::{ago, commit, holds},
    failure::Failure,
    output::{Output, Table, colour},
};

const PATH: &str = "/api/v1/overview";

pub(crate) async fn status(api: &Api, output: &Output) -> Result<(), Failure> {
    let overview = whole(api).await?;
    if output.json {
        return output.value(&overview);
    }
    let mut table = Table::new(&[
        "app",
        "environment",
        "build",
        "version",
        "commit",
        "released",
        "last run",
    ]);
    for row in &overview.apps {
        for environment in &overview.environments {
            let cell = row.cell(&environment.id);
            table.row(cells(row.app.id.as_str(), &cell));
        }
    }
    output.table(&table);
    if !overview.unassigned.is_empty() {
        output.line("");
        let number = domain::words::count(overview.unassigned.len(), "pipeline");
        let more = if overview.more_unassigned {
            "more than "
        } else {
            ""
        };
        output.line(&format!(
            "{more}{number} that no app claims: {}",
            api.address("/unassigned/pipelines")
        ));
    }
    for line in stops(&overview) {
        output.line(&line);
    }
    for run in failing(&overview) {
        output.line(&format!("failed: {}", api.address(&format!("/runs/{run}"))));
    }
    Ok(())
}

/// The overview of all apps, a page after the other.
async fn whole(api: &Api) -> Result<Overview, Failure> {
    let mut overview: Overview = api.get(PATH, &Vec::new()).await?;
    while let Some(next) = overview.next.take() {
        let cursor = vec![("cursor", next.to_string())];
        let page: Overview = api.get(PATH, &cursor).await?;
        overview.apps.extend(page.apps);
        overview.next = page.next;
    }
    Ok(overview)
}

fn cells(app: &str, cell: &Cell) -> [(String, Option<u8>); 7] {
    let current = cell.current.as_ref();
    let text = |text: Option<String>| (text.unwrap_or_else(|| "-".to_owned()), None);
    let last = last_run(&cell.pipelines);
    let status = last.as_ref().and_then(|(status, _)| colour(*status));
    [
        (app.to_owned(), None),
        (cell.environment.to_string(), None),
        text(current.map(|release| release.number.to_string())),
        text(current.and_then(|release| release.version.clone())),
        text(
            current
                .map(|release| commit(release.revision.as_ref()))
                .filter(|commit| !commit.is_empty()),
        ),
        text(current.map(|release| ago(release.released_at))),
        (
            last.map_or_else(
                || "-".to_owned(),
                |(status, when)| format!("{} {when}", status.word()),
            ),
            status,
        ),
    ]
}

/// Holds in force, and builds that are not served since they were withdrawn.
fn stops(overview: &Overview) -> Vec<String> {
    let mut lines = Vec::new();
    for hold in overview
        .apps
        .iter()
        .flat_map(|row| &row.cells)
        .flat_map(|cell| &cell.holds)
    {
        let (what, whose) = holds::words(hold);
        let line = format!("held: {what} for {whose}: {}", hold.reason);
        // A hold on an environment stands in the cell of every app.
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    for row in &overview.apps {
        for cell in &row.cells {
            if let Some(build) = &cell.withdrawn {
                lines.push(format!(
                    "withdrawn: build {} of {} in {}: {}",
                    build.number, row.app.id, cell.environment, build.hold.reason
                ));
            }
        }
    }
    lines
}

fn last_run(pipelines: &[RecentRuns]) -> Option<(Status, String)> {
    let runs = pipelines
        .iter()
        .filter_map(|pipeline| pipeline.runs.first());
    let last = runs.max_by_key(|run| run.started_at)?;
    Some((
        last.status,
        ago(last.finished_at.unwrap_or(last.started_at)),
    ))
}

/// Pipelines whose newest run someone should look at.
fn failing(overview: &Overview) -> Vec<&RunId> {
    let assigned = overview
        .apps
        .iter()
        .flat_map(|row| &row.cells)
        .flat_map(|cell| &cell.pipelines);
    assigned
        .chain(&overview.unassigned)
        .filter_map(|pipeline| pipeline.runs.first())
        .filter(|run| run.status.is_failure())
        .map(|run| &run.id)
        .collect()
}
