//! Choosing what to compare.

use leptos::prelude::*;

use crate::{components::field, form::Returned, links, pages::View, site::Place};

pub(crate) fn page(sides: &[String], returned: Option<&Returned>) -> View {
    View {
        title: "Compare".to_owned(),
        class: "compare",
        place: Place::Below,
        live: false,
        body: view! {
            <header class="page">
                <h1>"Compare"</h1>
                <p class="lead">"Compare two builds, or what two environments serve."</p>
            </header>
            {form(sides, returned)}
        }
        .into_any(),
    }
}

/// Both sides, as text, with what environments serve to choose from.
pub(super) fn form(sides: &[String], returned: Option<&Returned>) -> AnyView {
    let options = sides
        .iter()
        .map(|side| view! { <option value=side.clone()></option> })
        .collect_view();
    let side = |name: &'static str, label: &'static str| {
        let typed = returned.and_then(|returned| returned.value(name));
        view! {
            <p class="field">
                <label for=name>{label}</label>
                <input id=name name=name list="sides" required=true value=typed.unwrap_or_default().to_owned() placeholder="app/environment, or a build" />
            </p>
        }
        .into_any()
    };
    view! {
        <form class="ask" method="get" action=links::COMPARE>
            {field::troubles(returned, "Not compared")}
            <datalist id="sides">{options}</datalist>
            {side("from", "From")}
            {side("to", "To")}
            <p class="send"><button class="button act" type="submit">"Compare"</button></p>
        </form>
    }
    .into_any()
}
