//! `/api/v1/tokens`

use api::tokens::TokenRequest;
use axum::{
    Json,
    extract::State,
    http::{HeaderName, header},
};
use domain::{
    id::TokenId,
    view::{MadeToken, TokenView, TokensView},
};

use crate::{
    extract::{body, caller::Caller, names::Names, query::TokensQuery},
    openapi::{Conflict, Invalid, MediaType, NotFound},
    problem::Problem,
    state::Shared,
};

/// The caller's API tokens: the live ones, then those that ended in the last 30 days.
#[utoipa::path(
    get, path = "/api/v1/tokens", tag = "tokens", operation_id = "tokens",
    params(TokensQuery),
    responses((status = 200, description = "Tokens", body = TokensView), Invalid),
)]
pub(super) async fn list(
    State(state): Shared,
    caller: Caller,
    query: TokensQuery,
) -> Result<Json<TokensView>, Problem> {
    let everyones = query.everyones;
    let tokens = state
        .portal
        .tokens()
        .list(&caller.actor, everyones, caller.now);
    Ok(Json(tokens.await?))
}

/// Makes an API token for the caller, who is a person: no token makes another. The answer holds the token itself, once.
#[utoipa::path(
    post, path = "/api/v1/tokens", tag = "tokens", operation_id = "make_token",
    request_body = TokenRequest,
    responses((status = 200, description = "The token", body = MadeToken), Invalid, Conflict, MediaType),
)]
pub(super) async fn make(
    State(state): Shared,
    caller: Caller,
    body::Json(request): body::Json<TokenRequest>,
) -> Result<([(HeaderName, &'static str); 1], Json<MadeToken>), Problem> {
    let made = state
        .portal
        .tokens()
        .make(caller.who(), request, caller.now);
    let not_kept = [(header::CACHE_CONTROL, "no-store")];
    Ok((not_kept, Json(made.await?)))
}

/// Revokes an API token: from now on it opens nothing. One that is revoked already stays as it is.
#[utoipa::path(
    post, path = "/api/v1/tokens/{id}/revoke", tag = "tokens", operation_id = "revoke_token",
    params(("id" = TokenId, Path, description = "The token's public half")),
    responses((status = 200, description = "The token", body = TokenView), NotFound),
)]
pub(super) async fn revoke(
    State(state): Shared,
    caller: Caller,
    Names((id,)): Names<(TokenId,)>,
) -> Result<Json<TokenView>, Problem> {
    let revoked = state.portal.tokens().revoke(caller.who(), &id, caller.now);
    Ok(Json(revoked.await?))
}
