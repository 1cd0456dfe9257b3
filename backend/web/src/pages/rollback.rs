//! `/{app}/{environment}/rollback`

use api::promotions::RollbackRequest;
use axum::{extract::State, response::Response};
use domain::{
    id::{AppId, BuildId, EnvironmentId},
    view::TesterView,
};
use frontend::{links, pages::rollback::ask::RollbackPage};
use portal::{Error, access::Action};

use crate::{
    extract::{
        caller::Caller,
        form::{Form, done},
        names::Names,
        query::BuildQuery,
    },
    problem::Problem,
    state::{AppState, Shared},
};

/// What there is to go back to.
pub(super) async fn ask(
    State(state): Shared,
    caller: Caller,
    Names((app, environment)): Names<(AppId, EnvironmentId)>,
    query: BuildQuery,
) -> Result<Response, Problem> {
    let view = may(&state, &caller, &app, &environment).await?;
    if let Some(build) = &query.build {
        let portal = &state.portal;
        let known = portal.builds().alone(&caller.actor, build, Some(&app));
        Box::pin(known).await?;
    }
    let page = RollbackPage {
        view: &view,
        chosen: query.build.as_ref(),
        returned: None,
    };
    Ok(state.page(&caller, &page))
}

/// Asks for the return, and leads to its promotion.
pub(super) async fn send(
    State(state): Shared,
    caller: Caller,
    Names((app, environment)): Names<(AppId, EnvironmentId)>,
    form: Form,
) -> Result<Response, Problem> {
    let view = may(&state, &caller, &app, &environment).await?;
    let build: Option<BuildId> = match form.filled("build") {
        Some(_) => Some(form.name("build")?),
        None => None,
    };
    let request = RollbackRequest {
        build: build.clone(),
        reason: form.text("reason").to_owned(),
        withdraw: form.text("withdraw") == "yes",
        bypass: None,
    };
    let (who, now) = (caller.who(), caller.now);
    let asked = state
        .portal
        .promotions()
        .rollback(who, &app, &environment, request, now);
    let error = match form.send(asked).await {
        Ok(asked) => return Ok(done(&links::promotion(&asked.promotion.id))),
        Err(error) => error,
    };
    // App and environment are there; what is not is the build.
    let error = match error {
        Error::NotFound { what } => Error::Conflict {
            detail: format!("there is no {what}"),
        },
        other => other,
    };
    let back = form.back("rollback", error)?;
    let page = RollbackPage {
        view: &view,
        chosen: build.as_ref(),
        returned: Some(&back.returned),
    };
    Ok(state.page_with_form(&caller, &page, back.status))
}

/// The environment's releases, for those who may take it back.
async fn may(
    state: &AppState,
    caller: &Caller,
    app: &AppId,
    environment: &EnvironmentId,
) -> Result<TesterView, Problem> {
    let portal = &state.portal;
    let view = portal
        .builds()
        .tester(&caller.actor, app, environment, caller.now);
    let view = Box::pin(view).await?;
    let action = Action::Promote { app, environment };
    portal.authorise(&caller.actor, action)?;
    Ok(view)
}
