//! The way between the settings pages.

use leptos::prelude::*;

use crate::{
    links,
    site::{Section, Visitor},
};

/// A settings page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tab {
    /// Who looks, and what they may do.
    You,
    /// Where they are signed in.
    Sessions,
    /// Share links.
    Links,
    /// Their API tokens.
    Tokens,
    /// What is kept of them.
    Privacy,
    /// Who may do what.
    Access,
    /// How the portal is set up.
    Configuration,
}

/// The head of a settings page: what it is, and the way to the others that the viewer may open.
pub(crate) fn head(here: Tab, visitor: &Visitor) -> AnyView {
    let signs_in = matches!(visitor, Visitor::Person { .. });
    let tabs = [
        (Tab::You, links::SETTINGS, "You", visitor.is_in()),
        (Tab::Sessions, links::SESSIONS, "Sessions", signs_in),
        (Tab::Links, links::LINKS, "Share links", visitor.is_in()),
        (Tab::Tokens, links::TOKENS, "Tokens", visitor.is_in()),
        (Tab::Privacy, links::PRIVACY, "Privacy", signs_in),
        (
            Tab::Access,
            links::ACCESS,
            "Access",
            visitor.may_open(Section::Access),
        ),
        (
            Tab::Configuration,
            links::CONFIGURATION,
            "Configuration",
            visitor.may_open(Section::Configuration),
        ),
    ];
    let tabs = tabs.into_iter().filter(|(.., shown)| *shown);
    let items = tabs
        .map(|(tab, href, name, _)| {
            let current = (tab == here).then_some("page");
            view! { <li><a href=href aria-current=current>{name}</a></li> }
        })
        .collect_view();
    view! {
        <header class="page"><h1>"Settings"</h1></header>
        <nav class="tabs" aria-label="Settings"><ul>{items}</ul></nav>
    }
    .into_any()
}
