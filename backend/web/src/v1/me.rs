//! `/api/v1/me`

use axum::{Json, extract::State};
use domain::view::Me;
use portal::settings;

use crate::{
    extract::{caller::Caller, query::AppsQuery},
    openapi::Invalid,
    state::Shared,
};

/// Who you are here, what you may do, and which role and group gives it to you. Of more than 50 apps, a page.
#[utoipa::path(
    get, path = "/api/v1/me", tag = "settings", operation_id = "me",
    params(AppsQuery),
    responses((status = 200, description = "You", body = Me), Invalid),
)]
pub(super) async fn me(State(state): Shared, caller: Caller, query: AppsQuery) -> Json<Me> {
    let cursor = query.cursor.as_ref();
    Json(settings::me(
        &state.portal,
        caller.who(),
        query.limit,
        cursor,
    ))
}
