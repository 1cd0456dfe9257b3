//! `towpath builds`: an app's builds, newest first.

use clap::Args;
use domain::{build::BuildBrief, id::AppId, page::Page};
use serde_json::Value;

use super::ListOptions;
use crate::{
    client::Api,
    commands::{ago, commit},
    failure::Failure,
    output::{Output, Table},
};

#[derive(Args)]
pub(crate) struct BuildsOptions {
    /// The app
    #[arg(long)]
    app: AppId,
    #[command(flatten)]
    list: ListOptions,
}

pub(crate) async fn builds(
    api: &Api,
    options: &BuildsOptions,
    output: &Output,
) -> Result<(), Failure> {
    let path = format!("/api/v1/apps/{}/builds", options.app);
    let answer: Value = api.get(&path, &options.list.query()).await?;
    if output.json {
        return output.value(&answer);
    }
    let page: Page<BuildBrief> =
        serde_json::from_value(answer).map_err(|error| Failure::failed(&error))?;
    if page.items.is_empty() {
        output.note(&format!(
            "{} has no builds yet: upload one with `towpath push`",
            options.app
        ));
        return Ok(());
    }
    let mut table = Table::new(&["build", "version", "commit", "size", "registered", "id"]);
    for build in &page.items {
        table.row([
            (build.number.to_string(), None),
            (build.version.clone().unwrap_or_default(), None),
            (commit(build.revision.as_ref()), None),
            (domain::words::size(build.size), None),
            (ago(build.registered_at), None),
            (build.id.to_string(), None),
        ]);
    }
    output.table(&table);
    if let Some(next) = page.next {
        output.note(&format!("more: --cursor {next}"));
    }
    Ok(())
}
