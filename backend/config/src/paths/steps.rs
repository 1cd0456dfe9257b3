//! `[[paths.steps]]`: the environments of a path, in order.

use std::ops::Range;

use domain::{
    id::EnvironmentId,
    path::{self, Gates, Timeouts},
};
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, de::IgnoredAny};

use super::{
    approvals::{self, ApprovalRule},
    checks::{self, Check},
    durations::{self, PATTERN as DURATION},
    freezes::{self, Freeze},
    gates,
    install::{self, InstallLimit},
    target::{self, Target},
};
use crate::{
    document::Document,
    names::Names,
    reader::{Entries, Given, Leaf, List},
    schema::{listed, one_of},
    values::{SLUG, known},
};

/// A promotion keeps what each gate asked for and how it stands, in one item of the table. With these, and a comment of a
/// thousand characters for each approval, it takes less than half of what one may hold.
const MOST_CHECKS: usize = 50;
const MOST_RULES: usize = 5;
const MOST_FREEZES: usize = 100;

/// How long an approval may count at the most. For longer than that it is known who has signed in how.
const LONGEST_APPROVAL: SignedDuration = SignedDuration::from_hours(90 * 24);

/// How long a promotion waits unless a step says otherwise.
const EXPIRES_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);

/// One environment of a path, and what has to hold before a build enters it. What is left out asks for nothing.
#[derive(Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct PathStep {
    /// The `id` of the environment.
    #[schemars(regex(pattern = SLUG), example = &"dev")]
    environment: Given<String>,
    /// Runs or steps that must have succeeded for this very build.
    #[schemars(length(max = MOST_CHECKS))]
    checks: List<Check>,
    /// How long it must have been current in the environment before, such as `"2h"`.
    #[schemars(regex(pattern = DURATION), example = &"2h")]
    soak: Option<Given<String>>,
    /// Who must agree.
    #[schemars(length(max = MOST_RULES))]
    approvals: List<ApprovalRule>,
    /// When nothing starts.
    #[schemars(length(max = MOST_FREEZES))]
    freezes: List<Freeze>,
    /// How old it may be at the most, since it was registered, such as `"30d"`.
    #[schemars(regex(pattern = DURATION), example = &"30d")]
    max_age: Option<Given<String>>,
    /// How bad the install forecast may be.
    install: Option<Given<InstallLimit>>,
    /// Whether a build moves here by itself once everything holds. Left out, it does not.
    automatic: Option<Given<bool>>,
    /// How long a promotion may wait for its gates, such as `"72h"`. Left out, seven days.
    #[schemars(regex(pattern = DURATION), example = &"72h")]
    expires_after: Option<Given<String>>,
    /// How long an approval or a bypass counts, such as `"24h"`; `"90d"` at the most. Left out, seven days.
    #[schemars(regex(pattern = DURATION), example = &"7d")]
    approvals_expire: Option<Given<String>>,
    /// How long a promotion may be starting before it fails, such as `"1h"`. Left out, one hour.
    #[schemars(regex(pattern = DURATION), example = &"1h")]
    start_timeout: Option<Given<String>>,
    /// How long a promotion may be running before it fails, such as `"3d"`. Left out, 24 hours.
    #[schemars(regex(pattern = DURATION), example = &"24h")]
    run_timeout: Option<Given<String>>,
    /// The gates that a rollback must pass. Left out, the same as on the way forward; `[]` for none.
    #[schemars(extend("items" = one_of(&gates::words())), example = listed("approvals"))]
    rollback_gates: List<String>,
    /// What carries a promotion out. Left out, the portal itself.
    target: Option<Given<Target>>,
    /// Refused, with a reason.
    #[schemars(skip)]
    findings: Option<Given<IgnoredAny>>,
}

pub(super) fn all(
    document: &Document<'_>,
    list: &impl Entries<PathStep>,
    path: &Range<usize>,
    names: &Names<'_>,
) -> Vec<path::PathStep> {
    if list.entries().next().is_none() {
        document.problem(
            list.span_or(path),
            "a path without steps",
            "add [[paths.steps]] with environment = \"dev\", one for each environment, in order",
        );
    }
    let mut steps: Vec<path::PathStep> = Vec::new();
    for (place, (step, _)) in list.entries().enumerate() {
        if place == 0 {
            first(document, step);
        }
        let environment = step.environment.span();
        let Some(step) = one(document, step, names) else {
            continue;
        };
        let is_same = |other: &path::PathStep| other.environment == step.environment;
        if let Some(span) = environment.filter(|_| steps.iter().any(is_same)) {
            document.problem(
                span,
                format!("a second step into \"{}\"", step.environment),
                "name each environment once in a path",
            );
        }
        steps.push(step);
    }
    steps
}

/// A build enters the first environment by being registered there, or because somebody asks for it.
fn first(document: &Document<'_>, step: &PathStep) {
    for (key, span, why) in [
        ("soak", step.soak.span(), "soaks nowhere"),
        (
            "automatic",
            step.automatic.span(),
            "comes from nowhere by itself",
        ),
    ] {
        if let Some(span) = span {
            document.problem(
                span,
                format!("nothing is before the first step, so a build {why}"),
                format!("remove \"{key}\", or move it to a later step"),
            );
        }
    }
}

fn one(document: &Document<'_>, step: &PathStep, names: &Names<'_>) -> Option<path::PathStep> {
    let environment: Option<EnvironmentId> = step
        .environment
        .text()
        .and_then(|text| known(document, "environment", text, &names.environments))
        .and_then(|name| name.parse().ok());
    let gates = gates(document, step);
    let duration = |given, example| durations::optional(document, given, example);
    let waits = duration(&step.expires_after, "expires_after = \"72h\"").unwrap_or(EXPIRES_AFTER);
    let usual = Timeouts::default();
    let start = duration(&step.start_timeout, "start_timeout = \"1h\"");
    let run = duration(&step.run_timeout, "run_timeout = \"24h\"");
    let rollback_gates = gates::of_rollback(document, &step.rollback_gates);
    let target = target::one(document, step.target.as_ref());
    if let Some(span) = step.soak.span().filter(|_| environment.is_some())
        && gates.soak.is_some_and(|soak| soak > waits)
    {
        document.problem(
            span,
            "a promotion expires before it has soaked",
            "write a longer expires_after, or a shorter soak",
        );
    }
    Some(path::PathStep {
        approvals_expire: approvals_expire(document, step),
        environment: environment?,
        gates,
        automatic: step.automatic.value().copied().unwrap_or_default(),
        target: target?,
        expires_after: waits,
        timeouts: Timeouts {
            start: start.unwrap_or(usual.start),
            run: run.unwrap_or(usual.run),
        },
        rollback_gates,
    })
}

fn gates(document: &Document<'_>, step: &PathStep) -> Gates {
    gates::refuse_findings(document, step.findings.span());
    Gates {
        checks: checks::all(document, &step.checks),
        soak: durations::optional(document, &step.soak, "soak = \"2h\""),
        approvals: approvals::all(document, &step.approvals),
        freezes: freezes::all(document, &step.freezes),
        max_age: durations::optional(document, &step.max_age, "max_age = \"30d\""),
        install: install::one(document, step.install.as_ref()),
        findings: None,
    }
}

fn approvals_expire(document: &Document<'_>, step: &PathStep) -> SignedDuration {
    let given = &step.approvals_expire;
    let Some(expire) = durations::optional(document, given, "approvals_expire = \"7d\"") else {
        return path::PathStep::APPROVALS_EXPIRE;
    };
    if let Some(span) = given.span().filter(|_| expire > LONGEST_APPROVAL) {
        document.problem(
            span,
            "an approval counts for 90 days at the most",
            "write approvals_expire = \"90d\" or less",
        );
    }
    expire
}
