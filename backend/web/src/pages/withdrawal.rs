//! `/{app}/builds/{id}/withdraw` and back

use axum::{extract::State, response::Response};
use domain::id::{AppId, BuildId};
use frontend::links;

use super::build;
use crate::{
    extract::{
        caller::Caller,
        form::{Form, done},
        names::Names,
    },
    problem::Problem,
    state::Shared,
};

pub(super) async fn withdraw(
    State(state): Shared,
    caller: Caller,
    Names((app, id)): Names<(AppId, BuildId)>,
    form: Form,
) -> Result<Response, Problem> {
    build::alone(&state, &caller, &app, &id).await?;
    let why = form.text("reason");
    let withdrawn = state
        .portal
        .holds()
        .withdraw(caller.who(), &id, why, caller.now);
    match form.send(withdrawn).await {
        Ok(_) => Ok(done(&links::build(&app, &id))),
        Err(error) => {
            let back = form.back("withdraw", error)?;
            build::returned(&state, &caller, &app, &id, back).await
        }
    }
}

pub(super) async fn restore(
    State(state): Shared,
    caller: Caller,
    Names((app, id)): Names<(AppId, BuildId)>,
    form: Form,
) -> Result<Response, Problem> {
    build::alone(&state, &caller, &app, &id).await?;
    let why = form.text("reason");
    let restored = state
        .portal
        .holds()
        .restore(caller.who(), &id, why, caller.now);
    let Err(error) = form.send(restored).await else {
        return Ok(done(&links::build(&app, &id)));
    };
    let back = form.back("restore", error)?;
    let view = build::of_app(&state, &caller, &app, &id).await?;
    if view.withdrawn.is_none() && back.status == axum::http::StatusCode::CONFLICT {
        // A second click: it is as it was asked for.
        return Ok(done(&links::build(&app, &id)));
    }
    build::returned(&state, &caller, &app, &id, back).await
}
