//! `/api/v1/builds/{id}/withdraw` and back

use api::{holds::Withdrawn, promotions::Reason};
use axum::{Json, extract::State};
use domain::{id::BuildId, view::BuildView};

use crate::{
    extract::{body, caller::Caller, names::Names},
    openapi::{Conflict, Invalid, MediaType, NotFound},
    problem::Problem,
    state::Shared,
};

/// Withdraws a build: nobody gets it any more, and where it was current, nothing is served until another build is released.
#[utoipa::path(
    post, path = "/api/v1/builds/{id}/withdraw", tag = "holds", operation_id = "withdraw",
    params(("id" = BuildId, Path, description = "The build")),
    request_body = Reason,
    responses((status = 200, description = "The hold on it", body = Withdrawn), Invalid, NotFound, MediaType),
)]
pub(super) async fn withdraw(
    State(state): Shared,
    caller: Caller,
    Names((id,)): Names<(BuildId,)>,
    body::Json(Reason { reason }): body::Json<Reason>,
) -> Result<Json<Withdrawn>, Problem> {
    let withdrawn = state
        .portal
        .holds()
        .withdraw(caller.who(), &id, &reason, caller.now);
    Ok(Json(withdrawn.await?))
}

/// Gives a withdrawn build out again.
#[utoipa::path(
    post, path = "/api/v1/builds/{id}/restore", tag = "holds", operation_id = "restore",
    params(("id" = BuildId, Path, description = "The build")),
    request_body = Reason,
    responses((status = 200, description = "The build", body = BuildView), Invalid, NotFound, Conflict, MediaType),
)]
pub(super) async fn restore(
    State(state): Shared,
    caller: Caller,
    Names((id,)): Names<(BuildId,)>,
    body::Json(Reason { reason }): body::Json<Reason>,
) -> Result<Json<BuildView>, Problem> {
    let restored = state
        .portal
        .holds()
        .restore(caller.who(), &id, &reason, caller.now);
    restored.await?;
    let build = state.portal.builds().show(&caller.actor, &id, caller.now);
    Ok(Json(build.await?))
}
