//! Share links that are live or ended lately.

use domain::{
    Timestamp,
    catalog::App,
    share::{LinkView, LinksView, Standing},
};
use leptos::prelude::*;

use super::words;
use crate::{
    components::{
        heading,
        icon::{self, icon},
        person,
        settings::{self, Tab},
        time,
    },
    links,
    pages::Page,
    site::{Place, Site},
};

/// Share links.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct LinksPage<'a> {
    pub view: &'a LinksView,
    /// The apps, for their names.
    pub apps: &'a [App],
    /// Whether the viewer may make one.
    pub may_make: bool,
}

impl Page for LinksPage<'_> {
    fn title(&self) -> String {
        "Share links".to_owned()
    }

    fn class(&self) -> &'static str {
        "settings links"
    }

    fn place(&self) -> Place {
        Place::Settings
    }

    fn body(&self, site: &Site) -> AnyView {
        let Self {
            view,
            apps,
            may_make,
        } = *self;
        let make = may_make.then(|| {
            view! { <p class="ways"><a class="button act" href=links::NEW_LINK>{icon(icon::SHARE)} "New share link"</a></p> }
        });
        view! {
            {settings::head(Tab::Links, &site.visitor)}
            <p class="hint">"Builds for people without an account. A link\u{2019}s address is shown once, when it is made."</p>
            {rows(view, apps)}
            {make}
        }
        .into_any()
    }
}

fn rows(view: &LinksView, apps: &[App]) -> AnyView {
    if view.links.is_empty() {
        return heading::empty(
            "No share links",
            "Make one here, or by \u{201c}Share\u{2026}\u{201d} on a build\u{2019}s page."
                .into_any(),
        );
    }
    let items = view
        .links
        .iter()
        .map(|link| item(link, apps, view.as_of))
        .collect_view();
    view! { <ul class="rows links-list">{items}</ul> }.into_any()
}

fn item(view: &LinkView, apps: &[App], as_of: Timestamp) -> AnyView {
    let link = &view.link;
    let live = view.standing == Standing::Live;
    let tone = if live { "succeeded" } else { "queued" };
    let last = link.last_used_at;
    let last = last.map(|at| view! { <span>"last " {time::ago(at, as_of)}</span> });
    let revoked = link.revoked.as_ref();
    let revoked =
        revoked.map(|by| view! { <span>{format!("revoked {}", person::by(&by.by))}</span> });
    let end = if live { "works until " } else { "until " };
    view! {
        <li>
            <div class="what">
                {words::what(&link.what, apps)}
                <p class="facts">
                    <span>{person::by(&link.by)} " " {time::ago(link.made_at, as_of)}</span>
                    <span>{end} {time::exact(link.expires_at)}</span>
                    <span>{words::uses(link)}</span>
                    {last}
                    {link.has_password.then(|| view! { <span>"with a password"</span> })}
                    {revoked}
                </p>
            </div>
            <span class="status" data-status=tone>{words::standing(view.standing)}</span>
            {live.then(|| revoke(view))}
        </li>
    }
    .into_any()
}

fn revoke(view: &LinkView) -> AnyView {
    view! {
        <form method="post" action=links::revoke_link(&view.link.id)>
            <button class="button" type="submit">"Revoke"</button>
        </form>
    }
    .into_any()
}
