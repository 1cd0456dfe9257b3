//! `/api/v1/access`

use axum::{Json, extract::State};
use domain::view::AccessView;
use portal::settings;

use crate::{
    extract::{caller::Caller, query::GroupsQuery},
    openapi::Invalid,
    problem::Problem,
    state::Shared,
};

/// Who may do what: every role, whom gates ask, and what someone of some groups may do.
#[utoipa::path(
    get, path = "/api/v1/access", tag = "settings", operation_id = "access",
    params(GroupsQuery),
    responses((status = 200, description = "Who may do what", body = AccessView), Invalid),
)]
pub(super) async fn show(
    State(state): Shared,
    caller: Caller,
    query: GroupsQuery,
) -> Result<Json<AccessView>, Problem> {
    let view = settings::access(
        &state.portal,
        &caller.actor,
        &query.groups(),
        query.cursor.as_ref(),
    );
    Ok(Json(view?))
}
