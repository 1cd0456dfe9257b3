//! `checks`: runs and steps of runs that must have succeeded.

use domain::{id::StepId, path, source::Source};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    document::{Document, Text},
    reader::{Entries, Given, Leaf},
    values::{for_people, known},
};

/// A run or a step of one that must have succeeded for this very build.
#[derive(Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Check {
    /// Its name on pages.
    #[schemars(length(min = 1, max = 60), example = &"end to end")]
    name: Given<String>,
    /// The reporting system.
    #[schemars(extend("enum" = Source::names()))]
    source: Given<String>,
    /// The pipeline's name there.
    #[schemars(length(min = 1, max = 100), example = &"wallet-e2e")]
    pipeline: Given<String>,
    /// The step, as `<stage>` or `<stage>/<action>`. Left out, the whole run.
    #[schemars(regex(pattern = "^[^/]+(/[^/]+)?$"), example = &"Test/e2e")]
    step: Option<Given<String>>,
}

pub(super) fn all(document: &Document<'_>, list: &impl Entries<Check>) -> Vec<path::Check> {
    let mut checks: Vec<path::Check> = Vec::new();
    for (check, span) in list.entries() {
        let name = check.name.span_or(span);
        let Some(check) = one(document, check) else {
            continue;
        };
        if checks.iter().any(|other| other.name == check.name) {
            document.problem(
                name,
                format!("a second check \"{}\"", check.name),
                "give it another name, or remove it",
            );
        }
        checks.push(check);
    }
    checks
}

fn one(document: &Document<'_>, check: &Check) -> Option<path::Check> {
    let name = check.name.text();
    let name = name.and_then(|text| for_people(document, &text, 60));
    let source = check.source.text();
    let source = source.and_then(|text| self::source(document, text));
    let pipeline = check.pipeline.text();
    let pipeline = pipeline.and_then(|text| for_people(document, &text, 100));
    let step = check.step.text();
    if let Some(text) = step.as_ref().filter(|text| !is_step(&text.value)) {
        document.problem(
            text.span.clone(),
            format!("\"{}\" is not a step", text.value),
            "write a stage, or a stage and an action, such as \"Test/e2e\"",
        );
    }
    Some(path::Check {
        name: name?,
        source: source?,
        pipeline: pipeline?,
        step: step.map(|text| text.value),
    })
}

fn source(document: &Document<'_>, text: Text) -> Option<String> {
    if text.value == "act" {
        document.problem(
            text.span,
            "what act runs on somebody's own machine is no check",
            "name the pipeline that runs it for everyone",
        );
        return None;
    }
    known(document, "source", text, &Source::names())
}

fn is_step(text: &str) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    text.parse::<StepId>().is_ok()
        && parts.len() <= 2
        && parts.iter().all(|part| !part.trim().is_empty())
}
