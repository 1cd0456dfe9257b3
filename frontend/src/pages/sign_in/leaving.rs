//! Between the session's end here and its end at the issuer.

use leptos::prelude::*;

use crate::{pages::View, site::Place};

pub(crate) fn page(issuer: &str) -> View {
    View {
        title: "Signing out".to_owned(),
        class: "error",
        place: Place::Below,
        live: false,
        body: view! {
            <h1>"Signing out"</h1>
            <p class="lead">"You are signed out of Towpath. Your browser goes on to sign out where you signed in."</p>
            <p><a class="button" href=issuer.to_owned()>"Go on"</a></p>
        }
        .into_any(),
    }
}
