//! `towpath compare`: what is between two builds.

use clap::Args;
use domain::compare::{Change, Comparison, PackageChanges};
use serde_json::Value;

use super::build_name::{self, BuildName};
use crate::{
    client::Api,
    failure::Failure,
    output::{Output, Table},
};

const EXAMPLES: &str = "Examples:
  towpath compare wallet/prod wallet/preprod
  towpath compare 01K9QF3ZP4R7XW0B2N6YDC8HJM 01K9QG7MZJ8VQ3N5T0XKBR2D4E

A side is a build's identifier, or <app>/<environment> for what is current there.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CompareOptions {
    /// What to start from
    #[arg(value_parser = build_name::parse)]
    from: BuildName,
    /// What to come to
    #[arg(value_parser = build_name::parse)]
    to: BuildName,
}

pub(crate) async fn compare(
    api: &Api,
    options: &CompareOptions,
    output: &Output,
) -> Result<(), Failure> {
    let query = vec![
        ("from", options.from.to_string()),
        ("to", options.to.to_string()),
    ];
    let answer: Value = api.get("/api/v1/compare", &query).await?;
    if output.json {
        return output.value(&answer);
    }
    let comparison: Comparison =
        serde_json::from_value(answer).map_err(|error| Failure::failed(&error))?;
    let mut rows = Rows::new(&comparison);
    rows.all(&comparison);
    output.table(&rows.0);
    if comparison.same_bytes {
        output.note("both have the same bytes");
    }
    Ok(())
}

/// One row for everything that differs.
struct Rows(Table);

impl Rows {
    fn new(comparison: &Comparison) -> Self {
        let build = |number: u64| format!("build {number}");
        let (from, to) = (&comparison.from, &comparison.to);
        Self(Table::new(&["", &build(from.number), &build(to.number)]))
    }

    fn all(&mut self, comparison: &Comparison) {
        self.text("version", comparison.version.as_ref());
        if let Some(commits) = &comparison.commits {
            self.row("commit", commits.from.as_deref(), commits.to.as_deref());
            if commits.same_repository == Some(false) {
                self.row("repository", Some("another"), Some("another"));
            }
        }
        if let Some(size) = &comparison.size {
            let words = |size: Option<u64>| size.map(domain::words::size);
            let (from, to) = (words(size.from), words(size.to));
            self.row("size", from.as_deref(), to.as_deref());
        }
        self.came_and_went("file", &comparison.files_added, &comparison.files_dropped);
        if let Some(package) = &comparison.package {
            self.package(package);
        }
        for change in comparison.dependencies.iter().flatten() {
            let (from, to) = (change.from.join(", "), change.to.join(", "));
            let side = |text: String, is: bool| is.then_some(text);
            self.row(
                &format!("dependency {}", change.name),
                side(from, !change.from.is_empty()).as_deref(),
                side(to, !change.to.is_empty()).as_deref(),
            );
        }
    }

    fn package(&mut self, package: &PackageChanges) {
        self.text("package", package.name.as_ref());
        self.text("version code", package.version_code.as_ref());
        self.text("lowest SDK", package.min_sdk.as_ref());
        self.text("target SDK", package.target_sdk.as_ref());
        self.came_and_went(
            "permission",
            &package.permissions_added,
            &package.permissions_dropped,
        );
        self.came_and_went("native code", &package.abis_added, &package.abis_dropped);
        if let Some(certificates) = &package.certificates {
            let list = |digests: &[domain::digest::Digest]| {
                let digests: Vec<String> = digests.iter().map(ToString::to_string).collect();
                digests.join(", ")
            };
            let (from, to) = (list(&certificates.from), list(&certificates.to));
            self.row("certificate", Some(&from), Some(&to));
            if !certificates.updates {
                self.row("", None, Some("does not install over the other"));
            }
        }
        self.text("debuggable", package.debuggable.as_ref());
    }

    fn text<T: ToString>(&mut self, what: &str, change: Option<&Change<T>>) {
        if let Some(change) = change {
            let text = |side: &Option<T>| side.as_ref().map(ToString::to_string);
            self.row(
                what,
                text(&change.from).as_deref(),
                text(&change.to).as_deref(),
            );
        }
    }

    fn came_and_went(&mut self, what: &str, came: &[String], went: &[String]) {
        for name in went {
            self.row(what, Some(name), None);
        }
        for name in came {
            self.row(what, None, Some(name));
        }
    }

    fn row(&mut self, what: &str, from: Option<&str>, to: Option<&str>) {
        let side = |text: Option<&str>| text.unwrap_or("-").to_owned();
        self.0.row([
            (what.to_owned(), None),
            (side(from), None),
            (side(to), from.is_none().then_some(33)),
        ]);
    }
}
