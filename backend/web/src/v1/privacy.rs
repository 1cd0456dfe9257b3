//! `/api/v1/privacy`

use api::privacy::{Erase, Erasing, Export, ExportOf};
use axum::{Json, extract::State, response::Response};
use portal::privacy::Privacy;

use crate::{
    extract::{body, caller::Caller},
    middleware::session,
    openapi::{Conflict, Invalid, MediaType, NotFound},
    problem::Problem,
    state::Shared,
};

/// A part of all that is kept of a person: of yourself, or of anybody for who may manage that. Call again with `next` until there
/// is none. That it was handed out is in the audit log.
#[utoipa::path(
    post, path = "/api/v1/privacy/export", tag = "privacy", operation_id = "export_person",
    request_body = ExportOf,
    responses((status = 200, description = "Records", body = Export), NotFound, Invalid, Conflict, MediaType),
)]
pub(super) async fn export(
    State(state): Shared,
    caller: Caller,
    body::Json(asked): body::Json<ExportOf>,
) -> Result<Json<Export>, Problem> {
    let who = caller.who();
    let export = state.portal.privacy().export(who, &asked, caller.now);
    Ok(Json(export.await?))
}

/// Erases a person's name, as far as one call gets: call again with `next` until there is none. Nothing brings it back. Their
/// sessions end, and their tokens and share links are revoked; what they decided stays, by their identifier. A token erases nobody.
#[utoipa::path(
    post, path = "/api/v1/privacy/erase", tag = "privacy", operation_id = "erase_person",
    request_body = Erase,
    responses((status = 200, description = "What was done", body = Erasing), NotFound, Invalid, Conflict, MediaType),
)]
pub(super) async fn erase(
    State(state): Shared,
    caller: Caller,
    body::Json(asked): body::Json<Erase>,
) -> Result<Response, Problem> {
    let who = caller.who();
    let erasing = state.portal.privacy().erase(who, &asked, caller.now);
    let done = erasing.await?;
    let own = Privacy::has_signed_out(&caller.actor, &done);
    Ok(session::without(own, &caller.base, Json(done)))
}
