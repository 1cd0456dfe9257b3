//! The document around every page: head, skip link, header, main region, footer.

use leptos::prelude::*;

use crate::{
    islands::Live,
    links,
    pages::Page,
    site::{self, Place, Section, Site, Visitor},
};

/// Renders a page as a whole HTML document.
///
/// The document needs no more of a content security policy than `default-src 'none'; script-src 'self'
/// 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'`.
pub fn render(page: &dyn Page, site: &Site) -> String {
    // Islands ask the owner whether they are inside one another; nothing else here is reactive.
    let owner = Owner::new_root(None);
    let html = owner.with(|| document(page, site).to_html());
    owner.cleanup();
    format!("<!DOCTYPE html>{}", without_markers(&html))
}

/// Takes out the empty comments by which Leptos finds its way when it hydrates a whole page: only islands are
/// hydrated here, and none of them has dynamic parts that need a marker.
fn without_markers(html: &str) -> String {
    html.replace("<!>", "")
}

fn document(page: &dyn Page, site: &Site) -> impl IntoView + use<> {
    let live = page.is_live() && site.islands.is_some();
    let script = site.islands.as_ref().filter(|_| live).map(|islands| {
        view! { <script type="module" src=links::asset(&islands.script)></script> }
    });
    view! {
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <title>{format!("{} · Towpath", page.title())}</title>
                <link rel="stylesheet" href=links::asset(site::stylesheet_name()) />
                <link rel="icon" type="image/svg+xml" href=links::asset(site::favicon_name()) />
                {script}
            </head>
            <body>
                <a class="skip" href="#main">"Skip to the content"</a>
                {site.visitor.is_local().then(notice)}
                {header(page.place(), live, &site.visitor)}
                <main id="main" class=page.class() tabindex="-1">{page.body(site)}</main>
                {footer(&site.visitor)}
            </body>
        </html>
    }
}

/// Those who are only handed a file need no API.
fn footer(visitor: &Visitor) -> Option<AnyView> {
    let guest = matches!(visitor, Visitor::Guest { .. });
    (!guest).then(|| {
        view! {
            <footer class="site">
                <p>"Times are in UTC. "<a href="/api/openapi.json">"API"</a></p>
            </footer>
        }
        .into_any()
    })
}

fn notice() -> impl IntoView {
    view! {
        <aside class="notice" aria-label="About this portal">
            "Local mode: no sign-in, full access."
        </aside>
    }
}

fn header(place: Place, live: bool, visitor: &Visitor) -> AnyView {
    let entry = |shown: bool, entry: Place, href: String, name: &'static str| {
        let here = (place == entry).then_some("page");
        shown.then(|| view! { <a href=href aria-current=here>{name}</a> })
    };
    if let Visitor::Guest { .. } = visitor {
        return view! { <header class="site"><p class="brand">{brand()}</p></header> }.into_any();
    }
    view! {
        <header class="site">
            <a class="brand" href=links::OVERVIEW aria-label="Towpath">
                {brand()}
            </a>
            <nav aria-label="Site">
                {entry(true, Place::Overview, links::OVERVIEW.to_owned(), "Overview")}
                {entry(visitor.is_in(), Place::Promotions, links::PROMOTIONS.to_owned(), "Promotions")}
                {entry(visitor.is_in(), Place::Holds, links::HOLDS.to_owned(), "Holds")}
                {entry(visitor.may_open(Section::Audit), Place::Audit, links::AUDIT.to_owned(), "Audit")}
                {entry(visitor.may_open(Section::Unassigned), Place::Unassigned, links::unassigned(false, None), "Unassigned")}
            </nav>
            {live.then(|| view! { <Live /> })}
            {who(place, visitor)}
        </header>
    }
    .into_any()
}

fn brand() -> impl IntoView {
    view! {
        <svg viewBox="0 0 32 32" aria-hidden="true">
            <path d="M4 7l12 9L4 25M28 7 16 16l12 9" />
        </svg>
        <span>"Towpath"</span>
    }
}

/// Who looks, with the way to their settings, and the way in or out. A form, since a link could be followed by a program
/// that only looks.
fn who(place: Place, visitor: &Visitor) -> AnyView {
    let settings = |name: String| {
        let here = (place == Place::Settings).then_some("page");
        view! { <a href=links::SETTINGS aria-current=here><span class="unseen">"Settings of "</span>{name}</a> }
    };
    match visitor {
        Visitor::Local => {
            view! { <div class="who">{settings("Local user".to_owned())}</div> }.into_any()
        }
        Visitor::Guest { .. } | Visitor::Unknown => ().into_any(),
        Visitor::SignedOut => {
            view! { <div class="who"><a href=links::SIGN_IN>"Sign in"</a></div> }.into_any()
        }
        Visitor::Person { name, .. } => view! {
            <form class="who" method="post" action=links::SIGN_OUT>
                {settings(name.clone())}
                <button type="submit">"Sign out"</button>
            </form>
        }
        .into_any(),
    }
}
