//! `/api/v1/overview`

use axum::{Json, extract::State};
use domain::view::Overview;

use crate::{
    extract::{caller::Caller, query::AppsQuery},
    openapi::Invalid,
    problem::Problem,
    state::Shared,
};

/// Every app in every environment: what it serves, and how its pipelines do. Up to 50 apps in the order of the configuration;
/// of more, a page in the order of their ids. Pipelines that no app claims are on the first page.
#[utoipa::path(
    get, path = "/api/v1/overview", tag = "overview", operation_id = "overview",
    params(AppsQuery),
    responses((status = 200, description = "The overview", body = Overview), Invalid),
)]
pub(super) async fn overview(
    State(state): Shared,
    caller: Caller,
    query: AppsQuery,
) -> Result<Json<Overview>, Problem> {
    let (runs, cursor) = (state.portal.runs(), query.cursor.as_ref());
    let overview = runs.overview(&caller.actor, query.limit, cursor, caller.now);
    Ok(Json(overview.await?))
}
