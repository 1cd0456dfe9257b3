//! Who may do what, and what someone may do.

use domain::{
    access::HeldRole,
    view::{AccessView, Approvers, AskedAbout},
    words::{all_of, count},
};
use leptos::prelude::*;

use crate::{
    components::{
        field, heading, list, rights,
        settings::{self, Tab},
    },
    form::Returned,
    links,
    pages::Page,
    site::{Place, Site},
};

/// Who may do what.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct AccessPage<'a> {
    /// The roles, and what someone may do who was asked about.
    pub view: &'a AccessView,
    /// What could not be asked.
    pub returned: Option<&'a Returned>,
}

impl Page for AccessPage<'_> {
    fn title(&self) -> String {
        "Access".to_owned()
    }

    fn class(&self) -> &'static str {
        "settings"
    }

    fn place(&self) -> Place {
        Place::Settings
    }

    fn body(&self, site: &Site) -> AnyView {
        let Self { view, returned } = *self;
        view! {
            {settings::head(Tab::Access, &site.visitor)}
            <section aria-labelledby="asked">
                {heading::section("asked", "Check access", None)}
                {form(view.asked.as_ref(), returned)}
                {view.asked.as_ref().map(|asked| answer(asked, view))}
            </section>
            <section aria-labelledby="roles">
                {heading::section("roles", "Roles", None)}
                {roles(&view.roles)}
            </section>
            {approvers(&view.approvers)}
        }
        .into_any()
    }
}

fn form(asked: Option<&AskedAbout>, returned: Option<&Returned>) -> AnyView {
    let typed = returned.and_then(|returned| returned.value("groups"));
    let asked = asked.map(|asked| asked.groups.join(", "));
    let value = typed.map(str::to_owned).or(asked).unwrap_or_default();
    view! {
        <form class="ask" method="get" action=links::ACCESS>
            {field::troubles(returned, "Nobody was asked about")}
            <p class="field">
                <label for="groups">"Groups or address"</label>
                <input id="groups" name="groups" value=value autocomplete="off" spellcheck="false" aria-describedby="groups-hint" />
            </p>
            <p class="hint" id="groups-hint">"Comma-separated: " <code>"wallet-leads, ada@example.com"</code> ". The portal knows nobody's groups before they sign in."</p>
            <p class="send"><button class="button act" type="submit">"Show"</button></p>
        </form>
    }
    .into_any()
}

fn answer(asked: &AskedAbout, view: &AccessView) -> AnyView {
    let who = all_of(&asked.groups);
    if asked.roles.is_empty() {
        let hint = format!(
            "No role is given to {who}. Anyone who is in no group of the list below sees nothing here."
        );
        return heading::empty("Nothing", hint.into_any());
    }
    view! {
        <p class="lead">{format!("Someone of {who} has these roles:")}</p>
        {rights::roles(&asked.roles)}
        <p class="hint beside">"and by these, as the small numbers say, may:"</p>
        {rights::tables(&asked.may, &view.environments)}
        {list::forward(
            None,
            asked.may.next.as_ref().map(|next| links::access(&asked.groups, Some(next))),
        )}
    }
    .into_any()
}

fn roles(roles: &[HeldRole]) -> AnyView {
    if roles.is_empty() {
        return heading::empty(
            "No roles configured",
            view! { "Add " <code>"[[roles]]"</code> " to " <code>"towpath.toml"</code> ": until then, nobody who signs in sees anything." }
                .into_any(),
        );
    }
    let items = roles
        .iter()
        .map(|role| {
            view! {
                <li>
                    <span class="entry-number">{role.entry}</span>
                    <div class="what">
                        <p><strong>{role.role.as_str()}</strong>" "{rights::place(role)}</p>
                        <p class="facts"><span>"for "{groups(&role.groups)}</span></p>
                    </div>
                </li>
            }
        })
        .collect_view();
    view! {
        <p class="hint">"From " <code>"[[roles]]"</code> " of " <code>"towpath.toml"</code> ", in its order. A group leads to what its people may do."</p>
        <ul class="rows roles">{items}</ul>
    }
    .into_any()
}

/// Groups, each with the way to what its people may do.
fn groups(groups: &[String]) -> AnyView {
    let groups = groups.iter().map(|group| {
        let href = links::access_of(group);
        view! { <a href=href><code>{group.clone()}</code></a>" " }
    });
    groups.collect_view().into_any()
}

fn approvers(approvers: &[Approvers]) -> Option<AnyView> {
    if approvers.is_empty() {
        return None;
    }
    let items = approvers
        .iter()
        .map(|rule| {
            let apps = if rule.apps.is_empty() {
                "every other app".to_owned()
            } else {
                all_of(&rule.apps)
            };
            let needed = usize::try_from(rule.count).unwrap_or(usize::MAX);
            let needed = count(needed, "approval");
            view! {
                <li>
                    <div class="what">
                        <p><strong>{format!("{apps} into {}", rule.environment)}</strong></p>
                        <p class="facts"><span>{needed}" from "{groups(&rule.groups)}</span></p>
                    </div>
                </li>
            }
        })
        .collect_view();
    let section = view! {
        <section aria-labelledby="approvers">
            {heading::section("approvers", "Approvers", None)}
            <p class="hint">"By the gates of " <code>"[[paths]]"</code> ". Nobody else may approve, and nobody what they asked for themselves. A group without a role sees nothing, and so approves nothing."</p>
            <ul class="rows">{items}</ul>
        </section>
    };
    Some(section.into_any())
}
