//! `/api/v1/configuration`

use axum::{Json, extract::State};
use domain::view::ConfigurationView;

use crate::http::{Shared, caller::Caller, problem::Problem};

/// The configuration in force, without secrets.
#[utoipa::path(
    get, path = "/api/v1/configuration", tag = "settings", operation_id = "configuration",
    responses((status = 200, description = "The configuration", body = ConfigurationView)),
)]
pub(super) async fn show(
    State(front): Shared,
    caller: Caller,
) -> Result<Json<ConfigurationView>, Problem> {
    let view = front
        .portal
        .configuration(&caller.actor, front.door.sign_in());
    Ok(Json(view?))
}
