//! `/`

use axum::{extract::State, response::Response};
use frontend::Page;

use crate::http::{Shared, caller::Caller, problem::Problem};

pub(super) async fn overview(State(front): Shared, caller: Caller) -> Result<Response, Problem> {
    let view = front.portal.overview(&caller.actor, caller.now).await?;
    Ok(front.page(&caller, &Page::Overview(&view), &view))
}
