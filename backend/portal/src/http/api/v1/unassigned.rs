//! `/api/v1/unassigned`

use axum::{Json, extract::State};
use domain::{page::Page, view::RunSummary};

use crate::http::{Shared, caller::Caller, openapi::Invalid, problem::Problem, query::RunsQuery};

/// Runs of pipelines that no app claims, newest first.
#[utoipa::path(
    get, path = "/api/v1/unassigned/runs", tag = "runs", operation_id = "unassigned_runs",
    params(RunsQuery),
    responses((status = 200, description = "A page of runs", body = Page<RunSummary>), Invalid),
)]
pub(super) async fn runs(
    State(front): Shared,
    caller: Caller,
    query: RunsQuery,
) -> Result<Json<Page<RunSummary>>, Problem> {
    let runs = front
        .portal
        .unassigned_runs(
            &caller.actor,
            query.which(),
            query.limit,
            query.cursor.as_ref(),
        )
        .await?;
    Ok(Json(runs))
}
