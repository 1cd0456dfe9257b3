//! `/runs/{id}`

use axum::{extract::State, response::Response};
use domain::id::RunId;
use frontend::pages::run::show::RunPage;

use crate::{
    extract::{caller::Caller, names::Names},
    problem::Problem,
    state::Shared,
};

pub(super) async fn show(
    State(state): Shared,
    caller: Caller,
    Names((id,)): Names<(RunId,)>,
) -> Result<Response, Problem> {
    let view = state
        .portal
        .runs()
        .show(&caller.actor, &id, caller.now)
        .await?;
    Ok(state.page(&caller, &RunPage(&view)))
}
