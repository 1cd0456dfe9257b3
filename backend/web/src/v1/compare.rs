//! `/api/v1/compare`

use axum::{Json, extract::State};
use domain::compare::Comparison;

use crate::{
    extract::{caller::Caller, query::CompareQuery},
    openapi::{Invalid, NotFound},
    problem::Problem,
    state::Shared,
};

/// Compare two builds, or what two environments serve.
#[utoipa::path(
    get, path = "/api/v1/compare", tag = "builds", operation_id = "compare",
    params(CompareQuery),
    responses((status = 200, description = "What differs", body = Comparison), Invalid, NotFound),
)]
pub(super) async fn compare(
    State(state): Shared,
    caller: Caller,
    query: CompareQuery,
) -> Result<Json<Comparison>, Problem> {
    let compared = state
        .portal
        .builds()
        .compare(&caller.actor, &query.from, &query.to);
    Ok(Json(compared.await?))
}
