//! What a scan found.

use super::{GateAnswer, GateKind};
use crate::{path::FindingsLimit, promotion::Findings, words};

/// Without a scan nothing is known of the build, so the gate is closed, and waiting does not open it.
pub(super) fn answer(limit: Option<FindingsLimit>, found: Option<Findings>) -> Option<GateAnswer> {
    let limit = limit?;
    let Some(found) = found else {
        return Some(GateAnswer::refused(
            GateKind::Findings,
            "no scan of it is known",
            "remove findings from this step in towpath.toml: no scan report is read yet",
        ));
    };
    let severities = [
        ("critical", found.critical, limit.critical),
        ("high", found.high, limit.high),
    ];
    let limited: Vec<(&str, u32, u32)> = severities
        .into_iter()
        .filter_map(|(severity, number, most)| Some((severity, number, most?)))
        .collect();
    let words: Vec<String> = limited
        .iter()
        .map(|(severity, number, most)| format!("{number} {severity}, {most} allowed"))
        .collect();
    let words = format!("findings: {}", words::all_of(&words));
    Some(if limited.iter().all(|(_, number, most)| number <= most) {
        GateAnswer::met(GateKind::Findings, words)
    } else {
        GateAnswer::refused(
            GateKind::Findings,
            words,
            "correct what the scan found, and promote the build that has it corrected",
        )
    })
}
