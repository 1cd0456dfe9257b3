//! `[[apps]]`: what the team ships.

use domain::{
    catalog,
    id::{AppId, RESERVED_APPS},
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    document::Document,
    reader::{Entries, Given, Leaf},
    values::{SLUG, for_people, slug, unique},
};

/// A product that the team ships.
#[derive(Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct App {
    /// Its name in addresses: lower-case letters, digits and inner hyphens.
    #[schemars(regex(pattern = SLUG), example = &"wallet")]
    id: Given<String>,
    /// Its name for people.
    #[schemars(length(min = 1, max = 60), example = &"Wallet")]
    name: Given<String>,
}

/// What other tables may name, even when something else is wrong with an app.
pub(crate) fn names(apps: &impl Entries<App>) -> Vec<&str> {
    let ids = apps.entries().filter_map(|(app, _)| app.id.value());
    ids.map(String::as_str).collect()
}

pub(crate) fn all(document: &Document<'_>, apps: &impl Entries<App>) -> Vec<catalog::App> {
    if apps.entries().next().is_none() {
        document.problem(
            apps.span_or(&(0..0)),
            "no apps",
            "add [[apps]] with id = \"wallet\" and name = \"Wallet\"",
        );
    }
    let mut before = Vec::new();
    let app = |(app, _)| one(document, app, &mut before);
    apps.entries().filter_map(app).collect()
}

fn one(document: &Document<'_>, app: &App, before: &mut Vec<String>) -> Option<catalog::App> {
    let name = app.name.text();
    let name = name.and_then(|name| for_people(document, &name, 60));
    let id = app.id.text()?;
    unique(document, "app", &id, before);
    let id: Option<AppId> = slug(document, "app", &id, &RESERVED_APPS);
    Some(catalog::App {
        id: id?,
        name: name?,
    })
}
