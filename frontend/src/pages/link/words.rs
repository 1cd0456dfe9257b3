//! Share links in words.

use domain::{
    catalog::App,
    share::{ShareLink, Shared, Standing},
};
use leptos::prelude::*;

use crate::links;

/// What a link gives, with where that is.
pub(super) fn what(shared: &Shared, apps: &[App]) -> AnyView {
    let name = name(shared, apps);
    match shared {
        Shared::Build { app, build, number } => {
            let text = format!("Build {number} of {name}");
            view! { <a href=links::build(app, build)>{text}</a> }.into_any()
        }
        Shared::Newest { app, environment } => {
            let text = format!("The newest {name} in {environment}");
            view! { <a href=links::tester(app, environment)>{text}</a> }.into_any()
        }
    }
}

fn name(shared: &Shared, apps: &[App]) -> String {
    let known = apps.iter().find(|app| app.id == *shared.app());
    known.map_or_else(|| shared.app().to_string(), |app| app.name.clone())
}

/// How often it was used, and may be.
pub(super) fn uses(link: &ShareLink) -> String {
    match link.limit {
        Some(limit) => format!("{} of {limit} downloads used", link.used),
        None => domain::words::count(usize::try_from(link.used).unwrap_or_default(), "download"),
    }
}

/// Whether it still gives something, in one word.
pub(super) const fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Live => "live",
        Standing::Expired => "expired",
        Standing::Revoked => "revoked",
        Standing::Spent => "used up",
    }
}
