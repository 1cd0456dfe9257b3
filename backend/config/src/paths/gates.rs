//! What has to hold before a build enters an environment.

use domain::{
    gate::GateKind,
    id::StepId,
    path::{ApprovalRule, Check, Gates},
    source::Source,
};

use super::{duration, freezes};
use crate::{
    names::suggest,
    reader::{Document, Section, Text},
    values::{for_people, known},
};

pub(crate) const CHECK_KEYS: [&str; 4] = ["name", "source", "pipeline", "step"];
pub(crate) const APPROVAL_KEYS: [&str; 2] = ["count", "groups"];
/// A gate that files of earlier versions may ask for, and that nothing could open.
pub(crate) const FINDINGS: &str = "findings";

const CHECK_EXAMPLE: &str =
    "{ name = \"end to end\", source = \"codepipeline\", pipeline = \"wallet-e2e\" }";
const APPROVAL_EXAMPLE: &str = "{ count = 2, groups = [\"release-managers\"] }";
const SCAN_EXAMPLE: &str =
    "{ name = \"scan\", source = \"codepipeline\", pipeline = \"wallet-scan\" }";

/// More approvals than this nobody gathers.
const MOST_APPROVALS: u32 = 20;
/// A promotion keeps what each gate asked for and how it stands, in one item of the table. With these, and a comment of a
/// thousand characters for each approval, it takes less than half of what one may hold.
pub(crate) const MOST_CHECKS: usize = 50;
pub(crate) const MOST_RULES: usize = 5;
pub(crate) const MOST_GROUPS: usize = 20;
pub(crate) const MOST_FREEZES: usize = 100;

pub(super) fn gates(document: &Document<'_>, step: &Section<'_, '_>) -> Gates {
    refuse_findings(step);
    for (key, most) in [
        ("checks", MOST_CHECKS),
        ("approvals", MOST_RULES),
        ("freezes", MOST_FREEZES),
    ] {
        step.at_most(key, most);
    }
    Gates {
        checks: checks(document, step),
        soak: duration::optional(document, step, "soak", "2h"),
        approvals: approvals(document, step),
        freezes: freezes::entries(document, step),
        max_age: duration::optional(document, step, "max_age", "30d"),
        findings: None,
    }
}

fn checks(document: &Document<'_>, step: &Section<'_, '_>) -> Vec<Check> {
    let mut checks: Vec<Check> = Vec::new();
    for (table, span) in step.list("checks", CHECK_EXAMPLE) {
        let section = Section::open(document, "an entry of checks", table, span, &CHECK_KEYS);
        let Some(check) = check(document, &section) else {
            continue;
        };
        if checks.iter().any(|other| other.name == check.name) {
            section.problem(
                "name",
                format!("a second check \"{}\"", check.name),
                "give it another name, or remove it",
            );
        }
        checks.push(check);
    }
    checks
}

fn check(document: &Document<'_>, section: &Section<'_, '_>) -> Option<Check> {
    let name = section
        .required("name", "end to end")
        .and_then(|text| for_people(document, &text, 60));
    let source = section
        .required("source", "codepipeline")
        .and_then(|text| source(document, text));
    let pipeline = section
        .required("pipeline", "wallet-e2e")
        .and_then(|text| for_people(document, &text, 100));
    let step = section.optional("step", "Test/e2e");
    if let Some(text) = step.as_ref().filter(|text| !is_step(&text.value)) {
        document.problem(
            text.span.clone(),
            format!("\"{}\" is not a step", text.value),
            "write a stage, or a stage and an action, such as \"Test/e2e\"",
        );
    }
    Some(Check {
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

fn approvals(document: &Document<'_>, step: &Section<'_, '_>) -> Vec<ApprovalRule> {
    step.list("approvals", APPROVAL_EXAMPLE)
        .into_iter()
        .filter_map(|(table, span)| {
            let name = "an entry of approvals";
            let section = Section::open(document, name, table, span, &APPROVAL_KEYS);
            let count = if section.has("count") {
                section.number("count", 1, MOST_APPROVALS)
            } else {
                Some(1)
            };
            section.at_most("groups", MOST_GROUPS);
            let groups = section
                .required_texts("groups", "release-managers")
                .map(|groups| self::groups(document, groups));
            Some(ApprovalRule {
                count: count?,
                groups: groups?,
            })
        })
        .collect()
}

fn groups(document: &Document<'_>, texts: Vec<Text>) -> Vec<String> {
    let mut groups: Vec<String> = Vec::new();
    for text in texts {
        let trimmed = text.value.trim();
        if trimmed.is_empty() || trimmed != text.value || text.value.chars().count() > 200 {
            document.problem(
                text.span,
                "not the name of a group",
                "write the name as your issuer does: 1 to 200 characters, without spaces around it",
            );
        } else if groups.contains(&text.value) {
            document.problem(
                text.span,
                format!("the group \"{}\" stands here twice", text.value),
                "remove one of the two",
            );
        } else {
            groups.push(text.value);
        }
    }
    groups
}

fn refuse_findings(step: &Section<'_, '_>) {
    if step.has(FINDINGS) {
        step.problem(
            FINDINGS,
            "\"findings\" would keep every build out: Towpath reads no scan reports yet, so that nothing could open this gate",
            format!(
                "remove it, let a pipeline that scans the build fail on what it finds, and ask for that: checks = \
                 [{SCAN_EXAMPLE}]"
            ),
        );
    }
}

/// The gates that a rollback must pass; `None` for the same as on the way forward.
pub(super) fn of_rollback(
    document: &Document<'_>,
    step: &Section<'_, '_>,
) -> Option<Vec<GateKind>> {
    // No gate at all is a list that somebody may mean: a hold stops a rollback all the same.
    if step.is_empty_list("rollback_gates") {
        return Some(Vec::new());
    }
    let known = GateKind::ALL.into_iter();
    let known = known.filter(|gate| gate.can_be_configured());
    let words: Vec<&str> = known.map(GateKind::word).collect();
    let texts = step.texts("rollback_gates", "approvals")?;
    let mut gates = Vec::new();
    for text in texts {
        match text.value.parse::<GateKind>() {
            Ok(gate) if gate.can_be_configured() => gates.push(gate),
            Ok(gate) => document.problem(
                text.span,
                format!("no step can ask for \"{}\"", gate.word()),
                "remove it from rollback_gates",
            ),
            Err(_) => document.problem(
                text.span,
                format!("unknown gate \"{}\"", text.value),
                suggest(&text.value, &words),
            ),
        }
    }
    Some(gates)
}
