//! `/{app}/{environment}/latest.apk`: a tester's tap

use axum::{extract::State, response::Response};
use domain::id::{AppId, EnvironmentId};

use crate::http::{
    Shared, caller::Caller, names::Names, problem::Problem, query::AbiQuery, redirect,
};

pub(super) async fn latest(
    State(front): Shared,
    caller: Caller,
    Names((app, environment)): Names<(AppId, EnvironmentId)>,
    query: AbiQuery,
) -> Result<Response, Problem> {
    let (abi, agent) = (query.abi.as_deref(), caller.user_agent.as_deref());
    let grant = front
        .portal
        .grant_latest(&caller.actor, &app, &environment, abi, agent, caller.now)
        .await?;
    redirect::for_people(&grant)
}
