//! `/{app}/{environment}`

use axum::{extract::State, response::Response};
use domain::id::{AppId, EnvironmentId};
use frontend::pages::tester::show::TesterPage;

use crate::{
    extract::{caller::Caller, names::Names},
    problem::Problem,
    state::Shared,
};

pub(super) async fn show(
    State(state): Shared,
    caller: Caller,
    Names((app, environment)): Names<(AppId, EnvironmentId)>,
) -> Result<Response, Problem> {
    let view = state
        .portal
        .builds()
        .tester(&caller.actor, &app, &environment, caller.now)
        .await?;
    Ok(state.page(&caller, &TesterPage(&view)))
}
