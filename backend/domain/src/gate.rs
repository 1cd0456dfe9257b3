//! Gates: conditions on a step of a path, and how each of them stands.

mod age;
mod answer;
mod approvals;
mod checks;
mod findings;
mod freezes;
mod holds;
mod install;
mod kind;
mod soak;

use jiff::Timestamp;

use crate::{
    actor::Actor,
    promotion::{self, Approval, Bypass, Promotion, PromotionKind, Situation},
};

pub use answer::{GateAnswer, Standing};
pub use kind::{GateKind, UnknownGate};

/// On whose behalf the gates are asked.
pub(crate) struct Asked<'a> {
    /// Who asks for the promotion; `None` while nobody does.
    pub(crate) by: Option<&'a Actor>,
    pub(crate) kind: PromotionKind,
    pub(crate) bypass: Option<&'a Bypass>,
    pub(crate) approvals: &'a [Approval],
}

/// How the gates of the step that enters `situation.to` stand: for the open promotion, if it is of this build, else for
/// somebody who would ask for one now. Empty without a step or a build.
pub fn evaluate(situation: &Situation<'_>, now: Timestamp) -> Vec<GateAnswer> {
    let open = situation.open.as_ref().filter(|open| {
        situation
            .build
            .as_ref()
            .is_some_and(|build| build.id == open.build && build.digest == open.digest)
    });
    if let Some(open) = open {
        return of_promotion(situation, open, now);
    }
    let asked = Asked {
        by: None,
        kind: PromotionKind::Forward,
        bypass: None,
        approvals: &[],
    };
    answers(situation, &asked, now)
}

/// How the gates stand for `promotion`.
pub(crate) fn of_promotion(
    situation: &Situation<'_>,
    promotion: &Promotion,
    now: Timestamp,
) -> Vec<GateAnswer> {
    let bypass = promotion.bypass.as_ref();
    let counts = situation.step().is_some_and(|step| {
        promotion.requested_by.is_a_person()
            && promotion::is_fresh(promotion.requested_at, step, now)
            && situation.may_still_bypass(&promotion.requested_by)
    });
    let asked = Asked {
        by: Some(&promotion.requested_by),
        kind: promotion.kind,
        bypass: bypass.filter(|_| counts),
        approvals: &promotion.approvals,
    };
    let mut answers = answers(situation, &asked, now);
    if let Some(lapsed) = bypass.filter(|_| !counts) {
        let missed = |answer: &&mut GateAnswer| {
            lapsed.gates.contains(&answer.gate) && !answer.standing.lets_through()
        };
        for answer in answers.iter_mut().filter(missed) {
            answer.words.push_str(" (the bypass no longer counts)");
        }
    }
    answers
}

pub(crate) fn answers(
    situation: &Situation<'_>,
    asked: &Asked<'_>,
    now: Timestamp,
) -> Vec<GateAnswer> {
    let (Some(step), Some(build)) = (situation.step(), situation.build.as_ref()) else {
        return Vec::new();
    };
    let rollback = asked.kind == PromotionKind::Rollback;
    GateKind::ALL
        .into_iter()
        .filter(|gate| step.asks(*gate, rollback))
        .flat_map(|gate| match gate {
            GateKind::Checks => checks::answer(&step.gates.checks, situation, build)
                .into_iter()
                .collect(),
            GateKind::Soak => soak::answer(step.gates.soak, situation, now)
                .into_iter()
                .collect(),
            GateKind::Approvals => approvals::answers(step, situation, asked, build, now),
            GateKind::Freeze => freezes::answer(&step.gates.freezes, now)
                .into_iter()
                .collect(),
            GateKind::Age => age::answer(step.gates.max_age, build, now)
                .into_iter()
                .collect(),
            GateKind::Findings => findings::answer(step.gates.findings, situation.findings)
                .into_iter()
                .collect(),
            GateKind::Install => {
                install::answer(step.gates.install.as_ref(), &situation.install, rollback)
                    .into_iter()
                    .collect()
            }
            GateKind::Hold => vec![holds::answer(situation, asked.kind)],
        })
        .map(|answer| past(answer, asked.bypass))
        .collect()
}

/// The answer, after somebody has gone past the gate, where it did not let through.
fn past(answer: GateAnswer, bypass: Option<&Bypass>) -> GateAnswer {
    let named = bypass.is_some_and(|bypass| bypass.gates.contains(&answer.gate));
    if !named || answer.standing.lets_through() || !answer.gate.can_be_bypassed() {
        return answer;
    }
    GateAnswer {
        standing: Standing::Bypassed,
        words: format!("{} (bypassed)", answer.words),
        remedy: None,
        until: None,
        ..answer
    }
}
