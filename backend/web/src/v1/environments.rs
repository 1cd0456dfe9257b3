//! `/api/v1/apps/{app}/environments`

use api::download::Granted;
use axum::{Json, extract::State, response::Response};
use domain::{
    id::{AppId, EnvironmentId},
    page::Page,
    release::Release,
    view::TesterView,
};

use crate::{
    extract::{
        caller::Caller,
        names::Names,
        purpose::Purpose,
        query::{AbiQuery, ListQuery},
    },
    openapi::{DailyLimit, Invalid, NotFound, Refused},
    problem::Problem,
    redirect,
    state::Shared,
};

/// What an environment serves of an app now, what Android will do with it, and what it served before.
#[utoipa::path(
    get, path = "/api/v1/apps/{app}/environments/{environment}", tag = "apps", operation_id = "environment",
    params(("app" = AppId, Path, description = "The app"), ("environment" = EnvironmentId, Path, description = "The environment")),
    responses((status = 200, description = "What a tester sees", body = TesterView), NotFound),
)]
pub(super) async fn show(
    State(state): Shared,
    caller: Caller,
    Names((app, environment)): Names<(AppId, EnvironmentId)>,
) -> Result<Json<TesterView>, Problem> {
    let view = state
        .portal
        .builds()
        .tester(&caller.actor, &app, &environment, caller.now)
        .await?;
    Ok(Json(view))
}

/// Releases of an app in an environment, newest first.
#[utoipa::path(
    get, path = "/api/v1/apps/{app}/environments/{environment}/releases", tag = "apps", operation_id = "releases",
    params(
        ("app" = AppId, Path, description = "The app"),
        ("environment" = EnvironmentId, Path, description = "The environment"),
        ListQuery,
    ),
    responses((status = 200, description = "A page of releases", body = Page<Release>), Invalid, NotFound),
)]
pub(super) async fn releases(
    State(state): Shared,
    caller: Caller,
    Names((app, environment)): Names<(AppId, EnvironmentId)>,
    query: ListQuery,
) -> Result<Json<Page<Release>>, Problem> {
    let releases = state
        .portal
        .builds()
        .releases(
            &caller.actor,
            &app,
            &environment,
            query.limit,
            query.cursor.as_ref(),
        )
        .await?;
    Ok(Json(releases))
}

/// The package that an environment serves now. The link in `Location` works for five minutes; each such answer is recorded
/// as a download. `If-None-Match` with the `ETag` of the last answer, and HEAD, ask without a download.
#[utoipa::path(
    get, path = "/api/v1/apps/{app}/environments/{environment}/latest.apk", tag = "apps", operation_id = "latest",
    params(
        ("app" = AppId, Path, description = "The app"),
        ("environment" = EnvironmentId, Path, description = "The environment"),
        AbiQuery,
    ),
    responses(
        (status = 302, description = "Where the bytes are", body = Granted, headers(("location" = String, description = "The link"))),
        (status = 304, description = "The caller has it already: no download"),
        Invalid, NotFound, Refused, DailyLimit,
    ),
)]
pub(super) async fn latest(
    State(state): Shared,
    caller: Caller,
    Names((app, environment)): Names<(AppId, EnvironmentId)>,
    query: AbiQuery,
    purpose: Purpose,
) -> Result<Response, Problem> {
    let (downloads, by) = (state.portal.downloads(), caller.downloader());
    let abi = query.abi.as_deref();
    let offer = downloads.offered_latest(by, &app, &environment, abi);
    if let Some(answer) = purpose.answer_without_bytes(offer).await? {
        return Ok(answer);
    }
    let grant = downloads.latest(by, &app, &environment, abi).await?;
    redirect::for_programs(grant)
}
