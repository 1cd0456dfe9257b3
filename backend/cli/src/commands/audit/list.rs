//! `towpath audit list`: who did what, newest first.

use clap::Args;
use domain::{
    audit::{AuditRecord, Entry},
    month::Month,
    page::Page,
};
use serde_json::Value;

use crate::{
    client::Api,
    commands::ListOptions,
    failure::Failure,
    output::{Output, Table},
};

#[derive(Args)]
pub(crate) struct ListingOptions {
    /// The month in UTC, such as 2026-11 [default: this one]
    #[arg(long)]
    month: Option<Month>,
    #[command(flatten)]
    list: ListOptions,
}

pub(crate) async fn list(
    api: &Api,
    options: &ListingOptions,
    output: &Output,
) -> Result<(), Failure> {
    let mut query = options.list.query();
    query.extend(
        options
            .month
            .as_ref()
            .map(|month| ("month", month.to_string())),
    );
    let answer: Value = api.get("/api/v1/audit", &query).await?;
    if output.json {
        return output.value(&answer);
    }
    let page: Page<Entry> = serde_json::from_value(answer["entries"].clone())
        .map_err(|error| Failure::failed(&error))?;
    if page.items.is_empty() {
        let month = answer["month"].as_str().unwrap_or("this month");
        output.note(&format!("nothing was noted in {month}"));
        return Ok(());
    }
    let mut table = Table::new(&["entry", "at", "who", "what", "where", "build", "reason"]);
    for entry in &page.items {
        table.row(cells(entry));
    }
    output.table(&table);
    if let Some(next) = page.next {
        output.note(&format!("more: --cursor {next}"));
    }
    Ok(())
}

fn cells(Entry { number, note, .. }: &Entry) -> [(String, Option<u8>); 7] {
    let action = serde_json::to_value(note.action).unwrap_or_default();
    let action = action.as_str().unwrap_or_default().replace('-', " ");
    let text = |text: Option<String>| (text.unwrap_or_default(), None);
    [
        (number.to_string(), None),
        (format!("{:.0}", note.at), None),
        (note.by.name.clone(), None),
        (action, None),
        (place(note), None),
        text(note.build.as_ref().map(ToString::to_string)),
        text(note.reason.clone()),
    ]
}

fn place(note: &AuditRecord) -> String {
    let parts = [
        note.app.as_ref().map(ToString::to_string),
        note.environment.as_ref().map(ToString::to_string),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join("/")
}
