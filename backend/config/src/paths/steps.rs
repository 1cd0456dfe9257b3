//! `[[paths.steps]]`: the environments of a path, in order.

use domain::{
    id::EnvironmentId,
    path::{Gates, PathStep, Timeouts},
};
use jiff::SignedDuration;

use super::{Names, durations, gates, target};
use crate::{
    reader::{Document, Section},
    values::known,
};

pub(crate) const KEYS: [&str; 13] = [
    "environment",
    "checks",
    "soak",
    "approvals",
    "freezes",
    "max_age",
    "automatic",
    "expires_after",
    "approvals_expire",
    "start_timeout",
    "run_timeout",
    "rollback_gates",
    "target",
];

/// How long an approval may count at the most. For longer than that it is known who has signed in how.
const LONGEST_APPROVAL: SignedDuration = SignedDuration::from_hours(90 * 24);

/// How long a promotion waits unless a step says otherwise.
const EXPIRES_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);

pub(super) fn entries(
    document: &Document<'_>,
    path: &Section<'_, '_>,
    names: &Names<'_>,
) -> Vec<PathStep> {
    let tables = path.list("steps", "{ environment = \"dev\" }");
    if tables.is_empty() {
        path.problem(
            "steps",
            "a path without steps",
            "add [[paths.steps]] with environment = \"dev\", one for each environment, in order",
        );
    }
    let mut steps: Vec<PathStep> = Vec::new();
    for (place, (table, span)) in tables.into_iter().enumerate() {
        // A key that is refused with a reason is no unknown one.
        let keys = [&KEYS[..], &[gates::FINDINGS]].concat();
        let section = Section::open(document, "[[paths.steps]]", table, span, &keys);
        let step = step(document, &section, names);
        if place == 0 {
            first(&section);
        }
        let Some(step) = step else { continue };
        if steps
            .iter()
            .any(|other| other.environment == step.environment)
        {
            section.problem(
                "environment",
                format!("a second step into \"{}\"", step.environment),
                "name each environment once in a path",
            );
        }
        steps.push(step);
    }
    steps
}

/// A build enters the first environment by being registered there, or because somebody asks for it.
fn first(section: &Section<'_, '_>) {
    for (key, why) in [
        ("soak", "soaks nowhere"),
        ("automatic", "comes from nowhere by itself"),
    ] {
        if section.has(key) {
            section.problem(
                key,
                format!("nothing is before the first step, so a build {why}"),
                format!("remove \"{key}\", or move it to a later step"),
            );
        }
    }
}

fn step(document: &Document<'_>, section: &Section<'_, '_>, names: &Names<'_>) -> Option<PathStep> {
    let environment: Option<EnvironmentId> = section
        .required("environment", "dev")
        .and_then(|text| known(document, "environment", text, names.environments))
        .and_then(|name| name.parse().ok());
    let gates: Gates = gates::gates(document, section);
    let automatic = section.flag("automatic");
    let expires_after = durations::optional(document, section, "expires_after", "72h");
    let timeouts = Timeouts::default();
    let timeouts = Timeouts {
        start: durations::optional(document, section, "start_timeout", "1h")
            .unwrap_or(timeouts.start),
        run: durations::optional(document, section, "run_timeout", "24h").unwrap_or(timeouts.run),
    };
    let approvals_expire = durations::optional(document, section, "approvals_expire", "7d");
    if approvals_expire.is_some_and(|expire| expire > LONGEST_APPROVAL) {
        section.problem(
            "approvals_expire",
            "an approval counts for 90 days at the most",
            "write approvals_expire = \"90d\" or less",
        );
    }
    let rollback_gates = gates::of_rollback(document, section);
    let target = target::target(document, section);
    let waits = expires_after.unwrap_or(EXPIRES_AFTER);
    if gates.soak.is_some_and(|soak| soak > waits) && environment.is_some() {
        section.problem(
            "soak",
            "a promotion expires before it has soaked",
            "write a longer expires_after, or a shorter soak",
        );
    }
    Some(PathStep {
        environment: environment?,
        gates,
        automatic,
        target: target?,
        expires_after: waits,
        approvals_expire: approvals_expire.unwrap_or(PathStep::APPROVALS_EXPIRE),
        timeouts,
        rollback_gates,
    })
}
