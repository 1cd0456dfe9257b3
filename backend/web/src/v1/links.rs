//! `/api/v1/links`

use api::links::LinkRequest;
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{
    id::LinkId,
    share::{LinkView, LinksView, MadeLink},
};

use crate::{
    extract::{body, caller::Caller, names::Names},
    openapi::{Invalid, MediaType, NotFound, Refused, TooLarge},
    problem::Problem,
    state::Shared,
};

/// Share links that are live or ended lately: the caller's own; everyone's, for administrators of everything.
#[utoipa::path(
    get, path = "/api/v1/links", tag = "links", operation_id = "links",
    responses((status = 200, description = "Share links, the newest first", body = LinksView)),
)]
pub(super) async fn list(State(state): Shared, caller: Caller) -> Result<Json<LinksView>, Problem> {
    let links = state.portal.links().list(&caller.actor, caller.now);
    Ok(Json(links.await?))
}

/// Makes a share link, by which people without an account download a build. Its address is in this answer alone.
#[utoipa::path(
    post, path = "/api/v1/links", tag = "links", operation_id = "make_link",
    request_body = LinkRequest,
    responses(
        (status = 201, description = "The link and its address", body = MadeLink),
        Invalid, NotFound, TooLarge, MediaType, Refused,
    ),
)]
pub(super) async fn make(
    State(state): Shared,
    caller: Caller,
    body::Json(request): body::Json<LinkRequest>,
) -> Result<Response, Problem> {
    let portal = &state.portal;
    let made = portal
        .links()
        .make(caller.who(), request, &caller.base, caller.now);
    let made = made.await?;
    let headers = [(header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::CREATED, headers, Json(made)).into_response())
}

/// Ends a share link. One that was revoked before stays as it is.
#[utoipa::path(
    post, path = "/api/v1/links/{id}/revoke", tag = "links", operation_id = "revoke_link",
    params(("id" = LinkId, Path, description = "The share link")),
    responses((status = 200, description = "The link", body = LinkView), NotFound),
)]
pub(super) async fn revoke(
    State(state): Shared,
    caller: Caller,
    Names((id,)): Names<(LinkId,)>,
) -> Result<Json<LinkView>, Problem> {
    let revoked = state.portal.links().revoke(caller.who(), &id, caller.now);
    Ok(Json(revoked.await?))
}
