//! `/api/v1/apps`

use api::apps::Apps;
use axum::{Json, extract::State};
use domain::{
    build::BuildBrief,
    id::AppId,
    page::Page,
    view::{AppView, RunSummary},
};

use crate::{
    extract::{
        caller::Caller,
        names::Names,
        query::{ListQuery, RunsQuery},
    },
    openapi::{Invalid, NotFound},
    problem::Problem,
    state::Shared,
};

/// The apps and environments that are configured.
#[utoipa::path(get, path = "/api/v1/apps", tag = "apps", operation_id = "apps", responses((status = 200, description = "Apps and environments", body = Apps)))]
pub(super) async fn list(State(state): Shared, caller: Caller) -> Result<Json<Apps>, Problem> {
    let apps = state
        .portal
        .builds()
        .apps(&caller.actor)?
        .cloned()
        .collect();
    let environments = state.portal.catalog().environments.clone();
    Ok(Json(Apps { apps, environments }))
}

/// One app across the environments, with its newest builds and runs.
#[utoipa::path(
    get, path = "/api/v1/apps/{app}", tag = "apps", operation_id = "app",
    params(("app" = AppId, Path, description = "The app")),
    responses((status = 200, description = "The app", body = AppView), NotFound),
)]
pub(super) async fn show(
    State(state): Shared,
    caller: Caller,
    Names((app,)): Names<(AppId,)>,
) -> Result<Json<AppView>, Problem> {
    Ok(Json(
        state
            .portal
            .builds()
            .app(&caller.actor, &app, caller.now)
            .await?,
    ))
}

/// An app's builds, newest first.
#[utoipa::path(
    get, path = "/api/v1/apps/{app}/builds", tag = "builds", operation_id = "builds",
    params(("app" = AppId, Path, description = "The app"), ListQuery),
    responses((status = 200, description = "A page of builds", body = Page<BuildBrief>), Invalid, NotFound),
)]
pub(super) async fn builds(
    State(state): Shared,
    caller: Caller,
    Names((app,)): Names<(AppId,)>,
    query: ListQuery,
) -> Result<Json<Page<BuildBrief>>, Problem> {
    let builds = state
        .portal
        .builds()
        .list(&caller.actor, &app, query.limit, query.cursor.as_ref())
        .await?;
    Ok(Json(builds))
}

/// An app's runs, newest first.
#[utoipa::path(
    get, path = "/api/v1/apps/{app}/runs", tag = "runs", operation_id = "runs",
    params(("app" = AppId, Path, description = "The app"), RunsQuery),
    responses((status = 200, description = "A page of runs", body = Page<RunSummary>), Invalid, NotFound),
)]
pub(super) async fn runs(
    State(state): Shared,
    caller: Caller,
    Names((app,)): Names<(AppId,)>,
    query: RunsQuery,
) -> Result<Json<Page<RunSummary>>, Problem> {
    let runs = state
        .portal
        .runs()
        .list(
            &caller.actor,
            &app,
            query.which(),
            query.limit,
            query.cursor.as_ref(),
        )
        .await?;
    Ok(Json(runs))
}
