//! `/{app}/builds/{id}/downloads`

use axum::{extract::State, response::Response};
use domain::id::{AppId, BuildId};
use frontend::pages::download::list::DownloadsPage;

use super::build;
use crate::{
    extract::{caller::Caller, names::Names, query::ListQuery},
    problem::Problem,
    state::Shared,
};

pub(super) async fn list(
    State(state): Shared,
    caller: Caller,
    Names((app, id)): Names<(AppId, BuildId)>,
    query: ListQuery,
) -> Result<Response, Problem> {
    let build = build::alone(&state, &caller, &app, &id).await?;
    let cursor = query.cursor.as_ref();
    let downloads = state
        .portal
        .downloads()
        .list(&caller.actor, &id, query.limit, cursor)
        .await?;
    let page = DownloadsPage {
        app: &state.portal.builds().app_or_its_name(&build.app),
        build: &build,
        downloads: &downloads,
        from_newest: cursor.is_none(),
        as_of: caller.now,
    };
    Ok(state.page(&caller, &page))
}
