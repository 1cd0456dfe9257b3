//! Commits: short, with the whole behind the short one.

use domain::event::Revision;
use leptos::prelude::*;

use crate::links;

/// The short commit; a link where the source says where to read it.
pub(crate) fn short(revision: &Revision) -> AnyView {
    let text = view! {
        <code title=revision.commit.clone()>{revision.short_commit().to_owned()}</code>
    };
    match revision.url.as_deref().and_then(links::foreign) {
        Some(url) => view! { <a href=url rel="noreferrer">{text}</a> }.into_any(),
        None => text.into_any(),
    }
}

/// Repository and branch, as far as known.
pub(crate) fn origin(revision: &Revision) -> Option<String> {
    match (&revision.repository, &revision.branch) {
        (Some(repository), Some(branch)) => Some(format!("{repository}, {branch}")),
        (Some(one), None) | (None, Some(one)) => Some(one.clone()),
        (None, None) => None,
    }
}
