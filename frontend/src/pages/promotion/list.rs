//! Promotions: those that wait for the viewer, the others that are not over, and what became of recent ones.

use domain::{
    catalog::App,
    view::{PromotionBrief, PromotionsView},
    words,
};
use leptos::prelude::*;

use crate::{
    components::{heading, promotions},
    links,
    pages::Page,
    site::{Place, Site},
};

/// Promotions that are not over, and recent ones.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct PromotionsPage<'a> {
    /// Those that are not over.
    pub view: &'a PromotionsView,
    /// Those that ended, newest first; none where an app has to be chosen first.
    pub recent: Option<&'a [PromotionBrief]>,
    /// The apps to choose from.
    pub apps: &'a [App],
    /// The one that was chosen.
    pub only: Option<&'a App>,
}

impl Page for PromotionsPage<'_> {
    fn title(&self) -> String {
        "Promotions".to_owned()
    }

    fn class(&self) -> &'static str {
        "promotions-page"
    }

    fn place(&self) -> Place {
        Place::Promotions
    }

    fn is_live(&self) -> bool {
        true
    }

    fn body(&self, _: &Site) -> AnyView {
        let Self {
            view,
            recent,
            apps,
            only,
        } = *self;
        view! {
            <header class="page">
                <h1>"Promotions"</h1>
                <p class="lead">{tally(view)}</p>
            </header>
            <section aria-labelledby="yours">
                {heading::section("yours", "Waiting for you", None)}
                {yours(view)}
            </section>
            <section aria-labelledby="open">
                {heading::section("open", "Open", None)}
                {others(view)}
            </section>
            <section aria-labelledby="recent">
                {heading::section("recent", "Recent", None)}
                {filter(apps, only)}
                {history(view, recent, only)}
            </section>
        }
        .into_any()
    }
}

fn tally(view: &PromotionsView) -> String {
    match (view.waiting_for_you.len(), view.others.len()) {
        (0, 0) => "No promotions in progress.".to_owned(),
        (yours, others) => format!(
            "{} for you to decide, {} on their way.",
            words::count(yours, "promotion"),
            others
        ),
    }
}

fn yours(view: &PromotionsView) -> AnyView {
    if view.waiting_for_you.is_empty() {
        return view! { <p class="quiet">"Nothing needs your approval."</p> }.into_any();
    }
    promotions::open(&view.waiting_for_you, view.as_of)
}

fn others(view: &PromotionsView) -> AnyView {
    if view.others.is_empty() {
        return view! { <p class="quiet">"No other promotion is open."</p> }.into_any();
    }
    promotions::open(&view.others, view.as_of)
}

fn filter(apps: &[App], only: Option<&App>) -> Option<AnyView> {
    if apps.len() < 2 {
        return None;
    }
    let choice = |href: String, name: String, chosen: bool| {
        view! { <a href=href aria-current=chosen.then_some("page")>{name}</a> }
    };
    let choices = apps.iter().map(|app| {
        let chosen = only.is_some_and(|only| only.id == app.id);
        choice(links::promotions_of(&app.id), app.name.clone(), chosen)
    });
    let choices = choices.collect_view();
    let nav = view! {
        <nav class="filter" aria-label="App">
            {choice(links::PROMOTIONS.to_owned(), "All".to_owned(), only.is_none())}
            {choices}
        </nav>
    };
    Some(nav.into_any())
}

fn history(
    view: &PromotionsView,
    recent: Option<&[PromotionBrief]>,
    only: Option<&App>,
) -> AnyView {
    let Some(recent) = recent else {
        return view! { <p class="quiet">"Choose an app to see what became of its promotions."</p> }
            .into_any();
    };
    if !recent.is_empty() {
        return promotions::list(recent, view.as_of);
    }
    let title = if only.is_some() {
        "No promotion of this app has ended yet"
    } else {
        "No promotion has ended yet"
    };
    heading::empty(
        title,
        view! { "A build\u{2019}s page says where it may go, and asks for it. The path is in " <code>"towpath.toml"</code> "." }
            .into_any(),
    )
}
