//! `/{app}/{environment}/latest.apk`: a tester's tap, and what asks whether there is something new.

use axum::{extract::State, response::Response};
use domain::id::{AppId, EnvironmentId};

use crate::{
    extract::{caller::Caller, names::Names, purpose::Purpose, query::AbiQuery},
    problem::Problem,
    redirect,
    state::Shared,
};

pub(super) async fn latest(
    State(state): Shared,
    caller: Caller,
    Names((app, environment)): Names<(AppId, EnvironmentId)>,
    query: AbiQuery,
    purpose: Purpose,
) -> Result<Response, Problem> {
    let (downloads, by) = (state.portal.downloads(), caller.downloader());
    let abi = query.abi.as_deref();
    let offer = downloads.offered_latest(by, &app, &environment, abi);
    if let Some(answer) = purpose.answer_without_bytes(offer).await? {
        return Ok(answer);
    }
    let grant = downloads.latest(by, &app, &environment, abi).await?;
    redirect::for_people(&grant)
}
