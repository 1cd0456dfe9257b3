//! What stands in place of a page that there is not: what is wrong, and where to go.

use leptos::prelude::*;

use crate::{links, pages::View, site::Place};

pub(crate) fn page(status: u16, title: &str, detail: &str) -> View {
    View {
        title: title.to_owned(),
        class: "error",
        place: Place::Below,
        live: false,
        body: view! {
            <p class="code">{status}</p>
            <h1>{title.to_owned()}</h1>
            <p class="lead">{detail.to_owned()}</p>
            <p><a class="button" href=links::OVERVIEW>"Back to the overview"</a></p>
        }
        .into_any(),
    }
}
