//! `/{app}/{environment}`

use axum::{extract::State, response::Response};
use domain::id::{AppId, EnvironmentId};
use frontend::pages::tester::show::TesterPage;

use crate::{
    extract::{
        caller::Caller,
        names::Names,
        visiting::{ACCEPT_CH, PLATFORM, Visiting},
    },
    problem::Problem,
    state::Shared,
};

pub(super) async fn show(
    State(state): Shared,
    caller: Caller,
    Names((app, environment)): Names<(AppId, EnvironmentId)>,
    Visiting(device): Visiting,
) -> Result<Response, Problem> {
    let view = state
        .portal
        .builds()
        .tester(&caller.actor, &app, &environment, caller.now)
        .await?;
    let page = TesterPage {
        view: &view,
        device,
    };
    let mut response = state.page(&caller, &page);
    response.headers_mut().insert(ACCEPT_CH, PLATFORM);
    Ok(response)
}
