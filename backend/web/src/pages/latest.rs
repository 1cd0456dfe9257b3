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
    let abi = query.abi.as_deref();
    let grant = state
        .portal
        .downloads()
        .latest(caller.downloader(), &app, &environment, abi)
        .await?;
    redirect::for_people(&grant)
}
