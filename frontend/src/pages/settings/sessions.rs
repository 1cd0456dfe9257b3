//! Where somebody is signed in, and ending that.

use domain::{Timestamp, id::SessionId, words};
use leptos::prelude::*;

use crate::{
    components::{
        field::{self, Words},
        heading,
        settings::{self, Tab},
        time,
    },
    form::{Returned, back},
    links,
    pages::Page,
    site::{Place, Site, Visitor},
};

/// Being signed in with one browser.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SessionLine {
    /// Its identity.
    pub id: SessionId,
    /// The browser and its system.
    pub device: String,
    /// The address that it signed in from, where that is known.
    pub address: Option<String>,
    /// When it began.
    pub began: Timestamp,
    /// When it was last seen.
    pub seen: Timestamp,
    /// When it ends whatever happens.
    pub until: Timestamp,
    /// Whether it is the one that looks.
    pub current: bool,
}

/// Where someone is signed in.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct SessionsPage<'a> {
    /// The sessions, the one that looks first.
    pub sessions: &'a [SessionLine],
    /// Whether they may end all sessions of anyone.
    pub may_end_all: bool,
    /// Whose sessions were ended just now, and how many.
    pub ended: Option<(&'a str, usize)>,
    /// A form of the page that was not carried out.
    pub returned: Option<&'a Returned>,
    /// When this was true.
    pub as_of: Timestamp,
}

impl Page for SessionsPage<'_> {
    fn title(&self) -> String {
        "Sessions".to_owned()
    }

    fn class(&self) -> &'static str {
        "settings"
    }

    fn place(&self) -> Place {
        Place::Settings
    }

    fn body(&self, site: &Site) -> AnyView {
        let Self {
            sessions,
            may_end_all,
            ended,
            returned,
            as_of,
        } = *self;
        let local = site.visitor == Visitor::Local;
        view! {
            {settings::head(Tab::Sessions, &site.visitor)}
            {ended.map(confirmed)}
            <section aria-labelledby="sessions">
                {heading::section("sessions", "Where you are signed in", None)}
                {if local { none() } else { list(sessions, as_of) }}
            </section>
            {(may_end_all && !local).then(|| end_all(back(returned, "end-all")))}
        }
        .into_any()
    }
}

fn confirmed((person, ended): (&str, usize)) -> AnyView {
    let said = match ended {
        0 => format!("{person} was not signed in: no session ended."),
        _ => format!("{} of {person} ended.", words::count(ended, "session")),
    };
    view! { <p class="callout" data-status="succeeded" role="status">{said}</p> }.into_any()
}

fn none() -> AnyView {
    heading::empty(
        "Nobody signs in here",
        "A local portal takes anyone who reaches it for its one user, so there are no sessions to end.".into_any(),
    )
}

fn list(sessions: &[SessionLine], as_of: Timestamp) -> AnyView {
    let others = sessions.iter().any(|session| !session.current);
    let items = sessions
        .iter()
        .map(|session| item(session, as_of))
        .collect_view();
    let end_others = others.then(|| {
        view! {
            <form class="ways" method="post" action=links::END_OTHER_SESSIONS>
                <button class="button grave" type="submit">"Sign out everywhere else"</button>
            </form>
        }
    });
    view! {
        <p class="hint">"If you do not know one of these, end it: its browser is out within 5 minutes. Then change your password at the issuer."</p>
        <ul class="rows sessions">{items}</ul>
        {end_others}
    }
    .into_any()
}

fn item(session: &SessionLine, as_of: Timestamp) -> AnyView {
    let address = session.address.clone();
    let address = address.map(|address| view! { <span>"from "{address}</span> });
    let way = if session.current {
        view! { <span class="mark-current">"this one"</span> }.into_any()
    } else {
        let label = format!("End the session of {}", session.device);
        view! {
            <form method="post" action=links::end_session(&session.id)>
                <button class="button" type="submit" aria-label=label>"End it"</button>
            </form>
        }
        .into_any()
    };
    view! {
        <li>
            <div class="what">
                <p><strong>{session.device.clone()}</strong></p>
                <p class="facts">
                    {address}
                    <span>"signed in "{time::ago(session.began, as_of)}</span>
                    <span>"last seen "{time::ago(session.seen, as_of)}</span>
                    <span>"ends at "{time::exact(session.until)}</span>
                </p>
            </div>
            {way}
        </li>
    }
    .into_any()
}

fn end_all(returned: Option<&Returned>) -> AnyView {
    let typed = returned.and_then(|returned| returned.value("person"));
    let typed = typed.unwrap_or_default().to_owned();
    let why = Words {
        name: "reason",
        id: "end-all-reason".to_owned(),
        label: "Reason, for the audit log",
        required: false,
    };
    view! {
        <section aria-labelledby="end-all">
            <form class="ask" method="post" action=links::END_ALL_SESSIONS>
                <h2 id="end-all">"End all sessions of someone"</h2>
                <p class="hint">"For a lost phone, or someone who left: take them out of their groups at the issuer first, else they sign in again."</p>
                {field::troubles(returned, "Nothing was ended")}
                <p class="field">
                    <label for="person">"Their address, or what the issuer calls them"</label>
                    <input id="person" name="person" required=true maxlength="200" autocomplete="off" value=typed />
                </p>
                {why.view(returned)}
                <p class="send"><button class="button grave" type="submit">"End all their sessions"</button></p>
            </form>
        </section>
    }
    .into_any()
}
