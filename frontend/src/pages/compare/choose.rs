//! Choosing what to compare.

use leptos::prelude::*;

use crate::{components::field, form::Returned, links, pages::Page, site::Site};

/// Choosing what to compare.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct ComparePage<'a> {
    /// What environments serve, as `<app>/<environment>`.
    pub sides: &'a [String],
    /// What could not be compared.
    pub returned: Option<&'a Returned>,
}

impl Page for ComparePage<'_> {
    fn title(&self) -> String {
        "Compare".to_owned()
    }

    fn class(&self) -> &'static str {
        "compare"
    }

    fn body(&self, _: &Site) -> AnyView {
        let Self { sides, returned } = *self;
        view! {
            <header class="page">
                <h1>"Compare"</h1>
                <p class="lead">"Compare two builds, or what two environments serve."</p>
            </header>
            {form(sides, returned)}
        }
        .into_any()
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
