//! `/`

use axum::{extract::State, response::Response};
use frontend::pages::overview::show::OverviewPage;

use crate::{
    extract::{caller::Caller, query::AppsQuery},
    problem::Problem,
    state::Shared,
};

pub(super) async fn overview(
    State(state): Shared,
    caller: Caller,
    query: AppsQuery,
) -> Result<Response, Problem> {
    let (runs, cursor) = (state.portal.runs(), query.cursor.as_ref());
    let overview = runs.overview(&caller.actor, query.limit, cursor, caller.now);
    let page = OverviewPage {
        view: &overview.await?,
        from_first: cursor.is_none(),
    };
    Ok(state.page(&caller, &page))
}
