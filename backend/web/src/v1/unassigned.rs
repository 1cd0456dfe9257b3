//! `/api/v1/unassigned`

use axum::{Json, extract::State};
use domain::{page::Page, run::RecentRuns, view::RunSummary};

use crate::{
    extract::{
        caller::Caller,
        query::{ListQuery, RunsQuery},
    },
    openapi::Invalid,
    problem::Problem,
    state::Shared,
};

/// Pipelines that no app claims and that ran in the last 30 days, by source and name, each with its newest runs. A page may
/// have fewer than it could: go on while there is `next`.
#[utoipa::path(
    get, path = "/api/v1/unassigned/pipelines", tag = "runs", operation_id = "unassigned_pipelines",
    params(ListQuery),
    responses((status = 200, description = "A page of pipelines", body = Page<RecentRuns>), Invalid),
)]
pub(super) async fn pipelines(
    State(state): Shared,
    caller: Caller,
    query: ListQuery,
) -> Result<Json<Page<RecentRuns>>, Problem> {
    let runs = state.portal.runs();
    let cursor = query.cursor.as_ref();
    let pipelines = runs.unassigned_pipelines(&caller.actor, query.limit, cursor, caller.now);
    Ok(Json(pipelines.await?))
}

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
