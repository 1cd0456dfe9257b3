//! A token that was just made: the one time that it is seen.

use domain::view::MadeToken;
use leptos::prelude::*;

use super::list::what;
use crate::{
    components::{
        icon::{self, icon},
        settings::{self, Tab},
        time,
    },
    links,
    pages::Page,
    site::{Place, Site},
};

/// A token that was just made.
#[derive(Clone, Copy, Debug)]
pub struct MadeTokenPage<'a>(
    /// The token.
    pub &'a MadeToken,
);

impl Page for MadeTokenPage<'_> {
    fn title(&self) -> String {
        "Token made".to_owned()
    }

    fn class(&self) -> &'static str {
        "settings tokens"
    }

    fn place(&self) -> Place {
        Place::Settings
    }

    fn body(&self, site: &Site) -> AnyView {
        let made = self.0;
        let token = &made.token;
        view! {
            {settings::head(Tab::Tokens, &site.visitor)}
            <section aria-labelledby="made">
                <h2 id="made">"Your token "{token.label.to_string()}</h2>
                <div class="callout" data-status="waiting">
                    {icon(icon::WARNING)}
                    <p>"Copy it now: it is not shown again. Anyone who has it may do what it may."</p>
                </div>
                <p class="secret"><code>{made.bearer.clone()}</code></p>
                <p class="facts"><span>"May "{what(token)}</span><span>"until "{time::exact(token.expires_at)}</span></p>
                <p class="hint">
                    "Programs send it as " <code>"Authorization: Bearer …"</code> "; " <code>"towpath"</code>
                    " takes it from the environment variable " <code>"TOWPATH_TOKEN"</code> "."
                </p>
                <p><a class="button" href=links::tokens(false)>"Done"</a></p>
            </section>
        }
        .into_any()
    }
}
