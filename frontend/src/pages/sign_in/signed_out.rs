//! After signing out.

use leptos::prelude::*;

use crate::{links, pages::View, site::Place};

pub(crate) fn page() -> View {
    View {
        title: "Signed out".to_owned(),
        class: "error",
        place: Place::Below,
        live: false,
        body: view! {
            <h1>"Signed out"</h1>
            <p class="lead">"You are signed out."</p>
            <p><a class="button" href=links::SIGN_IN>"Sign in again"</a></p>
        }
        .into_any(),
    }
}
