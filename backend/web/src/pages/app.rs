//! `/{app}` and its lists

use axum::{extract::State, http::StatusCode, response::Response};
use domain::{catalog::App, id::AppId};
use frontend::pages::{app::show::AppPage, build::list::BuildsPage, run::list::RunsPage};

use crate::{
    extract::{
        caller::Caller,
        names::Names,
        query::{ListQuery, RunsQuery},
    },
    problem::Problem,
    state::{AppState, Shared},
};

pub(super) async fn show(
    State(state): Shared,
    caller: Caller,
    Names((app,)): Names<(AppId,)>,
) -> Result<Response, Problem> {
    let view = state
        .portal
        .builds()
        .app(&caller.actor, &app, caller.now)
        .await?;
    Ok(state.page(&caller, &AppPage(&view)))
}

pub(super) async fn builds(
    State(state): Shared,
    caller: Caller,
    Names((app,)): Names<(AppId,)>,
    query: ListQuery,
) -> Result<Response, Problem> {
    let cursor = query.cursor.as_ref();
    let portal = &state.portal;
    let (builds, uploads) = futures::try_join!(
        portal
            .builds()
            .list(&caller.actor, &app, query.limit, cursor),
        portal.uploads().list(&caller.actor, &app, caller.now),
    )?;
    let app = configured(&state, &app)?;
    let page = BuildsPage {
        app,
        builds: &builds,
        uploads: &uploads.uploads,
        from_newest: cursor.is_none(),
        as_of: caller.now,
    };
    Ok(state.page(&caller, &page))
}

pub(super) async fn runs(
    State(state): Shared,
    caller: Caller,
    Names((app,)): Names<(AppId,)>,
    query: RunsQuery,
) -> Result<Response, Problem> {
    let cursor = query.cursor.as_ref();
    let runs = state
        .portal
        .runs()
        .list(&caller.actor, &app, query.which(), query.limit, cursor)
        .await?;
    let app = configured(&state, &app)?;
    let page = RunsPage {
        app,
        runs: &runs,
        failed: query.failed,
        from_newest: cursor.is_none(),
        as_of: caller.now,
    };
    Ok(state.page(&caller, &page))
}

fn configured<'f>(state: &'f AppState, app: &AppId) -> Result<&'f App, Problem> {
    let unknown = || Problem::new(StatusCode::NOT_FOUND, format!("There is no app {app}."));
    state.portal.catalog().app(app).ok_or_else(unknown)
}
