//! Who looks, and what they may do, with the reason.

use domain::{
    actor::{Actor, ActorKind},
    view::Me,
};
use leptos::prelude::*;

use crate::{
    components::{
        heading,
        icon::{self, icon},
        list, person, rights,
        settings::{self, Tab},
    },
    links,
    pages::Page,
    site::{Place, Site},
};

/// Who looks, and what they may do.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct YouPage<'a> {
    /// The viewer.
    pub me: &'a Me,
    /// Whether the apps are shown from the first one on.
    pub from_first: bool,
}

impl Page for YouPage<'_> {
    fn title(&self) -> String {
        "Settings".to_owned()
    }

    fn class(&self) -> &'static str {
        "settings"
    }

    fn place(&self) -> Place {
        Place::Settings
    }

    fn body(&self, site: &Site) -> AnyView {
        let me = self.me;
        view! {
            {settings::head(Tab::You, &site.visitor)}
            {facts(me)}
            {why(me)}
            <section aria-labelledby="may">
                {heading::section("may", "What you may do", None)}
                {may(me, self.from_first)}
            </section>
        }
        .into_any()
    }
}

fn facts(me: &Me) -> AnyView {
    let groups = me.groups.iter();
    let groups = groups.map(|group| view! { <code>{group.clone()}</code>" " });
    view! {
        <dl class="facts-grid">
            <div class="wide"><dt>"You are"</dt><dd>{person::name(&me.actor)}</dd></div>
            <div class="wide"><dt>"Known by"</dt><dd>{known_by(me)}</dd></div>
            {(!me.groups.is_empty()).then(|| view! {
                <div class="wide"><dt>"Groups that count here"</dt><dd>{groups.collect_view()}</dd></div>
            })}
        </dl>
    }
    .into_any()
}

fn known_by(me: &Me) -> String {
    match me.actor.kind {
        ActorKind::Local => "local mode".to_owned(),
        ActorKind::Person
        | ActorKind::Pipeline
        | ActorKind::Portal
        | ActorKind::Token
        | ActorKind::Machine
        | ActorKind::Guest => format!("a {}", me.proof),
    }
}

fn why(me: &Me) -> Option<AnyView> {
    if me.roles.is_empty() {
        return None;
    }
    let section = view! {
        <section aria-labelledby="roles">
            {heading::section("roles", "Your roles", None)}
            <p class="hint">"A change of your groups at the issuer counts from your next sign-in on."</p>
            {rights::roles(&me.roles)}
        </section>
    };
    Some(section.into_any())
}

fn may(me: &Me, from_first: bool) -> AnyView {
    let local = me.actor.kind == ActorKind::Local;
    if me.may.apps.is_empty() && me.roles.is_empty() && !local {
        return ask_for_a_role(&me.actor);
    }
    let hint = if local {
        "This portal has one user, so nobody needs a role. Approving is for people whom a gate names, and nobody has signed in here."
    } else {
        "The small numbers name the role that lets you; \u{201c}gate\u{201d}: the gate there asks one of your groups."
    };
    view! {
        <p class="hint">{hint}</p>
        {rights::tables(&me.may, &me.environments)}
        {list::forward(
            (!from_first).then(|| links::you(None)),
            me.may.next.as_ref().map(|next| links::you(Some(next))),
        )}
    }
    .into_any()
}

/// What someone can do who may do nothing.
fn ask_for_a_role(actor: &Actor) -> AnyView {
    view! {
        <div class="callout" data-status="waiting">
            {icon(icon::NOTE)}
            <p>
                "You have no role here yet, so there is nothing that you may see. Ask an administrator of this portal for one: \
                they give it to a group that you are in, or to " <code>{actor.name.clone()}</code> ", under "
                <code>"[[roles]]"</code> " in " <code>"towpath.toml"</code> ". Then sign in again."
            </p>
        </div>
    }
    .into_any()
}
