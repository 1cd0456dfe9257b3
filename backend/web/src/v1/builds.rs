//! `/api/v1/builds`

use api::download::Granted;
use axum::{Json, extract::State, response::Response};
use domain::{digest::Digest, download::Download, id::BuildId, page::Page, view::BuildView};

use crate::{
    extract::{caller::Caller, names::Names, purpose::Purpose, query::ListQuery},
    openapi::{DailyLimit, Invalid, NotFound},
    problem::Problem,
    redirect,
    state::Shared,
};

/// One build, its files, and where it is released.
#[utoipa::path(
    get, path = "/api/v1/builds/{id}", tag = "builds", operation_id = "build",
    params(("id" = BuildId, Path, description = "The build")),
    responses((status = 200, description = "The build", body = BuildView), NotFound),
)]
pub(super) async fn show(
    State(state): Shared,
    caller: Caller,
    Names((id,)): Names<(BuildId,)>,
) -> Result<Json<BuildView>, Problem> {
    Ok(Json(
        state
            .portal
            .builds()
            .show(&caller.actor, &id, caller.now)
            .await?,
    ))
}

/// One file of a build. The link in `Location` works for five minutes; each such answer is recorded as a download.
/// `If-None-Match` with the `ETag` of the last answer, and HEAD, ask without a download.
#[utoipa::path(
    get, path = "/api/v1/builds/{id}/files/{digest}", tag = "builds", operation_id = "file",
    params(("id" = BuildId, Path, description = "The build"), ("digest" = Digest, Path, description = "The file's SHA-256")),
    responses(
        (status = 302, description = "Where the bytes are", body = Granted, headers(("location" = String, description = "The link"))),
        (status = 304, description = "The caller has it already: no download"),
        NotFound, DailyLimit,
    ),
)]
pub(super) async fn file(
    State(state): Shared,
    caller: Caller,
    Names((id, digest)): Names<(BuildId, Digest)>,
    purpose: Purpose,
) -> Result<Response, Problem> {
    let (downloads, by) = (state.portal.downloads(), caller.downloader());
    let offer = downloads.offered_file(by, (None, &id), &digest);
    if let Some(answer) = purpose.answer_without_bytes(offer).await? {
        return Ok(answer);
    }
    let grant = downloads.file(by, (None, &id), &digest).await?;
    redirect::for_programs(grant)
}

/// Who was given links to a build's files, newest first.
#[utoipa::path(
    get, path = "/api/v1/builds/{id}/downloads", tag = "builds", operation_id = "downloads",
    params(("id" = BuildId, Path, description = "The build"), ListQuery),
    responses((status = 200, description = "A page of downloads", body = Page<Download>), Invalid, NotFound),
)]
pub(super) async fn downloads(
    State(state): Shared,
    caller: Caller,
    Names((id,)): Names<(BuildId,)>,
    query: ListQuery,
) -> Result<Json<Page<Download>>, Problem> {
    let downloads = state
        .portal
        .downloads()
        .list(&caller.actor, &id, query.limit, query.cursor.as_ref())
        .await?;
    Ok(Json(downloads))
}
