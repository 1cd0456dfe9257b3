//! Taking a build back, and why that was done.

use domain::{
    words::sentence,
    {hold::Hold, view::BuildView},
};
use leptos::prelude::*;

use crate::{
    components::{
        builds,
        field::{self, Words},
        holds,
        icon::{self, icon},
    },
    form::{Returned, back},
    links,
};

/// Why nobody gets the build any more, and what to use instead.
pub(super) fn notice(view: &BuildView) -> Option<AnyView> {
    let Some(hold) = &view.withdrawn else {
        return held(view);
    };
    let callout = view! {
        <div class="callout withdrawn" data-status="failed">
            {icon(icon::WARNING)}
            <div>
                <p><strong>"Withdrawn: nobody gets this build any more. "</strong> {sentence(&hold.reason)}</p>
                <p class="facts">{holds::since(hold, view.as_of)}</p>
                {instead(view)}
            </div>
        </div>
    };
    Some(callout.into_any())
}

/// Where a restored build is not served yet.
fn held(view: &BuildView) -> Option<AnyView> {
    let environments = view.held_in.iter().map(ToString::to_string);
    let environments: Vec<String> = environments.collect();
    (!environments.is_empty()).then(|| {
        let words = format!(
            "it is served again in {} once the hold there is lifted",
            environments.join(" and in ")
        );
        view! {
            <div class="callout" data-status="waiting">
                {icon(icon::STOP)}
                <p><strong>"Restored, and not served yet. "</strong> {sentence(&words)} " " <a href=links::HOLDS>"Holds"</a></p>
            </div>
        }
        .into_any()
    })
}

/// What the environments serve that it was released in.
fn instead(view: &BuildView) -> AnyView {
    if view.instead.is_empty() {
        return view! { <p>"There is no other build yet to use instead."</p> }.into_any();
    }
    let items = view
        .instead
        .iter()
        .map(|release| {
            view! {
                <li>
                    <a href=links::tester(&release.app, &release.environment)>{builds::name(release.number, release.version.as_deref())}</a>
                    {format!(", which {} serves", release.environment)}
                </li>
            }
        })
        .collect_view();
    view! { <p>"Use instead:"</p> <ul>{items}</ul> }.into_any()
}

/// The form that takes the build back, or gives it out again.
pub(super) fn form(view: &BuildView, returned: Option<&Returned>) -> Option<AnyView> {
    if !view.options.may_withdraw {
        return None;
    }
    Some(match &view.withdrawn {
        None => withdraw(view, back(returned, "withdraw")),
        Some(hold) => restore(view, hold, back(returned, "restore")),
    })
}

fn withdraw(view: &BuildView, returned: Option<&Returned>) -> AnyView {
    let reason = Words {
        name: "reason",
        id: "withdraw-reason".to_owned(),
        label: "Reason, for everyone who opens its page",
        required: true,
    };
    view! {
        <details class="form-action" open=returned.is_some()>
            <summary>"Withdraw this build"</summary>
            <form class="ask" method="post" action=links::action(&view.app.id, &view.build.id, "withdraw")>
                {field::troubles(returned, "Not withdrawn")}
                <p class="hint">"Testers no longer get it and it is promoted nowhere. Where it is current, nothing is served until another build is released."</p>
                {reason.view(returned)}
                <p class="send"><button class="button grave" type="submit">{format!("Withdraw build {}", view.build.number)}</button></p>
            </form>
        </details>
    }
    .into_any()
}

fn restore(view: &BuildView, hold: &Hold, returned: Option<&Returned>) -> AnyView {
    let reason = Words {
        name: "reason",
        id: "restore-reason".to_owned(),
        label: "Reason",
        required: true,
    };
    view! {
        <details class="form-action" open=returned.is_some()>
            <summary>"Restore this build"</summary>
            <form class="ask" method="post" action=links::action(&view.app.id, &view.build.id, "restore")>
                {field::troubles(returned, "Not restored")}
                <p class="hint">{format!("It was withdrawn because: {}", sentence(&hold.reason))}</p>
                {reason.view(returned)}
                <p class="send"><button class="button" type="submit">{format!("Restore build {}", view.build.number)}</button></p>
            </form>
        </details>
    }
    .into_any()
}
