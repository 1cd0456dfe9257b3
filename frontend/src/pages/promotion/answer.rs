//! What people may say to a promotion. The approval carries the digest of the bytes that its form was shown for.

use domain::{view::PromotionView, words::sentence};
use leptos::prelude::*;

use crate::{
    components::field::{self, Words},
    form::{Returned, back},
    links,
};

/// The forms of all that may be said, and the one that came back, also if it may not be said any more.
pub(super) fn forms(view: &PromotionView, returned: Option<&Returned>) -> Option<AnyView> {
    let shown = |may: bool, form: &'static str| may || back(returned, form).is_some();
    let parts: Vec<AnyView> = [
        shown(view.may.approve, "approve").then(|| approve(view, back(returned, "approve"))),
        shown(view.may.reject, "reject").then(|| reject(view, back(returned, "reject"))),
        shown(view.may.cancel, "cancel").then(|| cancel(view, back(returned, "cancel"))),
        shown(view.may.abandon, "abandon").then(|| abandon(view, back(returned, "abandon"))),
    ]
    .into_iter()
    .flatten()
    .collect();
    let cannot = view.cannot_approve.as_ref().map(|why| {
        view! { <p class="hint">{format!("You cannot approve this promotion. {}", sentence(why))}</p> }
    });
    if parts.is_empty() && cannot.is_none() {
        return None;
    }
    Some(
        view! { <section class="answers" aria-label="Your answer">{cannot} {parts}</section> }
            .into_any(),
    )
}

fn approve(view: &PromotionView, returned: Option<&Returned>) -> AnyView {
    let promotion = &view.promotion;
    let comment = Words {
        name: "comment",
        id: "comment".to_owned(),
        label: "Comment (optional)",
        required: false,
    };
    let asked = (!view.asked.is_empty()).then(|| {
        let groups = view.asked.join(", ");
        view! { <p class="hint">{format!("Asked for: {groups}. Your approval applies to exactly these bytes.")}</p> }
    });
    // One that came back is about what was seen then: anyone who sends it again sees this page.
    let seen = promotion.digest;
    view! {
        <form class="ask" method="post" action=links::answer(&promotion.id, "approve")>
            <h2>{format!("Approve build {} for {}?", promotion.number, view.environment.name)}</h2>
            {field::troubles(returned, "Not approved")}
            {asked}
            {field::hidden("digest", &seen)}
            {comment.view(returned)}
            <p class="send"><button class="button act" type="submit">"Approve"</button></p>
        </form>
    }
    .into_any()
}

fn reject(view: &PromotionView, returned: Option<&Returned>) -> AnyView {
    let why = Words {
        name: "reason",
        id: "reject-reason".to_owned(),
        label: "Reason",
        required: true,
    };
    view! {
        <details class="form-action" open=returned.is_some()>
            <summary>"Reject it"</summary>
            <form class="ask" method="post" action=links::answer(&view.promotion.id, "reject")>
                {field::troubles(returned, "Not rejected")}
                {why.view(returned)}
                <p class="send"><button class="button grave" type="submit">"Reject"</button></p>
            </form>
        </details>
    }
    .into_any()
}

fn cancel(view: &PromotionView, returned: Option<&Returned>) -> AnyView {
    let why = Words {
        name: "reason",
        id: "cancel-reason".to_owned(),
        label: "Reason",
        required: true,
    };
    view! {
        <details class="form-action" open=returned.is_some()>
            <summary>"Cancel this promotion"</summary>
            <form class="ask" method="post" action=links::answer(&view.promotion.id, "cancel")>
                {field::troubles(returned, "Not cancelled")}
                {why.view(returned)}
                <p class="send"><button class="button" type="submit">"Cancel this promotion"</button></p>
            </form>
        </details>
    }
    .into_any()
}

fn abandon(view: &PromotionView, returned: Option<&Returned>) -> AnyView {
    let why = Words {
        name: "reason",
        id: "abandon-reason".to_owned(),
        label: "Reason",
        required: true,
    };
    view! {
        <details class="form-action" open=returned.is_some()>
            <summary>"Abandon it"</summary>
            <form class="ask" method="post" action=links::answer(&view.promotion.id, "abandon")>
                {field::troubles(returned, "Not abandoned")}
                <p class="hint">"Its target is not stopped. Whatever it does from now on, nothing is released by this promotion."</p>
                {why.view(returned)}
                <p class="send"><button class="button grave" type="submit">"Abandon"</button></p>
            </form>
        </details>
    }
    .into_any()
}
