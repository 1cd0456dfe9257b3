//! The head of a page: where it is, and what it is.

use leptos::prelude::*;

/// A page on the way from the overview to this one.
pub(crate) struct Crumb {
    /// What it is called.
    pub(crate) name: String,
    /// Its address.
    pub(crate) href: String,
}

impl Crumb {
    /// A page on the way.
    pub(crate) fn new(name: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            href: href.into(),
        }
    }
}

/// The way from the overview to this page.
pub(crate) fn trail(crumbs: Vec<Crumb>) -> AnyView {
    let way = std::iter::once(Crumb::new("Overview", crate::links::OVERVIEW)).chain(crumbs);
    let items = way
        .map(|crumb| view! { <li><a href=crumb.href>{crumb.name}</a></li> })
        .collect_view();
    view! {
        <nav class="trail" aria-label="Breadcrumb">
            <ol>{items}</ol>
        </nav>
    }
    .into_any()
}

/// A section's head, with a link to the whole of what it shows a part of.
pub(crate) fn section(
    id: &'static str,
    title: &'static str,
    more: Option<(String, &'static str)>,
) -> AnyView {
    view! {
        <header class="section">
            <h2 id=id>{title}</h2>
            {more.map(|(href, text)| view! { <a href=href>{text}</a> })}
        </header>
    }
    .into_any()
}

/// What stands where there is nothing to show: what is missing, and how it comes to be there.
pub(crate) fn empty(title: &'static str, hint: AnyView) -> AnyView {
    view! {
        <div class="empty">
            <p><strong>{title}</strong></p>
            <p>{hint}</p>
        </div>
    }
    .into_any()
}
