//! Builds on their way: steps, promotions in every state, holds.

use domain::{
    actor::Actor,
    digest::Digest,
    gate::{GateAnswer, GateKind, Standing},
    hold::{Held, Hold},
    id::PromotionId,
    promotion::{
        Approval, Bypass, Copied, LastError, Promotion, PromotionKind, Refusal, RefusalKind,
        RequestField, State,
    },
    view::{
        BuildOptions, BuildView, CanApprove, HoldView, HoldsView, MayAnswer, PromotionBrief,
        PromotionView, PromotionsView, StepOption, WithdrawnBuild,
    },
};

use super::{app, at, before, builds, environment, now, person, run_id};

pub(crate) fn id(number: u64) -> PromotionId {
    format!("01JD7P{number:020}").parse().unwrap()
}

pub(crate) fn ada() -> Actor {
    person("ada@example.com", Vec::new())
}

fn grace() -> Actor {
    person("grace@example.com", Vec::new())
}

fn gate(gate: GateKind, standing: Standing, words: &str, remedy: Option<&str>) -> GateAnswer {
    GateAnswer {
        gate,
        standing,
        words: words.into(),
        remedy: remedy.map(str::to_owned),
        until: None,
        by: None,
    }
}

/// Some met, some that wait.
pub(crate) fn gates() -> Vec<GateAnswer> {
    vec![
        gate(
            GateKind::Checks,
            Standing::Met,
            "2 of 2 checks passed",
            None,
        ),
        gate(
            GateKind::Soak,
            Standing::Waiting,
            "soak 1 h 40 min left",
            Some("wait until 2026-11-21 11:10 UTC"),
        ),
        gate(
            GateKind::Approvals,
            Standing::Waiting,
            "needs 1 approval from release-managers",
            Some("ask someone of release-managers to approve"),
        ),
        gate(GateKind::Hold, Standing::Met, "no hold", None),
    ]
}

/// One closed and one gone past.
fn hard_gates() -> Vec<GateAnswer> {
    vec![
        gate(
            GateKind::Checks,
            Standing::Refused,
            "0 of 1 checks passed: end to end failed",
            Some("run it again for this build"),
        ),
        gate(
            GateKind::Soak,
            Standing::Bypassed,
            "soak 1 h 40 min left (bypassed)",
            None,
        ),
    ]
}

fn step(place: &str) -> StepOption {
    StepOption {
        environment: environment(place),
        released_at: None,
        current: false,
        serves: true,
        way: Some(PromotionKind::Forward),
        gates: Vec::new(),
        refusals: Vec::new(),
        may_bypass: Vec::new(),
        open: None,
    }
}

fn not_next() -> Refusal {
    Refusal {
        kind: RefusalKind::NotNext,
        field: Some(RequestField::To),
        what: "prod is not next for this build".into(),
        remedy: "promote it to preprod first".into(),
        by: None,
    }
}

fn here(place: &str, seconds: i64) -> StepOption {
    StepOption {
        released_at: Some(before(seconds)),
        current: true,
        way: None,
        ..step(place)
    }
}

fn options(steps: Vec<StepOption>) -> BuildOptions {
    BuildOptions {
        steps,
        promotions: vec![PromotionBrief::of(&promotion(7, State::Expired))],
        may_withdraw: true,
    }
}

/// A build that may be asked for in preprod, and has to wait there.
pub(crate) fn ready() -> BuildView {
    let preprod = StepOption {
        gates: gates(),
        may_bypass: vec![GateKind::Soak, GateKind::Approvals],
        ..step("preprod")
    };
    let prod = StepOption {
        refusals: vec![not_next()],
        ..step("prod")
    };
    BuildView {
        options: options(vec![here("dev", 10_900), preprod, prod]),
        ..builds::view(builds::build(812))
    }
}

/// A build that goes nowhere now: a freeze, a failed check, no right; and it could go back to dev.
pub(crate) fn refused() -> BuildView {
    let refusal = |kind, what: &str, remedy: &str| Refusal {
        kind,
        field: None,
        what: what.into(),
        remedy: remedy.into(),
        by: None,
    };
    let prod = StepOption {
        gates: hard_gates(),
        refusals: vec![
            refusal(
                RefusalKind::Forbidden,
                "you may not promote to prod",
                "ask a release manager",
            ),
            refusal(
                RefusalKind::Freeze,
                "prod is frozen for the weekend",
                "wait until Monday 08:00 Europe/Berlin",
            ),
            refusal(
                RefusalKind::Gate,
                "0 of 1 checks passed: end to end failed",
                "run it again for this build",
            ),
        ],
        open: Some(PromotionBrief::of(&promotion(9, State::Running))),
        ..step("prod")
    };
    let dev = StepOption {
        released_at: Some(before(90_000)),
        way: Some(PromotionKind::Rollback),
        ..step("dev")
    };
    BuildView {
        options: options(vec![dev, here("preprod", 7_000), prod]),
        ..builds::view(builds::build(811))
    }
}

/// A build that was taken back.
pub(crate) fn withdrawn() -> BuildView {
    BuildView {
        withdrawn: Some(withdrawal(812)),
        instead: vec![builds::release(&builds::build(811), "dev", 96_000)],
        ..ready()
    }
}

/// One that was restored while preprod was held.
pub(crate) fn restored() -> BuildView {
    BuildView {
        held_in: vec![environment("preprod").id],
        ..ready()
    }
}

pub(crate) fn withdrawal(number: u64) -> Hold {
    Hold {
        on: Held::Build {
            app: app("journal").id,
            build: builds::build_id(number),
        },
        reason: "it forgets the mock location when the phone restarts".into(),
        by: grace(),
        since: before(1_300),
    }
}

pub(crate) fn withdrawn_build() -> WithdrawnBuild {
    WithdrawnBuild {
        build: builds::build_id(813),
        number: 813,
        version: Some("8.0.11".into()),
        hold: withdrawal(813),
    }
}

pub(crate) fn promotion(number: u64, state: State) -> Promotion {
    let build = builds::build(800 + number);
    Promotion {
        id: id(number),
        app: build.app.clone(),
        build: build.id.clone(),
        number: build.number,
        version: build.version.clone(),
        digest: Digest::of(b"the bytes of the build"),
        to: environment("prod").id,
        kind: PromotionKind::Forward,
        requested_by: ada(),
        requested_at: before(7_300),
        reason: "the mock location fix for the field test".into(),
        expires_at: at("2026-11-24T07:28:20Z"),
        bypass: None,
        withdraw: None,
        withdraw_from: Vec::new(),
        approvals: Vec::new(),
        gates: gates(),
        state,
        since: before(400),
        run: None,
        last_error: None,
        copied: None,
    }
}

pub(crate) fn open() -> PromotionsView {
    PromotionsView {
        waiting_for_you: vec![promotion(12, State::Waiting)],
        others: vec![promotion(11, State::Running), promotion(10, State::Waiting)],
        as_of: now(),
    }
}

pub(crate) fn recent() -> Vec<PromotionBrief> {
    let rejected = State::Rejected {
        by: grace(),
        why: "wait for the translation".into(),
    };
    let failed = State::Failed {
        why: "the run journal-prod failed".into(),
    };
    [
        (9, State::Succeeded),
        (8, rejected),
        (7, State::Expired),
        (6, failed),
    ]
    .map(|(number, state)| PromotionBrief::of(&promotion(number, state)))
    .to_vec()
}

fn view(promotion: Promotion, may: MayAnswer) -> PromotionView {
    PromotionView {
        app: app("journal"),
        environment: environment("prod"),
        promotion,
        asked: vec!["release-managers".into()],
        approvers: CanApprove {
            names: vec!["hedy@example.com".into(), "joan@example.com".into()],
            others: 3,
        },
        cannot_approve: None,
        held: None,
        may,
        as_of: now(),
    }
}

fn approval() -> Approval {
    Approval {
        by: grace(),
        groups: vec!["release-managers".into()],
        digest: Digest::of(b"the bytes of the build"),
        at: before(3_000),
        comment: Some("Tried it on the Pixel.\nGood.".into()),
    }
}

/// One that waits for the viewer.
pub(crate) fn waiting() -> PromotionView {
    let promotion = Promotion {
        approvals: vec![approval()],
        ..promotion(12, State::Waiting)
    };
    let may = MayAnswer {
        approve: true,
        reject: true,
        cancel: true,
        abandon: false,
    };
    view(promotion, may)
}

/// One whose files are being copied to another bucket.
pub(crate) fn copying() -> PromotionView {
    let promotion = Promotion {
        copied: Some(Copied {
            bytes: 512 << 20,
            of: 1 << 30,
            at: at("2026-11-21T09:20:00Z"),
        }),
        ..promotion(12, State::Starting)
    };
    view(promotion, MayAnswer::default())
}

/// One whose target does not answer, for someone who may end it.
pub(crate) fn stuck() -> PromotionView {
    let promotion = Promotion {
        last_error: Some(LastError {
            at: at("2026-11-21T09:20:00Z"),
            message: "reading an object failed: dispatch failure".to_owned(),
        }),
        ..promotion(12, State::Starting)
    };
    let may = MayAnswer {
        abandon: true,
        ..MayAnswer::default()
    };
    view(promotion, may)
}

/// One whose pipeline is at work, while somebody holds its environment.
pub(crate) fn held() -> PromotionView {
    let hold = Hold {
        on: Held::Environment {
            environment: environment("prod").id,
            app: None,
        },
        reason: "payments fail".to_owned(),
        by: grace(),
        since: before(120),
    };
    PromotionView {
        held: Some(hold),
        ..view(promotion(12, State::Running), MayAnswer::default())
    }
}

/// One that went past gates and failed.
pub(crate) fn failed() -> PromotionView {
    let state = State::Failed {
        why: "the run of journal-prod failed: look at its page, then ask again".into(),
    };
    let promotion = Promotion {
        approvals: vec![approval()],
        gates: hard_gates(),
        bypass: Some(Bypass {
            gates: vec![GateKind::Soak],
            reason: "logins fail in production".into(),
        }),
        run: Some(run_id("journal-prod", 51)),
        ..promotion(12, state)
    };
    view(promotion, MayAnswer::default())
}

/// Back to an earlier build, done.
pub(crate) fn back() -> PromotionView {
    let promotion = Promotion {
        kind: PromotionKind::Rollback,
        withdraw: Some(builds::build_id(812)),
        gates: Vec::new(),
        ..promotion(6, State::Succeeded)
    };
    view(promotion, MayAnswer::default())
}

pub(crate) fn holds() -> HoldsView {
    let held = |on, reason: &str, seconds, may_lift| HoldView {
        hold: Hold {
            on,
            reason: reason.into(),
            by: ada(),
            since: before(seconds),
        },
        may_lift,
    };
    let prod = environment("prod").id;
    let everything = Held::Environment {
        environment: prod.clone(),
        app: None,
    };
    let automatic = Held::Automatic {
        app: app("journal").id,
        environment: environment("preprod").id,
    };
    HoldsView {
        holds: vec![
            held(everything, "the payment provider is down", 600, true),
            held(automatic, "rolled back to build 806", 90_000, false),
        ],
        as_of: now(),
    }
}

pub(crate) fn no_holds() -> HoldsView {
    HoldsView {
        holds: Vec::new(),
        as_of: now(),
    }
}

pub(crate) fn nothing_open() -> PromotionsView {
    PromotionsView {
        waiting_for_you: Vec::new(),
        others: Vec::new(),
        as_of: now(),
    }
}
