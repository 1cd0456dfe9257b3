//! `towpath runs`: an app's runs, newest first.

use clap::Args;
use domain::{id::AppId, page::Page, view::RunSummary};
use serde_json::Value;

use super::ListOptions;
use crate::{
    client::Api,
    commands::{ago, now},
    failure::Failure,
    output::{Output, Table, colour},
};

#[derive(Args)]
pub(crate) struct RunsOptions {
    /// The app
    #[arg(long)]
    app: AppId,
    /// Only those that someone should look at
    #[arg(long)]
    failed: bool,
    #[command(flatten)]
    list: ListOptions,
}

pub(crate) async fn runs(api: &Api, options: &RunsOptions, output: &Output) -> Result<(), Failure> {
    let path = format!("/api/v1/apps/{}/runs", options.app);
    let mut query = options.list.query();
    query.push(("failed", options.failed.to_string()));
    let answer: Value = api.get(&path, &query).await?;
    if output.json {
        return output.value(&answer);
    }
    let page: Page<RunSummary> =
        serde_json::from_value(answer).map_err(|error| Failure::failed(&error))?;
    if page.items.is_empty() {
        let kind = if options.failed {
            "failed runs"
        } else {
            "runs yet"
        };
        output.note(&format!("{} has no {kind}", options.app));
        return Ok(());
    }
    let mut table = Table::new(&[
        "status",
        "pipeline",
        "environment",
        "commit",
        "started",
        "took",
        "run",
    ]);
    for summary in &page.items {
        table.row(cells(summary));
    }
    output.table(&table);
    if let Some(next) = page.next {
        output.note(&format!("more: --cursor {next}"));
    }
    Ok(())
}

fn cells(
    RunSummary {
        run,
        pipeline,
        environment,
        ..
    }: &RunSummary,
) -> [(String, Option<u8>); 7] {
    let end = run.finished_at.unwrap_or_else(now);
    let took = domain::words::took(end.duration_since(run.started_at).as_secs());
    [
        (run.status.word().to_owned(), colour(run.status)),
        (pipeline.name.clone(), None),
        (
            environment
                .as_ref()
                .map_or_else(|| "-".to_owned(), ToString::to_string),
            None,
        ),
        (run.commit.clone().unwrap_or_default(), None),
        (ago(run.started_at), None),
        (took, None),
        (run.id.to_string(), None),
    ]
}
