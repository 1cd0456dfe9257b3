//! Promotions in a list, and their states.

use domain::{
    Timestamp,
    promotion::{LastError, Promotion, PromotionKind, State},
    status::Status,
    view::PromotionBrief,
    words,
};
use leptos::prelude::*;

use crate::{
    components::{person, status, time},
    links,
};

/// A state: its shape and its word.
pub(crate) fn badge(state: &State) -> AnyView {
    status::mark(like(state), state.word())
}

/// The state of a run that looks alike.
fn like(state: &State) -> Status {
    match state {
        State::Waiting => Status::Waiting,
        State::Starting | State::Running => Status::Running,
        State::Succeeded => Status::Succeeded,
        State::Failed { .. } | State::Rejected { .. } => Status::Failed,
        State::Expired => Status::Skipped,
        State::Canceled { .. } | State::Abandoned { .. } => Status::Canceled,
    }
}

/// What is asked for: "Build 812 to prod", "prod back to build 806".
pub(crate) fn title(brief: &PromotionBrief) -> String {
    match brief.kind {
        PromotionKind::Forward | PromotionKind::Automatic => {
            format!("Build {} to {}", brief.number, brief.to)
        }
        PromotionKind::Rollback => format!("{} back to build {}", brief.to, brief.number),
    }
}

/// Promotions that are not over, with what they wait for.
pub(crate) fn open(promotions: &[Promotion], as_of: Timestamp) -> AnyView {
    let items = promotions
        .iter()
        .map(|promotion| {
            let closed = promotion
                .gates
                .iter()
                .filter(|gate| !gate.standing.lets_through());
            let words: Vec<String> = closed.map(|gate| gate.words.clone()).collect();
            let waits = promotion.state == State::Waiting && !words.is_empty();
            let waits = waits.then(|| words.join(" · "));
            let tried = promotion.last_error.as_ref().map(last_try);
            item(&PromotionBrief::of(promotion), waits.or(tried), as_of)
        })
        .collect_view();
    view! { <ol class="rows promotions">{items}</ol> }.into_any()
}

/// When a target was last tried in vain, and what came of it.
pub(crate) fn last_try(error: &LastError) -> String {
    format!("Last tried {}: {}", words::second(error.at), error.message)
}

/// Promotions as a history.
pub(crate) fn list(promotions: &[PromotionBrief], as_of: Timestamp) -> AnyView {
    let items = promotions
        .iter()
        .map(|brief| item(brief, None, as_of))
        .collect_view();
    view! { <ol class="rows promotions">{items}</ol> }.into_any()
}

fn item(brief: &PromotionBrief, waits: Option<String>, as_of: Timestamp) -> AnyView {
    let version = brief
        .version
        .clone()
        .map(|version| view! { " " <span class="version">{version}</span> });
    view! {
        <li data-key=brief.id.to_string()>
            {badge(&brief.state)}
            <div class="what">
                <a href=links::promotion(&brief.id)>{title(brief)} {version}</a>
                <p class="facts"><span>{brief.app.to_string()}</span> <span>{brief.reason.clone()}</span></p>
                {waits.map(|waits| view! { <p class="facts"><span>{waits}</span></p> })}
            </div>
            <p class="facts when">
                {time::ago(brief.requested_at, as_of)}
                <span>{person::by(&brief.requested_by)}</span>
            </p>
        </li>
    }
    .into_any()
}
