//! The way that a build takes, drawn: every environment on its level, and a gate before each.

use domain::{
    Timestamp,
    build::Build,
    gate::Standing,
    promotion::{PromotionKind, RefusalKind},
    status::Status,
    view::StepOption,
    words::sentence,
};
use leptos::prelude::*;

use crate::{
    components::{environment, gates, promotions, status, time},
    links,
};

/// Pixels of a chamber's picture, and of the lowest and the highest water in it.
const HEIGHT: usize = 64;
const LOW: usize = 16;
const HIGH: usize = 40;

/// How a step stands for a build.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lock {
    /// The environment serves the build.
    Here,
    /// It served it before.
    Before,
    /// The build may go in now.
    Open,
    /// It may be asked for, and waits for its gates then.
    Waits,
    /// It is on its way in.
    OnTheWay,
    /// Something is in the way that waiting does not lift.
    Closed,
    /// Other environments come first.
    Later,
}

impl Lock {
    pub(super) fn of(step: &StepOption, build: &Build) -> Self {
        let kinds = || step.refusals.iter().map(|refusal| refusal.kind);
        let own = step
            .open
            .as_ref()
            .is_some_and(|open| open.build == build.id);
        if step.current {
            Self::Here
        } else if own {
            Self::OnTheWay
        } else if step.way == Some(PromotionKind::Rollback) {
            Self::Before
        } else if kinds().any(|kind| kind == RefusalKind::NotNext) {
            Self::Later
        } else if kinds().any(|kind| kind != RefusalKind::Forbidden) {
            Self::Closed
        } else if step.gates.iter().all(|gate| gate.standing.lets_through()) {
            Self::Open
        } else {
            Self::Waits
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Here => "here now",
            Self::Before => "was here",
            Self::Open => "next: gates open",
            Self::Waits => "next: has to wait",
            Self::OnTheWay => "on its way",
            Self::Closed => "closed",
            Self::Later => "later",
        }
    }

    fn like(self) -> Status {
        match self {
            Self::Here => Status::Succeeded,
            Self::Before | Self::Later => Status::Queued,
            Self::Open | Self::OnTheWay => Status::Running,
            Self::Waits => Status::Waiting,
            Self::Closed => Status::Failed,
        }
    }

    /// Whether a boat could go through the gate before this chamber.
    fn lets_in(self) -> bool {
        match self {
            Self::Here | Self::Before | Self::Open => true,
            Self::Waits | Self::OnTheWay | Self::Closed | Self::Later => false,
        }
    }
}

/// The whole way.
pub(super) fn path(build: &Build, steps: &[StepOption], as_of: Timestamp) -> AnyView {
    let items = steps
        .iter()
        .enumerate()
        .map(|(place, step)| {
            let lock = Lock::of(step, build);
            let picture = picture(place, steps.len(), lock);
            chamber(build, step, lock, picture, as_of)
        })
        .collect_view();
    view! { <ol class="path">{items}</ol> }.into_any()
}

fn chamber(
    build: &Build,
    step: &StepOption,
    lock: Lock,
    picture: AnyView,
    as_of: Timestamp,
) -> AnyView {
    let released = step
        .released_at
        .map(|at| view! { <p class="facts"><span>"released "{time::ago(at, as_of)}</span></p> });
    let asks = matches!(
        lock,
        Lock::Open | Lock::Waits | Lock::OnTheWay | Lock::Closed | Lock::Later
    );
    view! {
        <li data-status=lock.like().word()>
            {picture}
            <div class="chamber">
                <h3><a href=links::tester(&build.app, &step.environment.id)>{environment::name(&step.environment)}</a></h3>
                {mark(lock)}
                {released}
                {on_the_way(build, step)}
                {asks.then(|| gates::list(&step.gates))}
                {refusals(step, lock)}
            </div>
        </li>
    }
    .into_any()
}

fn mark(lock: Lock) -> AnyView {
    match lock {
        // Nothing moves yet, so that the shape of what runs would say too much.
        Lock::Open => status::mark(Status::Skipped, lock.word()),
        other => status::mark(other.like(), other.word()),
    }
}

fn on_the_way(build: &Build, step: &StepOption) -> Option<AnyView> {
    let open = step.open.as_ref()?;
    let other =
        (open.build != build.id).then(|| format!("Build {} is on its way here", open.number));
    let words = other.unwrap_or_else(|| "To the promotion".to_owned());
    let line = view! {
        <p class="on-the-way">{promotions::badge(&open.state)} " " <a href=links::promotion(&open.id)>{words}</a></p>
    };
    Some(line.into_any())
}

/// What is in the way and no gate has said already.
fn refusals(step: &StepOption, lock: Lock) -> Option<AnyView> {
    let told = |words: &str| {
        let mut gates = step.gates.iter();
        gates.any(|gate| gate.words == words && gate.standing != Standing::Met)
    };
    let items: Vec<AnyView> = step
        .refusals
        .iter()
        .filter(|refusal| !told(&refusal.what) && lock != Lock::Before)
        .map(|refusal| {
            view! { <li>{sentence(&refusal.what)} <small>{sentence(&refusal.remedy)}</small></li> }
                .into_any()
        })
        .collect();
    if items.is_empty() {
        return None;
    }
    Some(view! { <ul class="refusals" aria-label="In the way">{items}</ul> }.into_any())
}

/// The chamber from the side: the ground, its water, the gate on its left, and the boat if it lies there. In pixels, so
/// that it fits every width. What it shows is said in words beside it.
fn picture(place: usize, chambers: usize, lock: Lock) -> AnyView {
    let level = |place: usize| LOW + (HIGH - LOW) * place / chambers.saturating_sub(1).max(1);
    let depth = level(place);
    let gate = (place > 0).then(|| gate(HEIGHT - depth, lock));
    let boat = (lock == Lock::Here).then(|| boat(HEIGHT - depth));
    view! {
        <svg class="water" width="100%" height=HEIGHT aria-hidden="true">
            <rect class="wet" y=HEIGHT - depth width="100%" height=depth />
            {gate}
            {boat}
        </svg>
    }
    .into_any()
}

/// A gate that is shut stands up out of the water; one that is open lies below.
fn gate(surface: usize, lock: Lock) -> AnyView {
    let top = surface - 10;
    if lock.lets_in() {
        return view! { <path class="gate open" d=format!("M3 {HEIGHT}V{}M3 {top}h14", HEIGHT - 8) /> }.into_any();
    }
    let cross = (lock == Lock::Closed)
        .then(|| view! { <path class="bar-out" d=format!("M10 {}l9 9m0-9l-9 9", top + 7) /> });
    view! {
        <path class="gate" d=format!("M3 {HEIGHT}V{top}M3 {top}h14") />
        {cross}
    }
    .into_any()
}

fn boat(surface: usize) -> AnyView {
    view! {
        <svg x="50%" y=surface - 16 width="44" height="22" class="boat">
            <path d="M1 12h42l-5 9H6zM14 12V6h14v6" />
        </svg>
    }
    .into_any()
}
