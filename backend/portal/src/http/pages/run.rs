//! `/runs/{id}`

use axum::{extract::State, response::Response};
use domain::id::RunId;
use frontend::Page;

use crate::http::{Shared, caller::Caller, names::Names, problem::Problem};

pub(super) async fn show(
    State(front): Shared,
    caller: Caller,
    Names((id,)): Names<(RunId,)>,
) -> Result<Response, Problem> {
    let view = front.portal.run(&caller.actor, &id, caller.now).await?;
    Ok(front.page(&caller, &Page::Run(&view), &view))
}
