//! `/settings/sessions`

use api::sessions::{EndAll, Ended, SessionView};
use axum::{Extension, extract::State, response::Response};
use domain::id::SessionId;
use frontend::{
    links,
    pages::settings::sessions::{SessionLine, SessionsPage},
};
use identity::sign_in::Session;
use portal::{Error, access::Action};

use crate::{
    extract::{
        caller::Caller,
        form::{Back, Form, done},
        names::Names,
    },
    middleware::session,
    problem::Problem,
    state::{AppState, Shared},
};

type Current = Option<Extension<Session>>;

pub(in crate::pages) async fn list(
    State(state): Shared,
    caller: Caller,
    current: Current,
) -> Result<Response, Problem> {
    page(&state, &caller, current.as_deref(), None, None).await
}

/// Ends one. A second click ends nothing more, and is no mistake.
pub(in crate::pages) async fn end(
    State(state): Shared,
    caller: Caller,
    current: Current,
    Names((id,)): Names<(SessionId,)>,
) -> Result<Response, Problem> {
    let ended = state.portal.sessions().end(caller.who(), &id, caller.now);
    match Box::pin(ended).await {
        Ok(()) | Err(Error::NotFound { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let own = current.is_some_and(|Extension(current)| *current.id() == id);
    let next = if own {
        identity::sign_in::SIGNED_OUT
    } else {
        links::SESSIONS
    };
    Ok(session::without(own, &caller.base, done(next)))
}

/// Ends all but the one that asks.
pub(in crate::pages) async fn end_others(
    State(state): Shared,
    caller: Caller,
    current: Current,
) -> Result<Response, Problem> {
    let asking = session::asking(&state, current.as_deref());
    let who = caller.who();
    let ended = state.portal.sessions().end_others(who, asking, caller.now);
    Box::pin(ended).await?;
    Ok(done(links::SESSIONS))
}

/// Ends all of someone.
pub(in crate::pages) async fn end_all(
    State(state): Shared,
    caller: Caller,
    current: Current,
    form: Form,
) -> Result<Response, Problem> {
    let asked = EndAll {
        person: form.text("person").to_owned(),
        reason: form.filled("reason").map(str::to_owned),
    };
    let who = caller.who();
    let ended = state.portal.sessions().end_all_of(who, &asked, caller.now);
    match form.send(ended).await {
        Ok(Ended { ended }) => {
            let ended = Some((asked.person.trim(), ended));
            page(&state, &caller, current.as_deref(), ended, None).await
        }
        Err(error) => {
            // The person who mistyped a name types it again.
            let error = match error {
                Error::NotFound { .. } => Error::invalid("person", error.to_string()),
                error => error,
            };
            let back = form.back("end-all", error)?;
            page(&state, &caller, current.as_deref(), None, Some(back)).await
        }
    }
}

async fn page(
    state: &AppState,
    caller: &Caller,
    current: Option<&Session>,
    ended: Option<(&str, usize)>,
    back: Option<Back>,
) -> Result<Response, Problem> {
    let asking = session::asking(state, current);
    let view = state
        .portal
        .sessions()
        .list(&caller.actor, asking, caller.now);
    let sessions: Vec<_> = view.await?.sessions.into_iter().map(line).collect();
    let may_end_all = state.portal.may(&caller.actor, Action::ManageCredentials);
    let page = SessionsPage {
        sessions: &sessions,
        may_end_all,
        ended,
        returned: back.as_ref().map(|back| &back.returned),
        as_of: caller.now,
    };
    Ok(state.page_or_form(caller, &page, back.as_ref()))
}

fn line(view: SessionView) -> SessionLine {
    SessionLine {
        id: view.id,
        device: view.device,
        address: view.address,
        began: view.began,
        seen: view.seen,
        until: view.until,
        current: view.current,
    }
}
