//! `/api/v1/promotions`, and where they begin

use api::promotions::{Approve, PromotionRequest, Reason, RollbackRequest};
use axum::{Json, extract::State, http::StatusCode};
use domain::{
    id::{AppId, BuildId, EnvironmentId, PromotionId},
    page::Page,
    promotion::Promotion,
    view::{BuildOptions, PromotionBrief, PromotionView, PromotionsView},
};
use portal::promotion::Asked;

use crate::{
    extract::{body, caller::Caller, names::Names, query::ListQuery},
    openapi::{Conflict, Invalid, MediaType, NotFound},
    problem::Problem,
    state::Shared,
};

/// Promotions that are not over: those that wait for the caller, and the others.
#[utoipa::path(
    get, path = "/api/v1/promotions", tag = "promotions", operation_id = "promotions",
    responses((status = 200, description = "Promotions that are not over", body = PromotionsView)),
)]
pub(super) async fn list(
    State(state): Shared,
    caller: Caller,
) -> Result<Json<PromotionsView>, Problem> {
    let view = state
        .portal
        .promotions()
        .waiting(&caller.actor, caller.now)
        .await?;
    Ok(Json(view))
}

/// Asks for a build's release in the next environment of its path. Asking again gives the same promotion.
#[utoipa::path(
    post, path = "/api/v1/promotions", tag = "promotions", operation_id = "request_promotion",
    request_body = PromotionRequest,
    responses(
        (status = 201, description = "The promotion, as far as it went by itself", body = Promotion),
        (status = 200, description = "The promotion that somebody had asked for before", body = Promotion),
        Invalid, NotFound, Conflict, MediaType,
    ),
)]
pub(super) async fn request(
    State(state): Shared,
    caller: Caller,
    body::Json(request): body::Json<PromotionRequest>,
) -> Result<(StatusCode, Json<Promotion>), Problem> {
    let asked = state
        .portal
        .promotions()
        .request(caller.who(), request, caller.now);
    Ok(answer(asked.await?))
}

/// One promotion, with its gates as they stand now.
#[utoipa::path(
    get, path = "/api/v1/promotions/{id}", tag = "promotions", operation_id = "promotion",
    params(("id" = PromotionId, Path, description = "The promotion")),
    responses((status = 200, description = "The promotion", body = PromotionView), NotFound),
)]
pub(super) async fn show(
    State(state): Shared,
    caller: Caller,
    Names((id,)): Names<(PromotionId,)>,
) -> Result<Json<PromotionView>, Problem> {
    let view = state
        .portal
        .promotions()
        .show(&caller.actor, &id, caller.now);
    Ok(Json(view.await?))
}

/// Agrees to a promotion of these very bytes.
#[utoipa::path(
    post, path = "/api/v1/promotions/{id}/approve", tag = "promotions", operation_id = "approve",
    params(("id" = PromotionId, Path, description = "The promotion")),
    request_body = Approve,
    responses((status = 200, description = "The promotion", body = Promotion), Invalid, NotFound, Conflict, MediaType),
)]
pub(super) async fn approve(
    State(state): Shared,
    caller: Caller,
    Names((id,)): Names<(PromotionId,)>,
    body::Json(Approve { digest, comment }): body::Json<Approve>,
) -> Result<Json<Promotion>, Problem> {
    let comment = comment.as_deref();
    let approved =
        state
            .portal
            .promotions()
            .approve(caller.who(), &id, &digest, comment, caller.now);
    Ok(Json(approved.await?))
}

/// Does not agree to a promotion, which is the end of it.
#[utoipa::path(
    post, path = "/api/v1/promotions/{id}/reject", tag = "promotions", operation_id = "reject",
    params(("id" = PromotionId, Path, description = "The promotion")),
    request_body = Reason,
    responses((status = 200, description = "The promotion", body = Promotion), Invalid, NotFound, Conflict, MediaType),
)]
pub(super) async fn reject(
    State(state): Shared,
    caller: Caller,
    Names((id,)): Names<(PromotionId,)>,
    body::Json(Reason { reason }): body::Json<Reason>,
) -> Result<Json<Promotion>, Problem> {
    let rejected = state
        .portal
        .promotions()
        .reject(caller.who(), &id, &reason, caller.now);
    Ok(Json(rejected.await?))
}

/// Takes a promotion back that has not started.
#[utoipa::path(
    post, path = "/api/v1/promotions/{id}/cancel", tag = "promotions", operation_id = "cancel",
    params(("id" = PromotionId, Path, description = "The promotion")),
    request_body = Reason,
    responses((status = 200, description = "The promotion", body = Promotion), Invalid, NotFound, Conflict, MediaType),
)]
pub(super) async fn cancel(
    State(state): Shared,
    caller: Caller,
    Names((id,)): Names<(PromotionId,)>,
    body::Json(Reason { reason }): body::Json<Reason>,
) -> Result<Json<Promotion>, Problem> {
    let canceled = state
        .portal
        .promotions()
        .cancel(caller.who(), &id, &reason, caller.now);
    Ok(Json(canceled.await?))
}

/// Ends a promotion that is starting or running. Its target is not called, and whatever it does then releases nothing. For
/// people who may go past gates; not for tokens.
#[utoipa::path(
    post, path = "/api/v1/promotions/{id}/abandon", tag = "promotions", operation_id = "abandon",
    params(("id" = PromotionId, Path, description = "The promotion")),
    request_body = Reason,
    responses((status = 200, description = "The promotion", body = Promotion), Invalid, NotFound, Conflict, MediaType),
)]
pub(super) async fn abandon(
    State(state): Shared,
    caller: Caller,
    Names((id,)): Names<(PromotionId,)>,
    body::Json(Reason { reason }): body::Json<Reason>,
) -> Result<Json<Promotion>, Problem> {
    let abandoned = state
        .portal
        .promotions()
        .abandon(caller.who(), &id, &reason, caller.now);
    Ok(Json(abandoned.await?))
}

/// Where a build may go, and what would be checked.
#[utoipa::path(
    get, path = "/api/v1/builds/{id}/options", tag = "promotions", operation_id = "options",
    params(("id" = BuildId, Path, description = "The build")),
    responses((status = 200, description = "The promotion path of the build", body = BuildOptions), NotFound),
)]
pub(super) async fn options(
    State(state): Shared,
    caller: Caller,
    Names((id,)): Names<(BuildId,)>,
) -> Result<Json<BuildOptions>, Problem> {
    let options = state
        .portal
        .promotions()
        .options(&caller.actor, &id, caller.now);
    Ok(Json(options.await?))
}

/// Promotions of an app into an environment, over or not, newest first.
#[utoipa::path(
    get, path = "/api/v1/apps/{app}/environments/{environment}/promotions", tag = "promotions", operation_id = "promotion_history",
    params(
        ("app" = AppId, Path, description = "The app"),
        ("environment" = EnvironmentId, Path, description = "The environment"),
        ListQuery,
    ),
    responses((status = 200, description = "A page of promotions", body = Page<PromotionBrief>), Invalid, NotFound),
)]
pub(super) async fn history(
    State(state): Shared,
    caller: Caller,
    Names((app, environment)): Names<(AppId, EnvironmentId)>,
    query: ListQuery,
) -> Result<Json<Page<PromotionBrief>>, Problem> {
    let (limit, cursor) = (query.limit, query.cursor.as_ref());
    let page = state
        .portal
        .promotions()
        .history(&caller.actor, &app, &environment, limit, cursor)
        .await?;
    Ok(Json(page))
}

/// Asks for an environment's return to an earlier build; the one before, if none is named.
#[utoipa::path(
    post, path = "/api/v1/apps/{app}/environments/{environment}/rollback", tag = "promotions", operation_id = "rollback",
    params(
        ("app" = AppId, Path, description = "The app"),
        ("environment" = EnvironmentId, Path, description = "The environment"),
    ),
    request_body = RollbackRequest,
    responses(
        (status = 201, description = "The promotion, as far as it went by itself", body = Promotion),
        (status = 200, description = "The promotion that somebody had asked for before", body = Promotion),
        Invalid, NotFound, Conflict, MediaType,
    ),
)]
pub(super) async fn rollback(
    State(state): Shared,
    caller: Caller,
    Names((app, environment)): Names<(AppId, EnvironmentId)>,
    body::Json(request): body::Json<RollbackRequest>,
) -> Result<(StatusCode, Json<Promotion>), Problem> {
    let asked =
        state
            .portal
            .promotions()
            .rollback(caller.who(), &app, &environment, request, caller.now);
    Ok(answer(asked.await?))
}

fn answer(asked: Asked) -> (StatusCode, Json<Promotion>) {
    let status = if asked.already {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    (status, Json(asked.promotion))
}
