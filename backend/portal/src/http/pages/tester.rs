//! `/{app}/{environment}`

use axum::{extract::State, response::Response};
use domain::id::{AppId, EnvironmentId};
use frontend::Page;

use crate::http::{Shared, caller::Caller, names::Names, problem::Problem};

pub(super) async fn show(
    State(front): Shared,
    caller: Caller,
    Names((app, environment)): Names<(AppId, EnvironmentId)>,
) -> Result<Response, Problem> {
    let view = front
        .portal
        .tester(&caller.actor, &app, &environment, caller.now)
        .await?;
    Ok(front.page(&caller, &Page::Tester(&view), &view))
}
