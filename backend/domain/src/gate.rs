//! Gates: conditions on a step of a path, and how each of them stands.

mod age;
mod approvals;
mod checks;
mod findings;
mod freezes;
mod holds;
mod soak;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    actor::Actor,
    promotion::{self, Approval, Bypass, Promotion, PromotionKind, Situation},
};

/// What a gate asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum GateKind {
    /// Runs or steps that must have succeeded.
    Checks,
    /// Time in the environment before.
    Soak,
    /// People who must agree.
    Approvals,
    /// A freeze window.
    Freeze,
    /// The build's age.
    Age,
    /// A hold on the environment or the build.
    Hold,
    /// Findings of a scan.
    Findings,
}

/// How one gate stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GateAnswer {
    /// What it asks about.
    pub gate: GateKind,
    /// How it stands.
    pub standing: Standing,
    /// For people, in a few words: `2 of 2 checks passed`, `soak 1 h 40 min left`, `needs 1 approval from release-managers`.
    pub words: String,
    /// What would lift it, where it is not met: `wait until …`, `ask someone of release-managers to approve`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// When it will be met by time alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Whom the words name; no record keeps it.
    #[serde(skip)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub by: Option<Box<Actor>>,
}

/// How a gate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It holds.
    Met,
    /// It does not hold yet, and may later.
    Waiting,
    /// It does not hold and will not by waiting.
    Refused,
    /// It does not hold, and somebody went past it with a reason.
    Bypassed,
}

impl Standing {
    /// Whether a promotion may go on past it.
    pub fn lets_through(self) -> bool {
        match self {
            Self::Met | Self::Bypassed => true,
            Self::Waiting | Self::Refused => false,
        }
    }
}

impl GateKind {
    /// Every kind, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::Checks,
        Self::Soak,
        Self::Approvals,
        Self::Freeze,
        Self::Age,
        Self::Findings,
        Self::Hold,
    ];

    /// The word that people read and write.
    pub fn word(self) -> &'static str {
        match self {
            Self::Checks => "checks",
            Self::Soak => "soak",
            Self::Approvals => "approvals",
            Self::Freeze => "freeze",
            Self::Age => "age",
            Self::Hold => "hold",
            Self::Findings => "findings",
        }
    }

    /// Whether `towpath.toml` may ask for it. A gate that nothing could open must not be configurable, and no scan report is
    /// read yet.
    pub fn can_be_configured(self) -> bool {
        match self {
            Self::Checks | Self::Soak | Self::Approvals | Self::Freeze | Self::Age | Self::Hold => {
                true
            }
            Self::Findings => false,
        }
    }

    /// Whether somebody with the right to may go past it. A hold is lifted, and a withdrawn build restored, by whoever
    /// may; nobody goes past either.
    pub fn can_be_bypassed(self) -> bool {
        match self {
            Self::Checks
            | Self::Soak
            | Self::Approvals
            | Self::Freeze
            | Self::Age
            | Self::Findings => true,
            Self::Hold => false,
        }
    }
}

/// A text that names no gate.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "{0:?} is not a gate: it is one of checks, soak, approvals, freeze, age, findings and hold"
)]
pub struct UnknownGate(String);

impl std::str::FromStr for GateKind {
    type Err = UnknownGate;

    fn from_str(text: &str) -> Result<Self, UnknownGate> {
        Self::ALL
            .into_iter()
            .find(|gate| gate.word() == text)
            .ok_or_else(|| UnknownGate(text.chars().take(40).collect()))
    }
}

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

impl GateAnswer {
    fn met(gate: GateKind, words: impl Into<String>) -> Self {
        Self {
            gate,
            standing: Standing::Met,
            words: words.into(),
            remedy: None,
            until: None,
            by: None,
        }
    }

    fn waiting(gate: GateKind, words: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            gate,
            standing: Standing::Waiting,
            words: words.into(),
            remedy: Some(remedy.into()),
            until: None,
            by: None,
        }
    }

    fn refused(gate: GateKind, words: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            standing: Standing::Refused,
            ..Self::waiting(gate, words, remedy)
        }
    }

    fn until(self, until: Option<Timestamp>) -> Self {
        Self { until, ..self }
    }

    /// The same, whose words name somebody.
    fn naming(self, by: &Actor) -> Self {
        Self {
            by: Some(Box::new(by.clone())),
            ..self
        }
    }
}
