//! `/holds`

use api::holds::HoldRequest;
use axum::{extract::State, http::StatusCode, response::Response};
use domain::{
    hold::Held,
    id::{AppId, EnvironmentId},
};
use frontend::{
    links,
    pages::hold::{list::HoldsPage, new::MayHold},
};
use portal::{Error, access::Action};

use crate::{
    extract::{
        caller::Caller,
        form::{Back, Form, done},
    },
    problem::Problem,
    state::{AppState, Shared},
};

pub(super) async fn list(State(state): Shared, caller: Caller) -> Result<Response, Problem> {
    page(&state, &caller, None).await
}

/// Stops what would start there.
pub(super) async fn hold_environment(
    State(state): Shared,
    caller: Caller,
    form: Form,
) -> Result<Response, Problem> {
    let nowhere = || Problem::invalid("place", "Choose what to hold.");
    let (environment, app) = MayHold::parse(form.text("place")).ok_or_else(nowhere)?;
    let on = Held::Environment {
        environment: environment.clone(),
        app: app.clone(),
    };
    let request = HoldRequest {
        environment,
        app,
        reason: form.text("reason").to_owned(),
    };
    let held = state
        .portal
        .holds()
        .hold_environment(caller.who(), request, caller.now);
    let Err(error) = form.send(held).await else {
        return Ok(done(links::HOLDS));
    };
    let back = form.back("holds", error)?;
    let view = state.portal.holds().list(&caller.actor, caller.now).await?;
    let mut holds = view.holds.iter().map(|held| &held.hold);
    let own = holds.any(|hold| hold.on == on && hold.by.is_same_as(&caller.actor));
    if own && back.status == StatusCode::CONFLICT {
        // A second click: it is as it was asked for.
        return Ok(done(links::HOLDS));
    }
    page(&state, &caller, Some(back)).await
}

/// Lifts a hold. One that is not in force any more needs no lifting.
pub(super) async fn lift(
    State(state): Shared,
    caller: Caller,
    form: Form,
) -> Result<Response, Problem> {
    let on = held(&form)?;
    let why = form.filled("reason");
    let lifted = state
        .portal
        .holds()
        .lift(caller.who(), &on, why, caller.now);
    match form.send(lifted).await {
        Ok(()) => Ok(done(links::HOLDS)),
        Err(Error::NotFound { .. }) if sees(&state, &caller, &on) => Ok(done(links::HOLDS)),
        Err(error) => {
            let back = form.back("lift", error)?;
            page(&state, &caller, Some(back)).await
        }
    }
}

fn held(form: &Form) -> Result<Held, Problem> {
    let environment: EnvironmentId = form.name("environment")?;
    let app: Option<AppId> = match form.filled("app") {
        Some(_) => Some(form.name("app")?),
        None => None,
    };
    match (form.text("what"), app) {
        ("environment", app) => Ok(Held::Environment { environment, app }),
        ("automatic", Some(app)) => Ok(Held::Automatic { app, environment }),
        _ => Err(Problem::invalid("what", "This names no hold.")),
    }
}

/// Whether the caller may know of the app that a hold is on.
fn sees(state: &AppState, caller: &Caller, on: &Held) -> bool {
    match on {
        Held::Environment { app: None, .. } => true,
        Held::Environment { app: Some(app), .. }
        | Held::Automatic { app, .. }
        | Held::Build { app, .. } => state.sees(caller, app),
    }
}

async fn page(state: &AppState, caller: &Caller, back: Option<Back>) -> Result<Response, Problem> {
    let portal = &state.portal;
    let (view, open) = futures::try_join!(
        portal.holds().list(&caller.actor, caller.now),
        portal.promotions().waiting(&caller.actor, caller.now),
    )?;
    let mut running = open.waiting_for_you;
    running.extend(open.others);
    let may = may_hold(state, caller);
    let page = HoldsPage {
        view: &view,
        open: &running,
        may: &may,
        returned: back.as_ref().map(|back| &back.returned),
    };
    Ok(state.page_or_form(caller, &page, back.as_ref()))
}

/// Every environment, and every app in it, that the caller can hold.
fn may_hold(state: &AppState, caller: &Caller) -> Vec<MayHold> {
    let catalog = state.portal.catalog();
    let may = |app: Option<&AppId>, environment: &EnvironmentId| {
        let action = Action::Hold { app, environment };
        state.portal.may(&caller.actor, action)
    };
    let mut places = Vec::new();
    for environment in &catalog.environments {
        let all = may(None, &environment.id);
        let apps = catalog
            .apps
            .iter()
            .filter(|app| may(Some(&app.id), &environment.id));
        let apps = apps.map(|app| Some(app.clone()));
        let choices = all.then_some(None).into_iter().chain(apps);
        places.extend(choices.map(|app| MayHold {
            environment: environment.clone(),
            app,
        }));
    }
    places
}
