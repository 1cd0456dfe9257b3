//! `/{app}/builds/{id}/downloads`

use axum::{extract::State, response::Response};
use domain::id::{AppId, BuildId};
use frontend::Page;

use super::build;
use crate::http::{Shared, caller::Caller, names::Names, problem::Problem, query::ListQuery};

pub(super) async fn list(
    State(front): Shared,
    caller: Caller,
    Names((app, id)): Names<(AppId, BuildId)>,
    query: ListQuery,
) -> Result<Response, Problem> {
    let build = build::alone(&front, &caller, &app, &id).await?;
    let cursor = query.cursor.as_ref();
    let downloads = front
        .portal
        .downloads(&caller.actor, &id, query.limit, cursor)
        .await?;
    let page = Page::Downloads {
        app: &front.portal.app_or_its_name(&build.app),
        build: &build,
        downloads: &downloads,
        from_newest: cursor.is_none(),
        as_of: caller.now,
    };
    Ok(front.page(&caller, &page, &(&id, &downloads, cursor.is_none())))
}
