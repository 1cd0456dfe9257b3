//! `/unassigned`

use axum::{extract::State, response::Response};
use frontend::Page;

use crate::http::{Shared, caller::Caller, problem::Problem, query::RunsQuery};

pub(super) async fn runs(
    State(front): Shared,
    caller: Caller,
    query: RunsQuery,
) -> Result<Response, Problem> {
    let runs = front
        .portal
        .unassigned_runs(
            &caller.actor,
            query.which(),
            query.limit,
            query.cursor.as_ref(),
        )
        .await?;
    let page = Page::Unassigned {
        runs: &runs,
        failed: query.failed,
        from_newest: query.cursor.is_none(),
        as_of: caller.now,
    };
    Ok(front.page(
        &caller,
        &page,
        &(&runs, query.failed, query.cursor.is_none()),
    ))
}
