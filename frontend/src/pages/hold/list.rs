//! Holds in force, what still runs under them, and the form that makes one.

use domain::{
    Timestamp,
    hold::{Held, Hold},
    promotion::{Promotion, State},
    view::{HoldView, HoldsView},
    words::sentence,
};
use leptos::prelude::*;

use super::new::{self, MayHold};
use crate::{
    components::{
        field::{self, Words},
        heading, holds,
        icon::{self, icon},
        promotions,
    },
    form::{Returned, back},
    links,
    pages::Page,
    site::{Place, Site},
};

/// Holds in force.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct HoldsPage<'a> {
    pub view: &'a HoldsView,
    /// Promotions that are not over.
    pub open: &'a [Promotion],
    /// What the viewer can hold.
    pub may: &'a [MayHold],
    /// A form of the page that was not carried out.
    pub returned: Option<&'a Returned>,
}

impl Page for HoldsPage<'_> {
    fn title(&self) -> String {
        "Holds".to_owned()
    }

    fn class(&self) -> &'static str {
        "holds"
    }

    fn place(&self) -> Place {
        Place::Holds
    }

    fn body(&self, _: &Site) -> AnyView {
        let Self {
            view,
            open,
            may,
            returned,
        } = *self;
        view! {
            <header class="page"><h1>"Holds"</h1></header>
            <section aria-labelledby="force">
                {heading::section("force", "Active holds", None)}
                {list(view, open, back(returned, "lift"))}
            </section>
            {new::form(may, back(returned, "holds"))}
        }
        .into_any()
    }
}

fn list(view: &HoldsView, open: &[Promotion], returned: Option<&Returned>) -> AnyView {
    if view.holds.is_empty() {
        return view! {
            {field::troubles(returned, "Not lifted")}
            {heading::empty("No environment is on hold", "Promotions go on as their gates let them.".into_any())}
        }
        .into_any();
    }
    let items = view
        .holds
        .iter()
        .map(|hold| item(hold, open, returned, view.as_of))
        .collect_view();
    view! { <ul class="rows holds-list">{items}</ul> }.into_any()
}

fn item(
    view: &HoldView,
    open: &[Promotion],
    returned: Option<&Returned>,
    as_of: Timestamp,
) -> AnyView {
    let hold = &view.hold;
    view! {
        <li data-status="waiting">
            <div class="what">
                <p class="held">{icon(icon::STOP)} <strong>{holds::what(&hold.on)}</strong></p>
                <p>{sentence(&hold.reason)}</p>
                <p class="facts">{holds::since(hold, as_of)}</p>
                {running(hold, open, as_of)}
                {view.may_lift.then(|| lift(hold, returned))}
            </div>
        </li>
    }
    .into_any()
}

/// What had started before: its pipeline goes on, its release waits.
fn running(hold: &Hold, open: &[Promotion], as_of: Timestamp) -> Option<AnyView> {
    let Held::Environment { environment, app } = &hold.on else {
        return None;
    };
    let started: Vec<Promotion> = open
        .iter()
        .filter(|promotion| matches!(promotion.state, State::Starting | State::Running))
        .filter(|promotion| promotion.to == *environment)
        .filter(|promotion| app.as_ref().is_none_or(|app| *app == promotion.app))
        .cloned()
        .collect();
    if started.is_empty() {
        return Some(view! { <p class="facts">"No promotions were in progress."</p> }.into_any());
    }
    let list = view! {
        <p>"Had started before; its release waits until the hold is lifted:"</p>
        {promotions::open(&started, as_of)}
    };
    Some(list.into_any())
}

fn lift(hold: &Hold, returned: Option<&Returned>) -> AnyView {
    let (what, environment, app) = match &hold.on {
        Held::Environment { environment, app } => ("environment", environment, app.as_ref()),
        Held::Automatic { app, environment } => ("automatic", environment, Some(app)),
        // Withdrawn builds are no part of this list; their own pages restore them.
        Held::Build { .. } => return ().into_any(),
    };
    let id = format!(
        "lift-{what}-{environment}-{}",
        app.map_or("", |app| app.as_str())
    );
    let own = |returned: &&Returned| {
        let app = app.map(domain::id::AppId::as_str).unwrap_or_default();
        returned.value("what") == Some(what)
            && returned.value("environment") == Some(environment.as_str())
            && returned.value("app").unwrap_or_default() == app
    };
    let returned = returned.filter(own);
    let why = Words {
        name: "reason",
        id,
        label: "Reason (optional)",
        required: false,
    };
    view! {
        <details class="form-action" open=returned.is_some()>
            <summary>"Lift this hold"</summary>
            <form class="ask" method="post" action=links::LIFT>
                {field::troubles(returned, "Not lifted")}
                {field::hidden("what", what)}
                {field::hidden("environment", environment)}
                {app.map(|app| field::hidden("app", app))}
                {why.view(returned)}
                <p class="send"><button class="button act" type="submit">"Lift the hold"</button></p>
            </form>
        </details>
    }
    .into_any()
}
