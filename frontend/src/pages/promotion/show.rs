//! One promotion: how far it is, what it waits for, who said what, and what the viewer may say.

use domain::{
    promotion::{Promotion, PromotionKind, State},
    view::{CanApprove, PromotionView},
    words::{self, sentence},
};
use leptos::prelude::*;

use super::{answer, timeline};
use crate::{
    components::{
        builds, environment, gates,
        heading::{self, Crumb},
        holds,
        icon::{self, icon},
        person::by,
        promotions, runs, time,
    },
    form::Returned,
    links,
    pages::Page,
    site::Site,
};

#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct PromotionPage<'a> {
    /// The promotion, and what the viewer may answer.
    pub view: &'a PromotionView,
    /// A form of the page that was not carried out.
    pub returned: Option<&'a Returned>,
}

impl Page for PromotionPage<'_> {
    fn title(&self) -> String {
        let PromotionView {
            promotion,
            app,
            environment,
            ..
        } = self.view;
        match promotion.kind {
            PromotionKind::Forward | PromotionKind::Automatic => format!(
                "{} build {} to {}",
                app.name, promotion.number, environment.name
            ),
            PromotionKind::Rollback => format!(
                "{} in {} back to build {}",
                app.name, environment.name, promotion.number
            ),
        }
    }

    fn class(&self) -> &'static str {
        "promotion"
    }

    fn is_live(&self) -> bool {
        self.returned.is_none() && !self.view.promotion.state.is_terminal()
    }

    fn body(&self, _: &Site) -> AnyView {
        let Self { view, returned } = *self;
        let promotion = &view.promotion;
        let trail = vec![Crumb::new("Promotions", links::PROMOTIONS)];
        view! {
            {heading::trail(trail)}
            <header class="page">
                <h1>{self.title()}</h1>
                <p class="lead">{promotions::badge(&promotion.state)} <span>{promotion.reason.clone()}</span></p>
            </header>
            {why(&promotion.state)}
            {copied(promotion)}
            {last_error(promotion)}
            {held(view)}
            {bypass(promotion)}
            {answer::forms(view, returned)}
            <div class="halves">
                <section aria-labelledby="gates">
                    {heading::section("gates", "Gates", None)}
                    {gate_list(promotion)}
                    {can_approve(view)}
                </section>
                <section aria-labelledby="timeline">
                    {heading::section("timeline", "Activity", None)}
                    {timeline::list(view)}
                </section>
            </div>
            <section aria-labelledby="what">
                {heading::section("what", "Details", None)}
                {facts(view)}
            </section>
        }
        .into_any()
    }
}

/// Why it ended without a release.
fn why(state: &State) -> Option<AnyView> {
    let (title, words) = match state {
        State::Failed { why } => ("It failed. ", why.clone()),
        State::Rejected { by: who, why } => ("It was rejected. ", format!("{}: {why}", by(who))),
        State::Canceled { by: who, why } => ("It was cancelled. ", format!("{}: {why}", by(who))),
        State::Abandoned { by: who, why } => ("It was abandoned. ", format!("{}: {why}", by(who))),
        State::Expired => (
            "It waited too long. ",
            "request it again from the build's page".to_owned(),
        ),
        State::Waiting | State::Starting | State::Running | State::Succeeded => return None,
    };
    let tone = if matches!(state, State::Failed { .. } | State::Rejected { .. }) {
        "failed"
    } else {
        "skipped"
    };
    let callout = view! {
        <div class="callout" data-status=tone>
            {icon(icon::NOTE)}
            <p><strong>{title}</strong> {sentence(&words)}</p>
        </div>
    };
    Some(callout.into_any())
}

/// How much of its files is in the bucket that they are copied to.
fn copied(promotion: &Promotion) -> Option<AnyView> {
    let copied = promotion
        .copied
        .filter(|_| !promotion.state.is_terminal())?;
    let text = format!(
        "{} of {} copied",
        words::size(copied.bytes),
        words::size(copied.of)
    );
    let progress = view! {
        <p class="copied">
            <label for="copied">{text}</label>
            <progress id="copied" max=copied.of.to_string() value=copied.bytes.to_string()></progress>
        </p>
    };
    Some(progress.into_any())
}

/// What was last heard of its target, while it is tried again.
fn last_error(promotion: &Promotion) -> Option<AnyView> {
    let error = promotion.last_error.as_ref()?;
    if promotion.state.is_terminal() {
        return None;
    }
    let callout = view! {
        <div class="callout" data-status="waiting">
            {icon(icon::NOTE)}
            <p><strong>"Its target did not do it yet. "</strong> {sentence(&promotions::last_try(error))}</p>
        </div>
    };
    Some(callout.into_any())
}

/// What keeps its release waiting once its target is done.
fn held(view: &PromotionView) -> Option<AnyView> {
    let hold = view.held.as_ref()?;
    let callout = view! {
        <div class="callout" data-status="waiting">
            {icon(icon::STOP)}
            <div>
                <p><strong>{format!("{} is on hold: nothing is released there until that is lifted. ", view.environment.name)}</strong> {sentence(&hold.reason)}</p>
                <p class="facts">{holds::since(hold, view.as_of)}</p>
            </div>
        </div>
    };
    Some(callout.into_any())
}

fn bypass(promotion: &Promotion) -> Option<AnyView> {
    let bypass = promotion.bypass.as_ref()?;
    let gates: Vec<&str> = bypass.gates.iter().map(|gate| gate.word()).collect();
    let callout = view! {
        <div class="callout" data-status="waiting">
            {icon(icon::FLASH)}
            <p><strong>{format!("Goes past gates: {}. ", gates.join(", "))}</strong> {sentence(&bypass.reason)}</p>
        </div>
    };
    Some(callout.into_any())
}

fn gate_list(promotion: &Promotion) -> AnyView {
    gates::list(&promotion.gates)
        .unwrap_or_else(|| view! { <p class="quiet">"Nothing had to be met."</p> }.into_any())
}

/// Who can still approve it, while somebody has to.
fn can_approve(view: &PromotionView) -> Option<AnyView> {
    if view.asked.is_empty() {
        return None;
    }
    let CanApprove { names, others } = &view.approvers;
    let mut names = names.clone();
    if *others > 0 {
        names.push(words::count(*others, "other"));
    }
    let words = match (names.is_empty(), view.may.approve) {
        (false, false) => format!("Can approve: {}.", words::all_of(&names)),
        (false, true) => format!("Can approve: you, {}.", words::all_of(&names)),
        (true, true) => "Of those who have signed in lately, only you can approve.".to_owned(),
        (true, false) => format!(
            "Nobody else of {} who has signed in lately can approve.",
            words::any_of(&view.asked)
        ),
    };
    Some(view! { <p class="quiet">{words}</p> }.into_any())
}

fn facts(view: &PromotionView) -> AnyView {
    let promotion = &view.promotion;
    let run = promotion.run.as_ref().map(|run| {
        view! { <div><dt>"Carried out by"</dt><dd><a href=links::run(run)>{format!("Run {}", runs::name(run))}</a></dd></div> }
    });
    let waits = (promotion.state == State::Waiting).then(|| {
        view! { <div><dt>"Expires"</dt><dd>{time::exact(promotion.expires_at)}</dd></div> }
    });
    let left_behind = promotion.withdraw.as_ref().map(|build| {
        let href = links::build(&promotion.app, build);
        view! { <div><dt>"Then withdraws"</dt><dd><a href=href>"the build that it replaces"</a></dd></div> }
    });
    let build = links::build(&promotion.app, &promotion.build);
    let serves = format!("{}/{}", promotion.app, promotion.to);
    view! {
        <dl class="facts-grid">
            <div><dt>"Build"</dt><dd><a href=build>{builds::name(promotion.number, promotion.version.as_deref())}</a></dd></div>
            <div><dt>"Into"</dt><dd><a href=links::tester(&promotion.app, &promotion.to)>{environment::name(&view.environment)}</a></dd></div>
            <div><dt>"Changes"</dt><dd><a href=links::compare(&serves, promotion.build.as_str())>"Compare with the current build"</a></dd></div>
            {run}
            {waits}
            {left_behind}
            <div class="wide"><dt><abbr title="SHA-256 of the build's bytes">"SHA-256"</abbr>", to which approvals apply"</dt><dd><code>{promotion.digest.to_string()}</code></dd></div>
        </dl>
    }
    .into_any()
}
