//! `/api/v1/runs`

use axum::{Json, extract::State};
use domain::{id::RunId, view::RunView};

use crate::{
    extract::{caller::Caller, names::Names},
    openapi::NotFound,
    problem::Problem,
    state::Shared,
};

/// One run, its steps in the order that they went, and the builds that it registered.
#[utoipa::path(
    get, path = "/api/v1/runs/{*id}", tag = "runs", operation_id = "run",
    params(("id" = RunId, Path, description = "The run; its slashes stay as they are")),
    responses((status = 200, description = "The run", body = RunView), NotFound),
)]
pub(super) async fn show(
    State(state): Shared,
    caller: Caller,
    Names((id,)): Names<(RunId,)>,
) -> Result<Json<RunView>, Problem> {
    Ok(Json(
        state
            .portal
            .runs()
            .show(&caller.actor, &id, caller.now)
            .await?,
    ))
}
