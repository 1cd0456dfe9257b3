//! `/`

use axum::{extract::State, response::Response};
use frontend::pages::overview::show::OverviewPage;

use crate::{extract::caller::Caller, problem::Problem, state::Shared};

pub(super) async fn overview(State(state): Shared, caller: Caller) -> Result<Response, Problem> {
    let view = state
        .portal
        .runs()
        .overview(&caller.actor, caller.now)
        .await?;
    Ok(state.page(&caller, &OverviewPage(&view)))
}
