//! `/api/v1/me`

use axum::{Json, extract::State};
use domain::view::Me;
use portal::settings;

use crate::{extract::caller::Caller, state::Shared};

/// Who you are here, what you may do, and which role and group gives it to you.
#[utoipa::path(
    get, path = "/api/v1/me", tag = "settings", operation_id = "me",
    responses((status = 200, description = "You", body = Me)),
)]
pub(super) async fn me(State(state): Shared, caller: Caller) -> Json<Me> {
    Json(settings::me(&state.portal, caller.who()))
}
