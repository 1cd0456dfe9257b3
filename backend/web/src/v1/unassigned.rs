//! `/api/v1/unassigned`

use axum::{Json, extract::State};
use domain::{page::Page, view::RunSummary};

use crate::{
    extract::{caller::Caller, query::RunsQuery},
    openapi::Invalid,
    problem::Problem,
    state::Shared,
};

/// Runs of pipelines that no app claims, newest first.
#[utoipa::path(
    get, path = "/api/v1/unassigned/runs", tag = "runs", operation_id = "unassigned_runs",
    params(RunsQuery),
    responses((status = 200, description = "A page of runs", body = Page<RunSummary>), Invalid),
)]
pub(super) async fn runs(
    State(state): Shared,
    caller: Caller,
    query: RunsQuery,
) -> Result<Json<Page<RunSummary>>, Problem> {
    let runs = state
        .portal
        .runs()
        .unassigned(
            &caller.actor,
            query.which(),
            query.limit,
            query.cursor.as_ref(),
        )
        .await?;
    Ok(Json(runs))
}
