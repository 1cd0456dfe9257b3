//! `/unassigned` and `/unassigned/pipelines`

use axum::{extract::State, response::Response};
use frontend::pages::unassigned::{pipelines::UnassignedPipelinesPage, show::UnassignedPage};

use crate::{
    extract::{
        caller::Caller,
        query::{ListQuery, RunsQuery},
    },
    problem::Problem,
    state::Shared,
};

pub(super) async fn runs(
    State(state): Shared,
    caller: Caller,
    query: RunsQuery,
) -> Result<Response, Problem> {
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
    let page = UnassignedPage {
        runs: &runs,
        failed: query.failed,
        from_newest: query.cursor.is_none(),
        as_of: caller.now,
    };
    Ok(state.page(&caller, &page))
}

pub(super) async fn pipelines(
    State(state): Shared,
    caller: Caller,
    query: ListQuery,
) -> Result<Response, Problem> {
    let runs = state.portal.runs();
    let cursor = query.cursor.as_ref();
    let pipelines = runs.unassigned_pipelines(&caller.actor, query.limit, cursor, caller.now);
    let page = UnassignedPipelinesPage {
        pipelines: &pipelines.await?,
        from_first: cursor.is_none(),
        as_of: caller.now,
    };
    Ok(state.page(&caller, &page))
}
