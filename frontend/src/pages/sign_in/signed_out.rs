//! After signing out.

use leptos::prelude::*;

use crate::{links, pages::Page, site::Site};

/// The session has ended.
#[derive(Clone, Copy, Debug)]
pub struct SignedOutPage;

impl Page for SignedOutPage {
    fn title(&self) -> String {
        "Signed out".to_owned()
    }

    fn class(&self) -> &'static str {
        "error"
    }

    fn body(&self, _: &Site) -> AnyView {
        view! {
            <h1>"Signed out"</h1>
            <p class="lead">"You are signed out."</p>
            <p><a class="button" href=links::SIGN_IN>"Sign in again"</a></p>
        }
        .into_any()
    }
}
