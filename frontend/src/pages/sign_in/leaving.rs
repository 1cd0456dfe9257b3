//! Between the session's end here and its end at the issuer.

use leptos::prelude::*;

use crate::{pages::Page, site::Site};

/// The session has ended here; it ends at the issuer, too.
#[derive(Clone, Copy, Debug)]
pub struct LeavingPage<'a> {
    /// Where it ends there.
    pub issuer: &'a str,
}

impl Page for LeavingPage<'_> {
    fn title(&self) -> String {
        "Signing out".to_owned()
    }

    fn class(&self) -> &'static str {
        "error"
    }

    fn body(&self, _: &Site) -> AnyView {
        let issuer = self.issuer;
        view! {
            <h1>"Signing out"</h1>
            <p class="lead">"You are signed out of Towpath. Your browser goes on to sign out where you signed in."</p>
            <p><a class="button" href=issuer.to_owned()>"Go on"</a></p>
        }
        .into_any()
    }
}
