//! `/api/v1/uploads`, and where they begin

use api::uploads::{UploadPlan, UploadRequest};
use axum::{Json, extract::State};
use domain::{
    id::{AppId, UploadId},
    view::BuildView,
};

use crate::{
    extract::{body, caller::Caller, names::Names},
    openapi::{Conflict, Invalid, MediaType, NotFound, TooLarge},
    problem::Problem,
    state::Shared,
};

/// Promises the files of a build, and says where to put them. The same promise again says what is still missing, so
/// that an upload which broke off continues.
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

/// What is still missing of an upload, with fresh links.
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

/// Checks that the files are what was promised, and registers the build. Again, it answers with the same build.
#[utoipa::path(
    post, path = "/api/v1/uploads/{id}/complete", tag = "uploads", operation_id = "complete_upload",
    params(("id" = UploadId, Path, description = "The upload")),
    responses((status = 200, description = "The build", body = BuildView), Invalid, NotFound, Conflict),
)]
pub(super) async fn complete(
    State(state): Shared,
    caller: Caller,
    Names((id,)): Names<(UploadId,)>,
) -> Result<Json<BuildView>, Problem> {
    let build = state
        .portal
        .uploads()
        .complete(caller.who(), &id, caller.now)
        .await?;
    let view = state
        .portal
        .builds()
        .show(&caller.actor, &build.id, caller.now)
        .await?;
    Ok(Json(view))
}
