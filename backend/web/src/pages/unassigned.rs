//! `/unassigned`

use axum::{extract::State, response::Response};
use frontend::pages::unassigned::show::UnassignedPage;

use crate::{
    extract::{caller::Caller, query::RunsQuery},
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
