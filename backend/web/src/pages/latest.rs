//! `/{app}/{environment}/latest.apk`: a tester's tap

use axum::{extract::State, response::Response};
use domain::id::{AppId, EnvironmentId};

use crate::{
    extract::{caller::Caller, names::Names, query::AbiQuery},
    problem::Problem,
    redirect,
    state::Shared,
};

pub(super) async fn latest(
    State(state): Shared,
    caller: Caller,
    Names((app, environment)): Names<(AppId, EnvironmentId)>,
    query: AbiQuery,
) -> Result<Response, Problem> {
    let (abi, agent) = (query.abi.as_deref(), caller.user_agent.as_deref());
    let grant = state
        .portal
        .downloads()
        .latest(&caller.actor, &app, &environment, abi, agent, caller.now)
        .await?;
    redirect::for_people(&grant)
}
