//! `/{app}/builds/{id}/promote`

use axum::{extract::State, response::Response};
use domain::{
    gate::{GateKind, UnknownGate},
    id::{AppId, BuildId},
    promotion::Bypass,
};
use frontend::links;

use super::build;
use crate::{
    Error,
    http::{
        Shared,
        caller::Caller,
        form::{Form, done},
        names::Names,
        problem::Problem,
    },
    promotion::PromotionRequest,
};

/// Asks for a build's release, and leads to the promotion, also to one that somebody had asked for before.
pub(super) async fn promote(
    State(front): Shared,
    caller: Caller,
    Names((app, id)): Names<(AppId, BuildId)>,
    form: Form,
) -> Result<Response, Problem> {
    build::alone(&front, &caller, &app, &id).await?;
    let request = PromotionRequest {
        build: id.clone(),
        to: form.name("to")?,
        reason: form.text("reason").to_owned(),
        bypass: bypass(&form)?,
    };
    let asked = front.portal.request(caller.who(), request, caller.now);
    match form.send(asked).await {
        Ok(asked) => Ok(done(&links::promotion(&asked.promotion.id))),
        Err(error) => {
            let back = form.back("promote", error)?;
            build::returned(&front, &caller, &app, &id, back).await
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
