//! A month of the log, newest first, with the ways to narrow it, to verify it and to take it away.

use domain::{Timestamp, audit::Entry, catalog::App, page::Page as ListPage};
use leptos::prelude::*;

use super::{entry, words};
use crate::{
    components::{heading, list},
    links,
    pages::Page,
    site::{Place, Site},
};

/// What of the log is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Shown {
    /// The month, `2026-11`.
    pub month: String,
    /// The first month that there is anything of.
    pub first: Option<String>,
    pub last: Option<String>,
    /// Only this app's entries, if set.
    pub app: String,
    /// Only actions of this kind, if set.
    pub action: String,
    /// Only what somebody did whose name holds this, if set.
    pub by: String,
    /// Whether the page starts at the newest entry.
    pub from_newest: bool,
}

impl Shown {
    fn filter(&self) -> [(&'static str, &str); 3] {
        [
            ("app", &self.app),
            ("action", &self.action),
            ("by", &self.by),
        ]
    }

    fn is_narrowed(&self) -> bool {
        self.filter().iter().any(|(_, value)| !value.is_empty())
    }
}

/// A month of the audit log.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct AuditPage<'a> {
    /// Which part of it.
    pub shown: &'a Shown,
    /// One page of entries.
    pub entries: &'a ListPage<Entry>,
    /// The apps to choose from.
    pub apps: &'a [App],
    /// When this was true.
    pub as_of: Timestamp,
}

impl Page for AuditPage<'_> {
    fn title(&self) -> String {
        format!("Audit log of {}", self.shown.month)
    }

    fn class(&self) -> &'static str {
        "audit"
    }

    fn place(&self) -> Place {
        Place::Audit
    }

    fn body(&self, _: &Site) -> AnyView {
        let Self {
            shown,
            entries,
            apps,
            as_of,
        } = *self;
        let filter = shown.filter();
        let newest = (!shown.from_newest).then(|| links::audit(&shown.month, &filter, None));
        let older = entries
            .next
            .as_ref()
            .map(|next| links::audit(&shown.month, &filter, Some(next)));
        view! {
            <header class="page">
                <h1>{format!("Audit log of {}", shown.month)}</h1>
                <p class="lead">"Entries are only ever added. Each holds the hash of the one before."</p>
            </header>
            <p class="ways">
                <a class="button" href=links::AUDIT_VERIFY>"Verify the log"</a>
                <a class="button" href=links::audit_file(&shown.month, "csv") download="">"Month as CSV"</a>
                <a class="button" href=links::audit_file(&shown.month, "jsonl") download="">"Month as JSON lines"</a>
            </p>
            {narrow(shown, apps)}
            {rows(shown, entries, as_of)}
            {list::pages(newest, older)}
        }
        .into_any()
    }
}

fn rows(shown: &Shown, entries: &ListPage<Entry>, as_of: Timestamp) -> AnyView {
    if entries.items.is_empty() {
        let (title, hint) = match (shown.is_narrowed(), &entries.next) {
            (true, Some(_)) => (
                "Nothing here matches",
                "Older entries may: go on to them below.",
            ),
            (true, None) => (
                "Nothing matches",
                "Choose another month, or take a filter away.",
            ),
            (false, _) => (
                "Nothing was noted in this month",
                "Requests, approvals, holds and all that follows from them are.",
            ),
        };
        return heading::empty(title, hint.into_any());
    }
    let items = entries
        .items
        .iter()
        .map(|one| entry::item(one, as_of))
        .collect_view();
    view! { <ol class="rows entries">{items}</ol> }.into_any()
}

fn narrow(shown: &Shown, apps: &[App]) -> AnyView {
    let apps = apps
        .iter()
        .map(|app| option(app.id.to_string(), app.name.clone(), &shown.app))
        .collect_view();
    let actions = words::ACTIONS
        .into_iter()
        .map(|action| {
            option(
                words::name(action),
                words::action(action).to_owned(),
                &shown.action,
            )
        })
        .collect_view();
    view! {
        <form class="narrow-by" method="get" action=links::AUDIT role="search">
            <p class="field"><label for="month">"Month"</label>
                <input id="month" name="month" type="month" required=true value=shown.month.clone() min=shown.first.clone() max=shown.last.clone() pattern="[0-9]{4}-[0-9]{2}" placeholder="2026-11" /></p>
            <p class="field"><label for="app">"App"</label>
                <select id="app" name="app"><option value="">"every app"</option>{apps}</select></p>
            <p class="field"><label for="action">"What"</label>
                <select id="action" name="action"><option value="">"everything"</option>{actions}</select></p>
            <p class="field"><label for="by">"Who"</label>
                <input id="by" name="by" maxlength="100" value=shown.by.clone() /></p>
            <p class="send"><button class="button" type="submit">"Show"</button></p>
        </form>
    }
    .into_any()
}

fn option(value: String, name: String, chosen: &str) -> AnyView {
    let selected = value == chosen;
    view! { <option value=value selected=selected>{name}</option> }.into_any()
}
