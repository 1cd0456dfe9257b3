//! `/{app}/builds/{id}/promote`

use api::promotions::PromotionRequest;
use axum::{extract::State, response::Response};
use domain::{
    gate::{GateKind, UnknownGate},
    id::{AppId, BuildId},
    promotion::Bypass,
};
use frontend::links;
use portal::Error;

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

/// Asks for a build's release, and leads to the promotion, also to one that somebody had asked for before.
pub(super) async fn promote(
    State(state): Shared,
    caller: Caller,
    Names((app, id)): Names<(AppId, BuildId)>,
    form: Form,
) -> Result<Response, Problem> {
    build::alone(&state, &caller, &app, &id).await?;
    let request = PromotionRequest {
        build: id.clone(),
        to: form.name("to")?,
        reason: form.text("reason").to_owned(),
        bypass: bypass(&form)?,
    };
    let asked = state
        .portal
        .promotions()
        .request(caller.who(), request, caller.now);
    match form.send(asked).await {
        Ok(asked) => Ok(done(&links::promotion(&asked.promotion.id))),
        Err(error) => {
            let back = form.back("promote", error)?;
            build::returned(&state, &caller, &app, &id, back).await
        }
    }
}

/// The gates to go past, if any were chosen or a reason to was given.
fn bypass(form: &Form) -> Result<Option<Bypass>, Problem> {
    let gates: Result<Vec<GateKind>, UnknownGate> = form.all("bypass").map(str::parse).collect();
    let gates =
        gates.map_err(|error| Problem::from(Error::invalid("bypass", error.to_string())))?;
    let reason = form.text("bypass-reason").to_owned();
    let meant = !gates.is_empty() || !reason.trim().is_empty();
    Ok(meant.then_some(Bypass { gates, reason }))
}
