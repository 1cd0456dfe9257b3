//! `/settings/configuration`

use axum::{extract::State, response::Response};
use frontend::Page;

use crate::http::{Shared, caller::Caller, problem::Problem};

/// The configuration in force.
pub(in crate::http::pages) async fn show(
    State(front): Shared,
    caller: Caller,
) -> Result<Response, Problem> {
    let door = front.door.sign_in();
    let view = front.portal.configuration(&caller.actor, door)?;
    Ok(front.page(&caller, &Page::Configuration(&view), &view))
}
