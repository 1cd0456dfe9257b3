//! The form that makes a token.

use domain::{
    access::Permission,
    catalog::{App, Environment},
};
use leptos::prelude::*;

use crate::{
    components::field::{self},
    form::Returned,
    links,
};

/// What the form sends for all of a kind, which is no name of one.
pub const ALL: &str = "*";

/// How long a token may live, in days, with the one that is chosen at first.
const DAYS: [(u32, bool); 6] = [
    (1, false),
    (7, false),
    (30, false),
    (90, true),
    (180, false),
    (365, false),
];

/// What the viewer may give to a token.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct MayGive {
    /// What it may do.
    pub permissions: Vec<Permission>,
    /// For which apps.
    pub apps: Vec<App>,
    pub environments: Vec<Environment>,
}

pub(super) fn form(may: &MayGive, returned: Option<&Returned>) -> AnyView {
    let permissions = may.permissions.iter();
    let permissions =
        permissions.map(|it| choice("may", it.as_str(), words(*it).to_owned(), returned));
    let apps = may.apps.iter();
    let apps = apps.map(|app| choice("app", app.id.as_str(), app.name.clone(), returned));
    let environments = may.environments.iter();
    let environments =
        environments.map(|one| choice("environment", one.id.as_str(), one.name.clone(), returned));
    view! {
        <section aria-labelledby="make">
            <form class="ask" method="post" action=links::tokens(false)>
                <h2 id="make">"Make a token"</h2>
                <p class="hint">"It can do what you choose here, and never more than you can do yourself at that time."</p>
                {field::troubles(returned, "Not made")}
                {label(returned)}
                <fieldset><legend>"What it may do"</legend>{permissions.collect_view()}</fieldset>
                <fieldset>
                    <legend>"For which apps"</legend>
                    {choice("app", ALL, "All apps, including future ones".to_owned(), returned)}
                    {apps.collect_view()}
                </fieldset>
                <fieldset>
                    <legend>"In which environments"</legend>
                    {choice("environment", ALL, "All environments, including future ones".to_owned(), returned)}
                    {environments.collect_view()}
                </fieldset>
                {lifetime(returned)}
                <p class="send"><button class="button act" type="submit">"Make the token"</button></p>
            </form>
        </section>
    }
    .into_any()
}

fn label(returned: Option<&Returned>) -> AnyView {
    let typed = returned.and_then(|returned| returned.value("label"));
    let typed = typed.unwrap_or_default().to_owned();
    view! {
        <p class="field">
            <label for="label">"Name: lower-case letters, digits and hyphens, such as ci-wallet"</label>
            <input id="label" name="label" value=typed required maxlength="40" autocomplete="off"
                pattern="[a-z0-9]([a-z0-9-]*[a-z0-9])?" />
        </p>
    }
    .into_any()
}

fn lifetime(returned: Option<&Returned>) -> AnyView {
    let chosen = returned.and_then(|returned| returned.value("days"));
    let options = DAYS.map(|(days, usual)| {
        let value = days.to_string();
        let selected = chosen.map_or(usual, |chosen| chosen == value);
        let words = if days == 1 {
            "1 day".to_owned()
        } else {
            format!("{days} days")
        };
        view! { <option value=value selected=selected>{words}</option> }
    });
    view! {
        <p class="field">
            <label for="days">"Expires in"</label>
            <select id="days" name="days">{options.into_iter().collect_view()}</select>
        </p>
    }
    .into_any()
}

fn choice(name: &'static str, value: &str, words: String, returned: Option<&Returned>) -> AnyView {
    let chosen = returned.is_some_and(|returned| returned.has(name, value));
    view! {
        <label class="choice">
            <input type="checkbox" name=name value=value.to_owned() checked=chosen />
            <span>{words}</span>
        </label>
    }
    .into_any()
}

const fn words(permission: Permission) -> &'static str {
    match permission {
        Permission::View => "View apps, builds, runs and releases (always included)",
        Permission::Download => "Download builds",
        Permission::Register => "Register builds, and release them where that needs no promotion",
        Permission::Report => "Report what pipelines do",
        Permission::Promote => "Request promotions and rollbacks, and cancel them",
        Permission::Hold => "Hold releases, and lift holds",
        Permission::Withdraw => "Withdraw builds, and restore them",
        Permission::Audit => "See who downloaded what, and read the audit log",
    }
}
