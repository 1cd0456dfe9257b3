//! `/api/v1/overview`

use axum::{Json, extract::State};
use domain::view::Overview;

use crate::{extract::caller::Caller, problem::Problem, state::Shared};

/// Every app in every environment: what it serves, and how its pipelines do.
#[utoipa::path(get, path = "/api/v1/overview", tag = "overview", responses((status = 200, description = "The overview", body = Overview)))]
pub(super) async fn overview(
    State(state): Shared,
    caller: Caller,
) -> Result<Json<Overview>, Problem> {
    Ok(Json(
        state
            .portal
            .runs()
            .overview(&caller.actor, caller.now)
            .await?,
    ))
}
