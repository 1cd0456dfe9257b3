//! Runs or steps that must have succeeded for this very build.

use super::{GateAnswer, GateKind};
use crate::{
    path::Check,
    promotion::{BuildFacts, CheckRun, Situation},
    status::Status,
    words,
};

/// What `act` runs is of somebody's own machine, whatever workflow it took.
const LOCAL_RUNNER: &str = "act";

/// How one check stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Passed,
    /// Ended without success; a person has to run it again.
    Ended(Status),
    /// At work, waiting or queued.
    Going(Status),
    NotRun,
}

pub(super) fn answer(
    checks: &[Check],
    situation: &Situation<'_>,
    build: &BuildFacts,
) -> Option<GateAnswer> {
    if checks.is_empty() {
        return None;
    }
    let outcomes: Vec<(&Check, Outcome)> = checks
        .iter()
        .map(|check| (check, outcome(check, situation, build)))
        .collect();
    let open: Vec<&(&Check, Outcome)> = outcomes
        .iter()
        .filter(|(_, outcome)| *outcome != Outcome::Passed)
        .collect();
    let passed = checks.len() - open.len();
    let summary = format!("{passed} of {} passed", words::count(checks.len(), "check"));
    if open.is_empty() {
        return Some(GateAnswer::met(GateKind::Checks, summary));
    }
    let words: Vec<String> = open
        .iter()
        .map(|(check, outcome)| said(check, *outcome))
        .collect();
    let remedies: Vec<String> = open
        .iter()
        .map(|(check, outcome)| remedy(check, *outcome, build))
        .collect();
    let words = format!("{summary}: {}", words::all_of(&words));
    let failed = open
        .iter()
        .any(|(_, outcome)| matches!(outcome, Outcome::Ended(_)));
    Some(if failed {
        GateAnswer::refused(GateKind::Checks, words, remedies.join("; "))
    } else {
        GateAnswer::waiting(GateKind::Checks, words, remedies.join("; "))
    })
}

/// The newest run of this build decides, by its newest try.
fn outcome(check: &Check, situation: &Situation<'_>, build: &BuildFacts) -> Outcome {
    let newest = situation
        .checks
        .iter()
        .filter(|facts| facts.check == *check)
        .flat_map(|facts| &facts.runs)
        .filter(|run| run.source == check.source && run.source != LOCAL_RUNNER)
        .filter(|run| run.known.is_proven() && is_of(run, build))
        .max_by_key(|run| (run.started_at, &run.run));
    let Some(run) = newest else {
        return Outcome::NotRun;
    };
    match run.status {
        // Nothing that an older try left counts; the newest has not come to it.
        None => Outcome::NotRun,
        Some(_) if run.attempt < run.newest_attempt => Outcome::NotRun,
        Some(Status::Succeeded) => Outcome::Passed,
        Some(status) if status.is_terminal() => Outcome::Ended(status),
        Some(status) => Outcome::Going(status),
    }
}

/// Whether a run was of these very bytes, made of this very revision. One that does not say which bytes it ran on is,
/// if it made the build, or if no other build was made of its revision. What is merely claimed of the build does not count
/// for it, but against it.
fn is_of(run: &CheckRun, build: &BuildFacts) -> bool {
    let commit = build.revision.as_ref().map(|revision| &revision.commit);
    let same_revision = match (&run.commit, commit) {
        (Some(ran), Some(made)) => Some(ran == made),
        (None, _) | (_, None) => None,
    };
    let made_it = build.run.as_ref() == Some(&run.run) && build.origin.run.is_proven();
    let of_revision = same_revision == Some(true)
        && build.origin.commit.is_proven()
        && build.only_one_of_revision;
    let same_bytes = run
        .digest
        .map_or(made_it || of_revision, |digest| digest == build.digest);
    same_bytes && same_revision != Some(false)
}

fn said(check: &Check, outcome: Outcome) -> String {
    let name = &check.name;
    match outcome {
        Outcome::Passed => format!("{name} passed"),
        Outcome::Ended(status) => format!("{name} {}", status.word()),
        Outcome::Going(status) => format!("{name} is {}", status.word()),
        Outcome::NotRun => format!("{name} has not run"),
    }
}

fn remedy(check: &Check, outcome: Outcome, build: &BuildFacts) -> String {
    let place = match &check.step {
        Some(step) => format!("{} {}, {step}", check.source, check.pipeline),
        None => format!("{} {}", check.source, check.pipeline),
    };
    let of = match &build.revision {
        Some(revision) => format!(" for {}", revision.short_commit()),
        None => String::new(),
    };
    let name = &check.name;
    match outcome {
        Outcome::Passed => String::new(),
        Outcome::Ended(_) => format!("run {name} again{of} ({place})"),
        Outcome::Going(_) => format!("wait for {name} ({place})"),
        Outcome::NotRun if !is_provable(build) => format!(
            "register the build by a job that proves its run or commit: both are only claimed, so that no run of {name} counts for it"
        ),
        Outcome::NotRun => format!("run {name}{of} ({place})"),
    }
}

/// Whether a run can count for a build that does not name its bytes.
fn is_provable(build: &BuildFacts) -> bool {
    build.origin.run.is_proven() || build.origin.commit.is_proven()
}
