//! `/{app}/builds/{id}`, its files and its icon

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{
    build::Build,
    digest::Digest,
    id::{AppId, BuildId},
    view::BuildView,
};
use frontend::pages::build::show::BuildPage;

use crate::{
    extract::{caller::Caller, form::Back, names::Names, purpose::Purpose},
    problem::Problem,
    redirect,
    state::{AppState, Shared},
};

pub(super) async fn show(
    State(state): Shared,
    caller: Caller,
    Names((app, id)): Names<(AppId, BuildId)>,
) -> Result<Response, Problem> {
    let view = of_app(&state, &caller, &app, &id).await?;
    let page = BuildPage {
        view: &view,
        returned: None,
    };
    Ok(state.page(&caller, &page))
}

pub(super) async fn file(
    State(state): Shared,
    caller: Caller,
    Names((app, id, digest)): Names<(AppId, BuildId, Digest)>,
    purpose: Purpose,
) -> Result<Response, Problem> {
    let (downloads, by) = (state.portal.downloads(), caller.downloader());
    let offer = downloads.offered_file(by, (Some(&app), &id), &digest);
    if let Some(answer) = purpose.answer_without_bytes(offer).await? {
        return Ok(answer);
    }
    let grant = downloads.file(by, (Some(&app), &id), &digest).await?;
    redirect::for_people(&grant)
}

/// An icon came in inside a package: it is served as a bitmap or not at all.
pub(super) async fn icon(
    State(state): Shared,
    caller: Caller,
    Names((app, id)): Names<(AppId, BuildId)>,
) -> Result<Response, Problem> {
    let icon = state
        .portal
        .downloads()
        .icon(&caller.actor, &app, &id)
        .await?;
    let content_type = ["image/png", "image/webp", "image/jpeg"]
        .into_iter()
        .find(|known| *known == icon.content_type)
        .ok_or_else(|| {
            Problem::new(
                StatusCode::NOT_FOUND,
                "This build has no icon that can be shown.",
            )
        })?;
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (
            header::CACHE_CONTROL,
            "private, max-age=31536000, immutable",
        ),
    ];
    Ok((headers, icon.bytes).into_response())
}

/// The page with a form that was not carried out.
pub(super) async fn returned(
    state: &AppState,
    caller: &Caller,
    app: &AppId,
    id: &BuildId,
    back: Back,
) -> Result<Response, Problem> {
    let view = of_app(state, caller, app, id).await?;
    let page = BuildPage {
        view: &view,
        returned: Some(&back.returned),
    };
    Ok(state.page_with_form(caller, &page, back.status))
}

/// A build without what became of it, if it is one of that app: one read, for what shows no page of it.
pub(super) async fn alone(
    state: &AppState,
    caller: &Caller,
    app: &AppId,
    id: &BuildId,
) -> Result<Build, Problem> {
    let build = state.portal.builds().alone(&caller.actor, id, Some(app));
    Ok(build.await?)
}

/// A build's page, if it is one of that app.
pub(super) async fn of_app(
    state: &AppState,
    caller: &Caller,
    app: &AppId,
    id: &BuildId,
) -> Result<BuildView, Problem> {
    let view = state
        .portal
        .builds()
        .show(&caller.actor, id, caller.now)
        .await?;
    if view.build.app == *app {
        Ok(view)
    } else {
        Err(Problem::new(
            StatusCode::NOT_FOUND,
            format!("There is no build {id} of {app}."),
        ))
    }
}
