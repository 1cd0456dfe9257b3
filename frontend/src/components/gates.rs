//! How the gates of a step stand: each a shape, its kind, and what the rules say of it.

use domain::{
    gate::{GateAnswer, Standing},
    status::Status,
    words::{capitalised, sentence},
};
use leptos::prelude::*;

use super::{
    icon::{self, icon},
    status,
};

/// The gates, in the order of the rules.
pub(crate) fn list(gates: &[GateAnswer]) -> Option<AnyView> {
    if gates.is_empty() {
        return None;
    }
    let items = gates.iter().map(item).collect_view();
    Some(view! { <ul class="gates" aria-label="Gates">{items}</ul> }.into_any())
}

fn item(gate: &GateAnswer) -> AnyView {
    let remedy = gate.remedy.as_deref().map(sentence);
    view! {
        <li data-status=tone(gate.standing)>
            {shape(gate.standing)}
            <div>
                <span class="unseen">{gate.gate.word()} ", " {standing(gate.standing)} ": "</span>
                <span>{words(gate)}</span>
                {remedy.map(|remedy| view! { <small>{remedy}</small> })}
            </div>
        </li>
    }
    .into_any()
}

/// What the rules say of it, with a capital.
pub(crate) fn words(gate: &GateAnswer) -> String {
    capitalised(&gate.words)
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Met => "met",
        Standing::Waiting => "waits",
        Standing::Refused => "closed",
        Standing::Bypassed => "bypassed",
    }
}

fn tone(standing: Standing) -> &'static str {
    match standing {
        Standing::Met => "succeeded",
        Standing::Waiting | Standing::Bypassed => "waiting",
        Standing::Refused => "failed",
    }
}

fn shape(standing: Standing) -> AnyView {
    match standing {
        Standing::Met => status::shape(Status::Succeeded),
        Standing::Waiting => status::shape(Status::Waiting),
        Standing::Refused => status::shape(Status::Failed),
        Standing::Bypassed => icon(icon::FLASH),
    }
}
