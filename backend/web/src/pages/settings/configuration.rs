//! `/settings/configuration`

use axum::{extract::State, response::Response};
use frontend::pages::settings::configuration::ConfigurationPage;
use portal::settings;

use crate::{extract::caller::Caller, problem::Problem, state::Shared};

/// The configuration in force.
pub(in crate::pages) async fn show(
    State(state): Shared,
    caller: Caller,
) -> Result<Response, Problem> {
    let sign_in = state.auth.sign_in();
    let view = settings::configuration(&state.portal, &caller.actor, sign_in)?;
    Ok(state.page(&caller, &ConfigurationPage(&view)))
}
