//! Which tokens there are, and the form that makes one.

use domain::{
    Timestamp,
    access::Scope,
    view::{TokenStanding, TokenView, TokensView},
};
use leptos::prelude::*;

use super::make::{self, MayGive};
use crate::{
    components::{
        field, heading, person,
        settings::{self, Tab},
        time,
    },
    form::Returned,
    links,
    pages::Page,
    site::{Place, Site},
};

/// Whose tokens a page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub enum Whose {
    /// Those of the viewer.
    Own,
    /// Those of the viewer, who may also see everyone's.
    OwnOfAll,
    /// Everyone's.
    Everyones,
}

/// API tokens.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct TokensPage<'a> {
    pub view: &'a TokensView,
    /// Whose they are.
    pub whose: Whose,
    /// What the viewer may give to a new one.
    pub may: &'a MayGive,
    /// The form, if it was not carried out.
    pub returned: Option<&'a Returned>,
}

impl Page for TokensPage<'_> {
    fn title(&self) -> String {
        "Tokens".to_owned()
    }

    fn class(&self) -> &'static str {
        "settings tokens"
    }

    fn place(&self) -> Place {
        Place::Settings
    }

    fn body(&self, site: &Site) -> AnyView {
        let Self {
            view,
            whose,
            may,
            returned,
        } = *self;
        view! {
            {settings::head(Tab::Tokens, &site.visitor)}
            {filter(whose)}
            <section aria-labelledby="tokens">
                {heading::section("tokens", "Tokens", None)}
                {list(view, whose)}
            </section>
            {(whose != Whose::Everyones).then(|| make::form(may, returned))}
        }
        .into_any()
    }
}

fn filter(whose: Whose) -> Option<AnyView> {
    let choice = |href: String, name: &'static str, chosen: bool| {
        view! { <a href=href aria-current=chosen.then_some("page")>{name}</a> }
    };
    let all = whose == Whose::Everyones;
    let nav = view! {
        <nav class="filter" aria-label="Whose">
            {choice(links::tokens(false), "Yours", !all)}
            {choice(links::tokens(true), "Everyone\u{2019}s", all)}
        </nav>
    };
    (whose != Whose::Own).then(|| nav.into_any())
}

fn list(view: &TokensView, whose: Whose) -> AnyView {
    if view.tokens.is_empty() {
        return heading::empty(
            "No tokens yet",
            "A token lets a program do what you can do here, such as a CI job that uploads builds."
                .into_any(),
        );
    }
    let items = view
        .tokens
        .iter()
        .map(|token| item(token, whose, view.as_of));
    view! { <ul class="rows">{items.collect_view()}</ul> }.into_any()
}

fn item(token: &TokenView, whose: Whose, as_of: Timestamp) -> AnyView {
    let owner =
        (whose == Whose::Everyones).then(|| view! { <span>{person::name(&token.owner)}</span> });
    view! {
        <li data-status=status(token.standing)>
            <div class="what">
                <p><strong>{token.label.to_string()}</strong>" may "{what(token)}</p>
                <p class="facts">
                    {owner}
                    <span>{ends(token, as_of)}</span>
                    <span>{used(token, as_of)}</span>
                    <code>{token.id.to_string()}</code>
                </p>
                {(token.standing == TokenStanding::Live).then(|| revoke(token, whose))}
            </div>
        </li>
    }
    .into_any()
}

const fn status(standing: TokenStanding) -> &'static str {
    match standing {
        TokenStanding::Live => "succeeded",
        TokenStanding::Expired => "skipped",
        TokenStanding::Revoked => "failed",
    }
}

/// What it may, where.
pub(super) fn what(token: &TokenView) -> String {
    let permit = &token.permit;
    let may: Vec<&str> = permit.may.iter().map(|may| may.as_str()).collect();
    let apps = match &permit.apps {
        Scope::All => "every app".to_owned(),
        Scope::Only(apps) => joined(apps),
    };
    let environments = match &permit.environments {
        Scope::All => "every environment".to_owned(),
        Scope::Only(environments) => joined(environments),
    };
    format!("{}: {apps}, in {environments}", may.join(", "))
}

fn joined<T: ToString>(some: &[T]) -> String {
    let some: Vec<String> = some.iter().map(ToString::to_string).collect();
    some.join(", ")
}

fn ends(token: &TokenView, as_of: Timestamp) -> AnyView {
    match (token.standing, token.revoked_at, &token.revoked_by) {
        (TokenStanding::Revoked, Some(at), Some(by)) => {
            view! { "revoked "{time::ago(at, as_of)}" "{person::by(by)} }.into_any()
        }
        (TokenStanding::Live, ..) => view! { "until "{time::exact(token.expires_at)} }.into_any(),
        _ => view! { "over since "{time::exact(token.expires_at)} }.into_any(),
    }
}

fn used(token: &TokenView, as_of: Timestamp) -> AnyView {
    match token.used_at {
        Some(at) => view! { "last used "{time::ago(at, as_of)} }.into_any(),
        None => "never used".into_any(),
    }
}

fn revoke(token: &TokenView, whose: Whose) -> AnyView {
    let back = (whose == Whose::Everyones).then(|| field::hidden("everyones", "true"));
    view! {
        <details class="form-action">
            <summary>"Revoke it"</summary>
            <form class="ask" method="post" action=links::revoke_token(&token.id)>
                <p class="hint">"Anyone who uses it is refused from that moment. It cannot be undone."</p>
                {back}
                <p class="send"><button class="button grave" type="submit">"Revoke "{token.label.to_string()}</button></p>
            </form>
        </details>
    }
    .into_any()
}
