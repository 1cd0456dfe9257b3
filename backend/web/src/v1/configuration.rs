//! `/api/v1/configuration`

use axum::{Json, extract::State};
use domain::view::ConfigurationView;
use portal::settings;

use crate::{extract::caller::Caller, problem::Problem, state::Shared};

/// The configuration in force, without secrets.
#[utoipa::path(
    get, path = "/api/v1/configuration", tag = "settings", operation_id = "configuration",
    responses((status = 200, description = "The configuration", body = ConfigurationView)),
)]
pub(super) async fn show(
    State(state): Shared,
    caller: Caller,
) -> Result<Json<ConfigurationView>, Problem> {
    let view = settings::configuration(&state.portal, &caller.actor, state.auth.sign_in());
    Ok(Json(view?))
}
