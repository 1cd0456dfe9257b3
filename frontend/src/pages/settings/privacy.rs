//! What is kept of people: handing it out, and erasing a name.

use domain::{id::PersonId, page::Cursor};
use leptos::prelude::*;

use crate::{
    components::{
        field::{self, Words},
        heading,
        settings::{self, Tab},
    },
    form::{Returned, back},
    links,
    pages::Page,
    site::{Place, Site, Visitor},
};

/// What an erasure did, line by line.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ErasedLines {
    pub person: PersonId,
    /// Why it was asked for.
    pub reason: String,
    /// What was done.
    pub done: Vec<String>,
    /// What stays, and how long.
    pub remains: Vec<(String, String)>,
    /// Where it goes on, if it is not over.
    pub next: Option<Cursor>,
}

/// What is kept of people.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct PrivacyPage<'a> {
    /// Whether the viewer may export and erase anybody.
    pub may_manage: bool,
    /// What was erased just now.
    pub erased: Option<&'a ErasedLines>,
    /// A form of the page that was not carried out.
    pub returned: Option<&'a Returned>,
}

impl Page for PrivacyPage<'_> {
    fn title(&self) -> String {
        "Privacy".to_owned()
    }

    fn class(&self) -> &'static str {
        "settings"
    }

    fn place(&self) -> Place {
        Place::Settings
    }

    fn body(&self, site: &Site) -> AnyView {
        let Self {
            may_manage,
            erased,
            returned,
        } = *self;
        let local = site.visitor == Visitor::Local;
        view! {
            {settings::head(Tab::Privacy, &site.visitor)}
            {erased.map(result)}
            {if local { nobody() } else { own(back(returned, "own")) }}
            {may_manage.then(|| view! {
                {export(back(returned, "export"))}
                {erase(back(returned, "erase"))}
            })}
        }
        .into_any()
    }
}

fn nobody() -> AnyView {
    heading::empty(
        "Nobody signs in here",
        "A local portal takes anyone who reaches it for its one user, of whom it keeps no name."
            .into_any(),
    )
}

fn own(returned: Option<&Returned>) -> AnyView {
    view! {
        <section aria-labelledby="own">
            {heading::section("own", "What is kept about you", None)}
            <p class="hint">"Your sign-in, sessions, tokens and share links, what you did, and what you downloaded: as JSON, without secrets and without the names of others. That you fetched it is in the audit log."</p>
            <form class="ask" method="post" action=links::EXPORT_PERSON>
                {field::troubles(returned, "Nothing was exported")}
                {part("own-part", returned)}
                <p class="send"><button class="button" type="submit">"Download it"</button></p>
            </form>
        </section>
    }
    .into_any()
}

fn typed(returned: Option<&Returned>, name: &str) -> String {
    let typed = returned.and_then(|returned| returned.value(name));
    typed.unwrap_or_default().to_owned()
}

/// Which part of an export: one answer has a few megabytes at the most.
fn part(id: &'static str, returned: Option<&Returned>) -> AnyView {
    let value = typed(returned, "cursor");
    view! {
        <p class="field">
            <label for=id>"Continue from: " <code>"next"</code> " of the previous file, if it has one"</label>
            <input id=id name="cursor" autocomplete="off" value=value />
        </p>
    }
    .into_any()
}

fn who(id: &'static str, returned: Option<&Returned>) -> AnyView {
    let value = |name| typed(returned, name);
    let issuer = format!("{id}-issuer");
    let issuer_id = issuer.clone();
    view! {
        <p class="field">
            <label for=id>"Their address, or their identifier in the audit log"</label>
            <input id=id name="person" required=true maxlength="200" autocomplete="off" value=value("person") />
        </p>
        <p class="field">
            <label for=issuer>"The issuer, if that is its name for them"</label>
            <input id=issuer_id name="issuer" maxlength="200" autocomplete="off" value=value("issuer") />
        </p>
    }
    .into_any()
}

fn export(returned: Option<&Returned>) -> AnyView {
    view! {
        <section aria-labelledby="export">
            <form class="ask" method="post" action=links::EXPORT_PERSON>
                <h2 id="export">"Export what is kept of someone"</h2>
                {field::troubles(returned, "Nothing was exported")}
                {who("export-person", returned)}
                {part("export-part", returned)}
                <p class="send"><button class="button" type="submit">"Download it"</button></p>
            </form>
        </section>
    }
    .into_any()
}

fn erase(returned: Option<&Returned>) -> AnyView {
    let why = Words {
        name: "reason",
        id: "erase-reason".to_owned(),
        label: "Reason, for the audit log",
        required: true,
    };
    view! {
        <section aria-labelledby="erase">
            <form class="ask" method="post" action=links::ERASE_PERSON>
                <h2 id="erase">"Erase someone’s name"</h2>
                <p class="hint">"Their sessions end, their tokens and share links are revoked, and their name goes from all records. What they did stays, and decisions of theirs count as before. If it is you, you are signed out. Take them out of their groups at the issuer first: if they sign in again, they have a name again."</p>
                {field::troubles(returned, "Nothing was erased")}
                {who("erase-person", returned)}
                {why.view(returned)}
                <label class="choice">
                    <input type="checkbox" name="sure" value="yes" required=true />
                    <span>"I know that this cannot be undone"</span>
                </label>
                <p class="send"><button class="button grave" type="submit">"Erase their name"</button></p>
            </form>
        </section>
    }
    .into_any()
}

fn result(erased: &ErasedLines) -> AnyView {
    let done = erased.done.iter().cloned();
    let done = done.map(|line| view! { <li>{line}</li> }).collect_view();
    let Some(next) = &erased.next else {
        let remains = erased.remains.iter().cloned();
        let remains = remains
            .map(|(what, until)| view! { <li>{format!("{what}: {until}")}</li> })
            .collect_view();
        return view! {
            <div class="callout" data-status="succeeded" role="status">
                <div>
                    <p><strong>{format!("The name of person {} is erased.", erased.person)}</strong></p>
                    <ul>{done}</ul>
                </div>
            </div>
            <section aria-labelledby="remains">
                {heading::section("remains", "What stays", None)}
                <ul>{remains}</ul>
            </section>
        }
        .into_any();
    };
    view! {
        <div class="callout" data-status="waiting" role="status">
            <div>
                <p><strong>"Not all records were looked at yet."</strong>" Go on until all were."</p>
                <ul>{done}</ul>
                <form class="ways" method="post" action=links::ERASE_PERSON>
                    {field::hidden("person", &erased.person)}
                    {field::hidden("reason", &erased.reason)}
                    {field::hidden("cursor", next)}
                    {field::hidden("sure", "yes")}
                    <button class="button grave" type="submit">"Go on"</button>
                </form>
            </div>
        </div>
    }
    .into_any()
}
