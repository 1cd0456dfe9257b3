//! `[[environments]]`: where builds are released.

use domain::{
    catalog,
    id::{EnvironmentId, RESERVED_ENVIRONMENTS},
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    document::Document,
    reader::{Entries, Given, Leaf},
    values::{self, SLUG, for_people, slug, unique},
};

/// A place where builds are released.
#[derive(Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Environment {
    /// Its name in addresses: lower-case letters, digits and inner hyphens.
    #[schemars(regex(pattern = SLUG), example = &"dev")]
    id: Given<String>,
    /// Its name for people.
    #[schemars(length(min = 1, max = 60), example = &"Development")]
    name: Given<String>,
    /// Its colour on pages, such as `"#2e7d32"`.
    #[schemars(regex(pattern = "^#[0-9a-fA-F]{6}$"), example = &"#2e7d32")]
    colour: Given<String>,
}

/// What other tables may name, even when something else is wrong with an environment.
pub(crate) fn names(environments: &impl Entries<Environment>) -> Vec<&str> {
    let ids = environments
        .entries()
        .filter_map(|(environment, _)| environment.id.value());
    ids.map(String::as_str).collect()
}

pub(crate) fn all(
    document: &Document<'_>,
    environments: &impl Entries<Environment>,
) -> Vec<catalog::Environment> {
    if environments.entries().next().is_none() {
        document.problem(
            environments.span_or(&(0..0)),
            "no environments",
            "add [[environments]] with id = \"dev\", name = \"Development\" and colour = \"#2e7d32\"",
        );
    }
    let mut before = Vec::new();
    let environment = |(environment, _)| one(document, environment, &mut before);
    environments.entries().filter_map(environment).collect()
}

fn one(
    document: &Document<'_>,
    environment: &Environment,
    before: &mut Vec<String>,
) -> Option<catalog::Environment> {
    let name = environment.name.text();
    let name = name.and_then(|name| for_people(document, &name, 60));
    let colour = environment.colour.text();
    let colour = colour.and_then(|text| values::colour(document, &text));
    let id = environment.id.text()?;
    unique(document, "environment", &id, before);
    let id: Option<EnvironmentId> = slug(document, "environment", &id, &RESERVED_ENVIRONMENTS);
    Some(catalog::Environment {
        id: id?,
        name: name?,
        colour: colour?,
    })
}
