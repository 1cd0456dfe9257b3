//! `towpath audit verify`: computes the chain anew from the entries themselves, and compares it with the seals. What the
//! portal says of its own log is told beside it, and never instead.

use std::path::{Path, PathBuf};

use clap::Args;
use domain::audit::{Entry, Export, Finding, Head, Seal};
use portal::{
    audit::{SealsView, Verified},
    words::count,
};
use serde::Serialize;

use super::months;
use crate::{api::Api, failure::Failure, output::Output};

const EXAMPLES: &str = "Examples:
  towpath audit verify                                 the portal's log, read and computed here
  towpath audit verify --seals ./seals                 the same, with your own copies of the seals
  towpath audit verify audit.jsonl --seals ./seals     what was exported, without a portal

Whoever writes the log anew from some entry on, with every hash made to fit, is found by a seal behind that entry: fetch the
seals from their bucket yourself, where the portal itself is in doubt.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct VerifyOptions {
    /// Exported JSON lines, the oldest first [default: ask the portal]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A folder with seals, as they lie in their bucket
    #[arg(long, value_name = "DIR")]
    seals: Option<PathBuf>,
}

/// What was found.
#[derive(Serialize)]
struct Report {
    entries: usize,
    seals: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    head: Option<Head>,
    /// What the chain and the seals show.
    findings: Vec<Finding>,
    /// What the portal says beyond that.
    said_by_portal: Vec<Finding>,
}

pub(crate) async fn verify(
    api: impl FnOnce() -> Result<Api, Failure>,
    options: &VerifyOptions,
    output: &Output,
) -> Result<(), Failure> {
    let own = match &options.seals {
        Some(folder) => seals_in(folder)?,
        None => Vec::new(),
    };
    let report = if options.files.is_empty() {
        of_portal(&api()?, own).await?
    } else {
        of_files(&options.files, &own)?
    };
    show(&report, output)
}

fn of_files(files: &[PathBuf], seals: &[Seal]) -> Result<Report, Failure> {
    let mut log = Export::default();
    for file in files {
        let text = std::fs::read_to_string(file).map_err(|error| {
            Failure::Failed(format!("{} cannot be read: {error}", file.display()))
        })?;
        log.read(&text);
    }
    Ok(report(&log, seals, None))
}

async fn of_portal(api: &Api, own: Vec<Seal>) -> Result<Report, Failure> {
    let before = months::seals(api).await?;
    let mut seals = before.seals.clone();
    seals.extend(own.into_iter().filter(|seal| !before.seals.contains(seal)));
    let mut log = Export::default();
    for month in months::of(&before, &seals) {
        log.read(&months::text(api, &month, "jsonl").await?);
    }
    let after = months::seals(api).await?;
    forget_later(&mut log, &before, &after);
    let mut report = report(&log, &seals, before.head.as_ref());
    let verified: Verified = api.get("/api/v1/audit/verify", &Vec::new()).await?;
    report.said_by_portal = verified
        .findings
        .into_iter()
        .filter(|said| {
            !report
                .findings
                .iter()
                .any(|own| own.number == said.number && own.fault == said.fault)
        })
        .collect();
    Ok(report)
}

/// Leaves out what was noted while the log was being read.
fn forget_later(log: &mut Export, before: &SealsView, after: &SealsView) {
    let end = |view: &SealsView| view.head.as_ref().map_or(0, |head| head.number);
    if before.head.is_some() {
        let meanwhile = end(before).saturating_add(1)..=end(after);
        log.entries
            .retain(|entry| !meanwhile.contains(&entry.number));
    }
}

fn report(log: &Export, seals: &[Seal], head: Option<&Head>) -> Report {
    Report {
        entries: log.entries.len() + log.broken.len(),
        seals: seals.len(),
        head: log.entries.last().map(Entry::head),
        findings: log.verify(seals, head),
        said_by_portal: Vec::new(),
    }
}

/// Every `*.json` of a folder.
fn seals_in(folder: &Path) -> Result<Vec<Seal>, Failure> {
    let unreadable = |path: &Path, error: &dyn std::fmt::Display| {
        Failure::Failed(format!("{} cannot be read: {error}", path.display()))
    };
    let listed = std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let mut seals = Vec::new();
    for file in listed {
        let path = file.map_err(|error| unreadable(folder, &error))?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
            let seal = serde_json::from_str(&text).map_err(|error| unreadable(&path, &error))?;
            seals.push(seal);
        }
    }
    if seals.is_empty() {
        return Err(Failure::Failed(format!(
            "there is no seal in {}: name the folder with the files <day>.json",
            folder.display()
        )));
    }
    Ok(seals)
}

fn show(report: &Report, output: &Output) -> Result<(), Failure> {
    let found = report.findings.len() + report.said_by_portal.len();
    if output.json {
        output.value(report)?;
    } else {
        let line = |finding: &Finding, by: &str| {
            let fault = serde_json::to_value(finding.fault).unwrap_or_default();
            let fault = fault.as_str().unwrap_or_default().replace('-', " ");
            output.line(&format!("{fault}: {}{by}", finding.words));
        };
        for finding in &report.findings {
            line(finding, "");
        }
        for finding in &report.said_by_portal {
            line(finding, " (the portal says)");
        }
    }
    let entries = match report.entries {
        1 => "1 entry".to_owned(),
        many => format!("{many} entries"),
    };
    let looked = format!("{entries} and {}", count(report.seals, "seal"));
    if found > 0 {
        return Err(Failure::Tampered(format!(
            "the audit log is not as it was written: {} in {looked}. Keep a copy of it as it is, and ask who may write to its table",
            count(found, "finding")
        )));
    }
    if !output.json {
        let end = report.head.as_ref().map_or_else(String::new, |head| {
            format!("; it ends with entry {}, {}", head.number, head.hash)
        });
        output.line(&format!(
            "the audit log is as it was written: {looked}{end}"
        ));
    }
    Ok(())
}
