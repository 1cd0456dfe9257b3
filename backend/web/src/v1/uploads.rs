//! `/api/v1/uploads`, and where they begin

use api::uploads::{UploadPlan, UploadRequest};
use axum::{Json, extract::State, http::StatusCode};
use domain::{
    id::{AppId, UploadId},
    view::UploadsView,
};

use crate::{
    extract::{body, caller::Caller, names::Names},
    openapi::{Conflict, Invalid, MediaType, NotFound, TooLarge},
    problem::Problem,
    state::Shared,
};

/// Uploads of an app whose builds are being registered, the oldest first: usually none.
#[utoipa::path(
    get, path = "/api/v1/apps/{app}/uploads", tag = "uploads", operation_id = "uploads",
    params(("app" = AppId, Path, description = "The app")),
    responses((status = 200, description = "The uploads", body = UploadsView), NotFound),
)]
pub(super) async fn list(
    State(state): Shared,
    caller: Caller,
    Names((app,)): Names<(AppId,)>,
) -> Result<Json<UploadsView>, Problem> {
    let uploads = state.portal.uploads();
    Ok(Json(uploads.list(&caller.actor, &app, caller.now).await?))
}

/// Promises the files of a build, and says where to put them. The same promise again says what is still missing, so
/// that an upload which broke off continues. Once its build is registered, the same promise with another environment releases
/// it there, too, at once; while it is being registered, ask again afterwards.
#[utoipa::path(
    post, path = "/api/v1/apps/{app}/uploads", tag = "uploads", operation_id = "start_upload",
    params(("app" = AppId, Path, description = "The app")),
    request_body = UploadRequest,
    responses((status = 200, description = "What is missing", body = UploadPlan), Invalid, NotFound, Conflict, TooLarge, MediaType),
)]
pub(super) async fn start(
    State(state): Shared,
    caller: Caller,
    Names((app,)): Names<(AppId,)>,
    body::Json(request): body::Json<UploadRequest>,
) -> Result<Json<UploadPlan>, Problem> {
    let plan = state
        .portal
        .uploads()
        .start(caller.who(), &app, request, caller.now)
        .await?;
    Ok(Json(plan))
}

/// How far an upload is: what is still missing, with fresh links; `registering` once it is completed; then `build`, or
/// `failed` with the reason.
#[utoipa::path(
    get, path = "/api/v1/uploads/{id}", tag = "uploads", operation_id = "upload",
    params(("id" = UploadId, Path, description = "The upload")),
    responses((status = 200, description = "What is missing", body = UploadPlan), NotFound),
)]
pub(super) async fn plan(
    State(state): Shared,
    caller: Caller,
    Names((id,)): Names<(UploadId,)>,
) -> Result<Json<UploadPlan>, Problem> {
    let plan = state
        .portal
        .uploads()
        .plan(&caller.actor, &id, caller.now)
        .await?;
    Ok(Json(plan))
}

/// Has the build registered, whose files must all be there. That takes a while: the bytes of each file are compared with its
/// promise. Ask for the upload until it has a build, or says why it failed. Again, it answers how far that is.
#[utoipa::path(
    post, path = "/api/v1/uploads/{id}/complete", tag = "uploads", operation_id = "complete_upload",
    params(("id" = UploadId, Path, description = "The upload")),
    responses(
        (status = 202, description = "It is being registered", body = UploadPlan),
        (status = 200, description = "It was registered before", body = UploadPlan),
        Invalid, NotFound, Conflict,
    ),
)]
pub(super) async fn complete(
    State(state): Shared,
    caller: Caller,
    Names((id,)): Names<(UploadId,)>,
) -> Result<(StatusCode, Json<UploadPlan>), Problem> {
    let plan = state
        .portal
        .uploads()
        .complete(caller.who(), &id, caller.now)
        .await?;
    let status = match plan.build {
        Some(_) => StatusCode::OK,
        None => StatusCode::ACCEPTED,
    };
    Ok((status, Json(plan)))
}
