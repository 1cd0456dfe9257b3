//! `/api/v1/holds`

use api::holds::{HoldRequest, Lift};
use axum::{Json, extract::State};
use domain::view::{HeldView, HoldsView};

use crate::{
    extract::{body, caller::Caller},
    openapi::{Conflict, Invalid, MediaType, NotFound},
    problem::Problem,
    state::Shared,
};

/// Holds in force on environments and on automatic promotion.
#[utoipa::path(
    get, path = "/api/v1/holds", tag = "holds", operation_id = "holds",
    responses((status = 200, description = "Holds in force", body = HoldsView)),
)]
pub(super) async fn list(State(state): Shared, caller: Caller) -> Result<Json<HoldsView>, Problem> {
    Ok(Json(
        state.portal.holds().list(&caller.actor, caller.now).await?,
    ))
}

/// Holds an environment: nothing starts there from this moment on. What had started is listed, and goes on.
#[utoipa::path(
    post, path = "/api/v1/holds", tag = "holds", operation_id = "hold_environment",
    request_body = HoldRequest,
    responses((status = 200, description = "The hold", body = HeldView), Invalid, NotFound, Conflict, MediaType),
)]
pub(super) async fn hold_environment(
    State(state): Shared,
    caller: Caller,
    body::Json(request): body::Json<HoldRequest>,
) -> Result<Json<HeldView>, Problem> {
    let held = state
        .portal
        .holds()
        .hold_environment(caller.who(), request, caller.now);
    Ok(Json(held.await?))
}

/// Lifts a hold on an environment or on automatic promotion, and goes on with what waited for that. The holds that are
/// still in force.
#[utoipa::path(
    post, path = "/api/v1/holds/lift", tag = "holds", operation_id = "lift_hold",
    request_body = Lift,
    responses((status = 200, description = "Holds in force", body = HoldsView), Invalid, NotFound, MediaType),
)]
pub(super) async fn lift(
    State(state): Shared,
    caller: Caller,
    body::Json(Lift { on, reason }): body::Json<Lift>,
) -> Result<Json<HoldsView>, Problem> {
    let why = reason.as_deref();
    let lifted = state
        .portal
        .holds()
        .lift(caller.who(), &on, why, caller.now);
    lifted.await?;
    Ok(Json(
        state.portal.holds().list(&caller.actor, caller.now).await?,
    ))
}
