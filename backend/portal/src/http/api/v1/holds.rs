//! `/api/v1/holds`

use axum::{Json, extract::State};
use domain::{
    hold::Held,
    view::{FrozenView, HoldsView},
};
use serde::Deserialize;

use crate::{
    hold::HoldRequest,
    http::{
        Shared, body,
        caller::Caller,
        openapi::{Conflict, Invalid, MediaType, NotFound},
        problem::Problem,
    },
};

/// What to lift.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Lift {
    /// What is held, as the hold says in `on`.
    on: Held,
    /// Why it is lifted.
    #[serde(default)]
    reason: Option<String>,
}

/// Holds in force on environments and on automatic promotion.
#[utoipa::path(
    get, path = "/api/v1/holds", tag = "holds", operation_id = "holds",
    responses((status = 200, description = "Holds in force", body = HoldsView)),
)]
pub(super) async fn list(State(front): Shared, caller: Caller) -> Result<Json<HoldsView>, Problem> {
    Ok(Json(front.portal.holds(&caller.actor, caller.now).await?))
}

/// Freezes an environment: nothing starts there from this moment on. What had started is listed, and goes on.
#[utoipa::path(
    post, path = "/api/v1/holds", tag = "holds", operation_id = "freeze",
    request_body = HoldRequest,
    responses((status = 200, description = "The hold", body = FrozenView), Invalid, NotFound, Conflict, MediaType),
)]
pub(super) async fn freeze(
    State(front): Shared,
    caller: Caller,
    body::Json(request): body::Json<HoldRequest>,
) -> Result<Json<FrozenView>, Problem> {
    let frozen = front.portal.freeze(caller.who(), request, caller.now);
    Ok(Json(Box::pin(frozen).await?))
}

/// Lifts a hold on an environment or on automatic promotion, and goes on with what waited for that. The holds that are
/// still in force.
#[utoipa::path(
    post, path = "/api/v1/holds/lift", tag = "holds", operation_id = "lift",
    request_body = Lift,
    responses((status = 200, description = "Holds in force", body = HoldsView), Invalid, NotFound, MediaType),
)]
pub(super) async fn lift(
    State(front): Shared,
    caller: Caller,
    body::Json(Lift { on, reason }): body::Json<Lift>,
) -> Result<Json<HoldsView>, Problem> {
    let why = reason.as_deref();
    let lifted = front.portal.lift(caller.who(), &on, why, caller.now);
    Box::pin(lifted).await?;
    Ok(Json(front.portal.holds(&caller.actor, caller.now).await?))
}
