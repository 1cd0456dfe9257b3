//! Asking for a build's release in the next environment, and for its return to one where it was.

use domain::{
    gate::GateKind,
    promotion::{PromotionKind, RefusalKind},
    view::{BuildView, StepOption},
};
use leptos::prelude::*;

use super::path::Lock;
use crate::{
    components::{
        field::{self, Words},
        gates,
        icon::{self, icon},
    },
    form::{Returned, back},
    links,
};

/// A form for each environment that can be asked for, and links to where the build can go back.
pub(super) fn forms(view: &BuildView, returned: Option<&Returned>) -> AnyView {
    let sent = |step: &StepOption| {
        back(returned, "promote")
            .filter(|returned| returned.value("to") == Some(step.environment.id.as_str()))
    };
    let steps = view.options.steps.iter();
    let ahead = steps
        .clone()
        .filter(|step| may_ask(view, step) || sent(step).is_some())
        .map(|step| form(view, step, sent(step)))
        .collect_view();
    let back = steps
        .filter(|step| may_go_back(step))
        .map(|step| {
            let href = links::rollback(&view.app.id, &step.environment.id, Some(&view.build.id));
            view! { <a class="button" href=href>{icon(icon::BACK)} {format!("Roll {} back to this build", step.environment.name)}</a> }
        })
        .collect_view();
    view! {
        {ahead}
        <p class="ways">{back}</p>
    }
    .into_any()
}

/// What is wrong with a request that no form of the page is for.
pub(super) fn stray(view: &BuildView, returned: Option<&Returned>) -> Option<AnyView> {
    let returned = back(returned, "promote")?;
    let to = returned.value("to").unwrap_or_default();
    let mut steps = view.options.steps.iter();
    let has_form = steps.any(|step| step.environment.id.as_str() == to);
    (!has_form).then(|| field::troubles(Some(returned), "Not promoted"))?
}

/// Whether the request could succeed now, or could by going past gates.
fn may_ask(view: &BuildView, step: &StepOption) -> bool {
    let past = !step.may_bypass.is_empty();
    let in_the_way = |kind| match kind {
        RefusalKind::Gate | RefusalKind::Freeze => !past,
        _ => true,
    };
    let own = step
        .open
        .as_ref()
        .is_some_and(|open| open.build == view.build.id);
    step.way == Some(PromotionKind::Forward)
        && !own
        && !step.refusals.iter().any(|refusal| in_the_way(refusal.kind))
        && Lock::of(step, &view.build) != Lock::Later
}

fn may_go_back(step: &StepOption) -> bool {
    let gates = |kind| matches!(kind, RefusalKind::Gate | RefusalKind::Freeze);
    step.way == Some(PromotionKind::Rollback)
        && step.refusals.iter().all(|refusal| gates(refusal.kind))
}

fn form(view: &BuildView, step: &StepOption, returned: Option<&Returned>) -> AnyView {
    let (app, build) = (&view.app.id, &view.build);
    let place = &step.environment;
    let reason = Words {
        name: "reason",
        id: format!("reason-{}", place.id),
        label: "Reason",
        required: true,
    };
    view! {
        <form class="ask" method="post" action=links::action(app, &build.id, "promote") id=format!("promote-{}", place.id)>
            <h3>{format!("Promote build {} to {}", build.number, place.name)}</h3>
            {field::troubles(returned, "Not promoted")}
            {field::hidden("to", &place.id)}
            {reason.view(returned)}
            {break_glass(step, place.id.as_str(), returned)}
            <p class="send"><button class="button act" type="submit">{format!("Promote to {}", place.name)}</button></p>
        </form>
    }
    .into_any()
}

/// Going past gates: apart from the rest, and with a reason of its own.
pub(crate) fn break_glass(
    step: &StepOption,
    id: &str,
    returned: Option<&Returned>,
) -> Option<AnyView> {
    if step.may_bypass.is_empty() {
        return None;
    }
    let open = returned.is_some_and(|returned| {
        returned.value("bypass").is_some()
            || returned
                .value("bypass-reason")
                .is_some_and(|why| !why.is_empty())
    });
    let gates = step
        .may_bypass
        .iter()
        .map(|gate| choice(step, *gate, returned))
        .collect_view();
    let reason = Words {
        name: "bypass-reason",
        id: format!("bypass-reason-{id}"),
        label: "Reason why it cannot wait for them",
        required: false,
    };
    let details = view! {
        <details class="glass" open=open>
            <summary>{icon(icon::FLASH)} " Break glass: go past gates"</summary>
            <p class="hint">"For an emergency. It is announced, and stays marked in the audit log for ever."</p>
            <fieldset>
                <legend>"Gates to go past"</legend>
                {gates}
            </fieldset>
            {reason.view(returned)}
        </details>
    };
    Some(details.into_any())
}

fn choice(step: &StepOption, gate: GateKind, returned: Option<&Returned>) -> AnyView {
    let chosen = returned.is_some_and(|returned| returned.has("bypass", gate.word()));
    let mut answers = step.gates.iter().filter(|answer| answer.gate == gate);
    let words = answers.next().map(gates::words);
    view! {
        <label class="choice">
            <input type="checkbox" name="bypass" value=gate.word() checked=chosen />
            <span>{words.unwrap_or_else(|| gate.word().to_owned())}</span>
        </label>
    }
    .into_any()
}
