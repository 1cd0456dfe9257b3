//! `/api/v1/sessions`

use api::sessions::{EndAll, Ended, SessionsView};
use axum::{Extension, Json, extract::State, response::Response};
use domain::id::SessionId;
use identity::sign_in::Session;

use crate::{
    extract::{body, caller::Caller, names::Names},
    middleware::session,
    openapi::{Invalid, MediaType, NotFound},
    problem::Problem,
    state::Shared,
};

type Current = Option<Extension<Session>>;

/// Where you are signed in.
#[utoipa::path(
    get, path = "/api/v1/sessions", tag = "settings", operation_id = "sessions",
    responses((status = 200, description = "Your sessions", body = SessionsView)),
)]
pub(super) async fn list(
    State(state): Shared,
    caller: Caller,
    current: Current,
) -> Result<Json<SessionsView>, Problem> {
    let asking = session::asking(&state, current.as_deref());
    let view = state
        .portal
        .sessions()
        .list(&caller.actor, asking, caller.now);
    Ok(Json(view.await?))
}

/// Ends one of your sessions. Its browser is out within five minutes; this one at once.
#[utoipa::path(
    post, path = "/api/v1/sessions/{id}/end", tag = "settings", operation_id = "end_session",
    params(("id" = SessionId, Path, description = "The session")),
    responses((status = 200, description = "It has ended", body = Ended), NotFound),
)]
pub(super) async fn end(
    State(state): Shared,
    caller: Caller,
    current: Current,
    Names((id,)): Names<(SessionId,)>,
) -> Result<Response, Problem> {
    let ended = state.portal.sessions().end(caller.who(), &id, caller.now);
    ended.await?;
    let own = current.is_some_and(|Extension(current)| *current.id() == id);
    let answer = Json(Ended { ended: 1 });
    Ok(session::without(own, &caller.base, answer))
}

/// Ends all of your sessions but this one.
#[utoipa::path(
    post, path = "/api/v1/sessions/end-others", tag = "settings", operation_id = "end_other_sessions",
    responses((status = 200, description = "How many have ended", body = Ended)),
)]
pub(super) async fn end_others(
    State(state): Shared,
    caller: Caller,
    current: Current,
) -> Result<Json<Ended>, Problem> {
    let asking = session::asking(&state, current.as_deref());
    let who = caller.who();
    let ended = state.portal.sessions().end_others(who, asking, caller.now);
    Ok(Json(ended.await?))
}

/// Ends all sessions of someone, for who may manage other people's credentials.
#[utoipa::path(
    post, path = "/api/v1/sessions/end-all", tag = "settings", operation_id = "end_all_sessions",
    request_body = EndAll,
    responses((status = 200, description = "How many have ended", body = Ended), NotFound, Invalid, MediaType),
)]
pub(super) async fn end_all(
    State(state): Shared,
    caller: Caller,
    body::Json(asked): body::Json<EndAll>,
) -> Result<Json<Ended>, Problem> {
    let who = caller.who();
    let ended = state.portal.sessions().end_all_of(who, &asked, caller.now);
    Ok(Json(ended.await?))
}
