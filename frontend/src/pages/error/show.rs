//! What stands in place of a page that there is not: what is wrong, and where to go.

use leptos::prelude::*;

use crate::{links, pages::Page, site::Site};

/// What stands in place of a page that there is not.
#[derive(Clone, Copy, Debug)]
pub struct ErrorPage<'a> {
    /// The answer's HTTP status.
    pub status: u16,
    /// What is wrong.
    pub title: &'a str,
    /// What the reader can do.
    pub detail: &'a str,
}

impl Page for ErrorPage<'_> {
    fn title(&self) -> String {
        self.title.to_owned()
    }

    fn class(&self) -> &'static str {
        "error"
    }

    fn body(&self, _: &Site) -> AnyView {
        let Self { status, detail, .. } = *self;
        view! {
            <p class="code">{status}</p>
            <h1>{self.title()}</h1>
            <p class="lead">{detail.to_owned()}</p>
            <p><a class="button" href=links::OVERVIEW>"Back to the overview"</a></p>
        }
        .into_any()
    }
}
