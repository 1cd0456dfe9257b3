//! `towpath audit verify`: computes the chain anew from the entries themselves, and compares it with the seals. What the
//! portal says of its own log is told beside it, and never instead.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
};

use api::audit::Verified;
use clap::Args;
use domain::{
    audit::{FOLDER, Finding, Head, Outcome, SealVersion, Seals, SealsFound, Verifier},
    words::count,
};
use serde::Serialize;

#[cfg(feature = "serve")]
mod own;

use super::months::{self, Parts};
use crate::{client::Api, commands::now, failure::Failure, output::Output};

const EXAMPLES: &str = "Examples:
  towpath audit verify                                 the portal's log and seals, read and computed here
  towpath audit verify --bucket towpath-prod-audit-333333333333-eu-west-1
                                                       table and bucket, read with your own AWS credentials: no portal is asked
  towpath audit verify audit.jsonl --bucket BUCKET     what was exported, against the bucket
  towpath audit verify audit.jsonl --seals ./seals     what was exported, against copies of the seals

Anyone who writes the log anew from some entry on, with every hash made to fit, is found by a seal after that entry: read the seals
from their bucket yourself, where the portal itself is in doubt. In the bucket every version counts; copies show the newest
versions alone. docs/audit.md says what is computed, and which rights an auditor needs.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct VerifyOptions {
    /// Exported JSON lines, the oldest first [default: ask the portal]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A folder with copies of the seals, which are used instead of those that the portal shows
    #[arg(long, value_name = "DIR")]
    #[cfg_attr(feature = "serve", arg(conflicts_with = "bucket"))]
    seals: Option<PathBuf>,
    /// The bucket of the seals, to read with the AWS credentials of your environment instead of asking the portal
    #[cfg(feature = "serve")]
    #[arg(long, value_name = "NAME")]
    bucket: Option<String>,
    /// The table with the entries, read in the same way [default: where the bucket has a name of a deployment, its table]
    #[cfg(feature = "serve")]
    #[arg(
        long,
        value_name = "NAME",
        requires = "bucket",
        conflicts_with = "files"
    )]
    table: Option<String>,
}

/// What was found.
#[derive(Serialize)]
struct Report {
    #[serde(flatten)]
    verified: Verified,
    /// What the portal says beyond that.
    said_by_portal: Vec<Finding>,
    /// Whether the locks of the seals could be looked at.
    #[serde(skip)]
    locks_shown: bool,
}

impl From<Verified> for Report {
    fn from(verified: Verified) -> Self {
        Self {
            verified,
            said_by_portal: Vec::new(),
            locks_shown: true,
        }
    }
}

pub(crate) async fn verify(
    api: impl FnOnce() -> Result<Api, Failure>,
    options: &VerifyOptions,
    output: &Output,
) -> Result<(), Failure> {
    let own = options.seals.as_deref().map(seals_in).transpose()?;
    let locks_shown = own.is_none();
    let report = match (of_bucket(options).await?, options.files.as_slice()) {
        (Some(verified), _) => verified.into(),
        (None, []) => of_portal(&api()?, own, output).await?,
        (None, files) => of_files(files, own.unwrap_or_default().check(None))?.into(),
    };
    let report = Report {
        locks_shown,
        ..report
    };
    show(&report, output)
}

/// The log against a bucket, where one is named: its table, or files.
#[cfg(feature = "serve")]
async fn of_bucket(options: &VerifyOptions) -> Result<Option<Verified>, Failure> {
    let Some(bucket) = &options.bucket else {
        return Ok(None);
    };
    let verified = match options.files.as_slice() {
        [] => own::table(bucket, options.table.as_deref()).await?,
        files => of_files(files, own::seals(bucket).await?.check(None))?,
    };
    Ok(Some(verified))
}

/// A `towpath` without `serve` reads no bucket.
#[cfg(not(feature = "serve"))]
#[expect(clippy::unused_async, reason = "as the other one is called")]
async fn of_bucket(_: &VerifyOptions) -> Result<Option<Verified>, Failure> {
    Ok(None)
}

fn of_files(files: &[PathBuf], seals: Seals) -> Result<Verified, Failure> {
    let verified = Verified::of(&seals, now());
    let mut log = Log::new(seals, None);
    for file in files {
        let unreadable = |error: std::io::Error| unreadable(file, &error);
        let mut lines = BufReader::new(File::open(file).map_err(unreadable)?);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).map_err(unreadable)? > 0 {
            log.line(&line);
            line.clear();
        }
    }
    let (outcome, head) = log.finish(None);
    Ok(verified.with(outcome, head))
}

async fn of_portal(api: &Api, own: Option<SealsFound>, output: &Output) -> Result<Report, Failure> {
    let (span, found) = months::seals(api).await?;
    let seals = match own {
        // Copies may be older than the newest seal.
        Some(own) => own.check(None),
        None => found.check(span.newest_seal),
    };
    let verified = Verified::of(&seals, now());
    let months = span.months(seals.first_sealed_at);
    let mut log = Log::new(seals, span.head.as_ref());
    for month in months {
        let mut parts = Parts::of(api, &month, "jsonl");
        while let Some(part) = parts.next().await? {
            for line in part.lines() {
                log.line(line.as_bytes());
            }
        }
    }
    let said: Result<Verified, Failure> = api.get("/api/v1/audit/verify", &Vec::new()).await;
    let (end, said) = match said {
        Ok(said) => (said.head, said.findings),
        // One whose log is too long to verify in the time that an answer may take.
        Err(failure @ (Failure::Failed(_) | Failure::Unreachable(_))) => {
            output.note(&format!(
                "the portal did not verify its log itself: {failure}"
            ));
            (months::span_of(api).await?.head, Vec::new())
        }
        Err(failure) => return Err(failure),
    };
    // Entries that were added while the log was read are no finding.
    let end = span.head.and(end);
    let (outcome, head) = log.finish(end.as_ref());
    let mut report = Report::from(verified.with(outcome, head));
    let own = &report.verified.findings;
    let is_new = |said: &Finding| {
        let same = |own: &Finding| own.number == said.number && own.fault == said.fault;
        !own.iter().any(same)
    };
    report.said_by_portal = said.into_iter().filter(is_new).collect();
    Ok(report)
}

/// A log that is read line by line.
struct Log {
    verifier: Verifier,
    last: Option<Head>,
}

impl Log {
    fn new(seals: Seals, end: Option<&Head>) -> Self {
        Self {
            verifier: Verifier::new(seals, end),
            last: None,
        }
    }

    fn line(&mut self, line: &[u8]) {
        if let Some(link) = self.verifier.push_line(line) {
            self.last = Some(link.head());
        }
    }

    /// What was found, and the last entry that was read.
    fn finish(self, end: Option<&Head>) -> (Outcome, Option<Head>) {
        (self.verifier.finish(end), self.last)
    }
}

/// Every `*.json` of a folder, as copies of what lies under `seals/`.
fn seals_in(folder: &Path) -> Result<SealsFound, Failure> {
    let listed = std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let mut found = SealsFound::default();
    let mut none = true;
    for file in listed {
        let path = file.map_err(|error| unreadable(folder, &error))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        if path.extension().is_some_and(|ending| ending == "json") {
            let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
            none = false;
            found.push(SealVersion {
                key: format!("{FOLDER}{name}"),
                version: "copy".to_owned(),
                delete_marker: false,
                written_at: None,
                text: Some(text),
                lock: None,
            });
        }
    }
    if none {
        return Err(Failure::Failed(format!(
            "there is no seal in {}: name the folder with the files <number>-<entry>-<hash>.json",
            folder.display()
        )));
    }
    Ok(found)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Failed(format!("{} cannot be read: {error}", path.display()))
}

fn show(report: &Report, output: &Output) -> Result<(), Failure> {
    let Report {
        verified,
        said_by_portal,
        ..
    } = report;
    let found = (verified.findings.len() + said_by_portal.len()) as u64 + verified.more_findings;
    if output.json {
        output.value(report)?;
    } else {
        let line = |finding: &Finding, by: &str| {
            let fault = serde_json::to_value(finding.fault).unwrap_or_default();
            let fault = fault.as_str().unwrap_or_default().replace('-', " ");
            output.line(&format!("{fault}: {}{by}", finding.words));
        };
        for finding in &verified.findings {
            line(finding, "");
        }
        for finding in said_by_portal {
            line(finding, " (the portal says)");
        }
        if verified.more_findings > 0 {
            output.line(&format!("and {} more", verified.more_findings));
        }
    }
    let entries = match verified.entries {
        1 => "1 entry".to_owned(),
        many => format!("{many} entries"),
    };
    let unnumbered = match verified.unnumbered_seals {
        0 => String::new(),
        some => format!(" ({some} of an earlier version, one a day and without a number)"),
    };
    let looked = format!(
        "{entries} and {}{unnumbered}",
        count(verified.seals, "seal")
    );
    if found > 0 {
        let findings = if found == 1 {
            "1 finding".to_owned()
        } else {
            format!("{found} findings")
        };
        return Err(Failure::Tampered(format!(
            "the audit log is not as it was written: {findings} in {looked}. Keep a copy of it as it is, and ask who may write to its table and its bucket"
        )));
    }
    if !output.json {
        let end = verified.head.as_ref().map_or_else(String::new, |head| {
            format!("; it ends with entry {}, {}", head.number, head.hash)
        });
        output.line(&format!(
            "the audit log is as it was written: {looked}{end}"
        ));
        of_seals(report, output);
    }
    Ok(())
}

/// What the seals prove, and how well.
fn of_seals(report: &Report, output: &Output) {
    if let Some(sealed) = &report.verified.sealed {
        output.line(&format!(
            "sealed up to entry {}, at {:.0}; later entries are held by the chain alone until the next seal",
            sealed.entry, sealed.at
        ));
    }
    let locks = report.verified.locks.words();
    if let Some(words) = locks.filter(|_| report.locks_shown) {
        output.line(&words);
    }
    match report.verified.erased {
        0 => {}
        1 => output.line("1 entry names somebody whose name was erased"),
        some => output.line(&format!(
            "{some} entries name somebody whose name was erased"
        )),
    }
}
