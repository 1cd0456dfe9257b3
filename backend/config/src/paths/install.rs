//! `install`: how bad the install forecast of a build may be.

use domain::{
    install::{InstallWarning, Severity},
    path,
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    document::Document,
    reader::{Entries, Given, Leaf, List},
    schema::{listed, one_of},
    values::known,
};

fn severities() -> [&'static str; 4] {
    Severity::ALL.map(Severity::word)
}

/// How bad the install forecast of a build may be.
#[derive(Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct InstallLimit {
    /// Whatever is as bad as this, or worse, keeps a build out.
    #[schemars(extend("enum" = severities()))]
    refuse: Given<String>,
    /// Rules that do not count. Left out, all do.
    #[schemars(extend("items" = one_of(&InstallWarning::KINDS)), example = listed("debuggable"))]
    allow: List<String>,
}

pub(super) fn one(
    document: &Document<'_>,
    limit: Option<&Given<InstallLimit>>,
) -> Option<path::InstallLimit> {
    let limit = limit?.value()?;
    let refuse = limit.refuse.text();
    let refuse = refuse.and_then(|text| known(document, "severity", text, &severities()))?;
    let allow = limit.allow.texts().unwrap_or_default().into_iter();
    Some(path::InstallLimit {
        refuse: Severity::ALL
            .into_iter()
            .find(|severity| severity.word() == refuse)?,
        allow: allow
            .filter_map(|text| known(document, "rule", text, &InstallWarning::KINDS))
            .collect(),
    })
}
