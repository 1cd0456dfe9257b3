//! Which gates a step may ask for, and which a rollback must pass.

use std::ops::Range;

use domain::gate::GateKind;

use crate::{document::Document, names::suggest, reader::Entries};

/// A gate that files of earlier versions may ask for, and that nothing could open.
pub(super) fn refuse_findings(document: &Document<'_>, findings: Option<Range<usize>>) {
    if let Some(span) = findings {
        document.problem(
            span,
            "\"findings\" would keep every build out: Towpath reads no scan reports yet, so that nothing could open this gate",
            "remove it, let a pipeline that scans the build fail on what it finds, and ask for that: checks = \
             [{ name = \"scan\", source = \"codepipeline\", pipeline = \"wallet-scan\" }]",
        );
    }
}

/// The words of the gates that a step can ask for.
pub(super) fn words() -> Vec<&'static str> {
    let gates = GateKind::ALL.into_iter();
    let gates = gates.filter(|gate| gate.can_be_configured());
    gates.map(GateKind::word).collect()
}

/// The gates that a rollback must pass; `None` for the same as on the way forward. No gate at all is a list that somebody may
/// mean: a hold stops a rollback all the same.
pub(super) fn of_rollback(
    document: &Document<'_>,
    gates: &impl Entries<String>,
) -> Option<Vec<GateKind>> {
    let mut known = Vec::new();
    for text in gates.texts()? {
        match text.value.parse::<GateKind>() {
            Ok(gate) if gate.can_be_configured() => known.push(gate),
            Ok(gate) => document.problem(
                text.span,
                format!("no step can ask for \"{}\"", gate.word()),
                "remove it from rollback_gates",
            ),
            Err(_) => document.problem(
                text.span,
                format!("unknown gate \"{}\"", text.value),
                suggest(&text.value, &words()),
            ),
        }
    }
    Some(known)
}
