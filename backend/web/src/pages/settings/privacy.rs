//! `/settings/privacy`

use api::privacy::{Erase, Erasing, Export, ExportOf};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::page::{Cursor, InvalidCursor};
use frontend::pages::settings::privacy::{ErasedLines, PrivacyPage};
use portal::{Error, access::Action, privacy::Privacy};

use crate::{
    extract::{
        caller::Caller,
        form::{Back, Form},
    },
    middleware::session,
    problem::Problem,
    state::{AppState, Shared},
};

/// How often one click goes on.
const TIMES: usize = 2;

pub(in crate::pages) async fn show(State(state): Shared, caller: Caller) -> Response {
    page(&state, &caller, None, None)
}

/// Hands out what is kept of a person, as a file.
pub(in crate::pages) async fn export(
    State(state): Shared,
    caller: Caller,
    form: Form,
) -> Result<Response, Problem> {
    match form.send(exported(&state, &caller, &form)).await {
        Ok(export) => {
            let headers = [
                (header::CACHE_CONTROL, "no-store"),
                (
                    header::CONTENT_DISPOSITION,
                    "attachment; filename=\"kept.json\"",
                ),
            ];
            Ok((headers, Json(export)).into_response())
        }
        Err(error) => {
            let which = form.filled("person").map_or("own", |_| "export");
            let back = form.back(which, typed_again(error))?;
            Ok(page(&state, &caller, None, Some(&back)))
        }
    }
}

/// Erases a person's name, as far as one click gets.
pub(in crate::pages) async fn erase(
    State(state): Shared,
    caller: Caller,
    form: Form,
) -> Result<Response, Problem> {
    match form.send(erased(&state, &caller, &form)).await {
        Ok((asked, done)) => {
            let own = Privacy::has_signed_out(&caller.actor, &done);
            let remains = done.remains.iter();
            let remains = remains.map(|it| (it.what.clone(), it.until.clone()));
            let lines = ErasedLines {
                person: done.person.clone(),
                reason: asked.reason,
                done: done.lines(),
                remains: remains.collect(),
                next: done.next,
            };
            let page = page(&state, &caller, Some(&lines), None);
            Ok(session::without(own, &caller.base, page))
        }
        Err(error) => {
            let back = form.back("erase", typed_again(error))?;
            Ok(page(&state, &caller, None, Some(&back)))
        }
    }
}

async fn exported(state: &AppState, caller: &Caller, form: &Form) -> Result<Export, Error> {
    let asked = ExportOf {
        person: form.filled("person").map(str::to_owned),
        issuer: form.filled("issuer").map(str::to_owned),
        cursor: cursor(form)?,
    };
    let export = state
        .portal
        .privacy()
        .export(caller.who(), &asked, caller.now);
    Box::pin(export).await
}

/// Where the answer before ended.
fn cursor(form: &Form) -> Result<Option<Cursor>, Error> {
    let cursor = form.filled("cursor").map(str::parse).transpose();
    cursor.map_err(|error: InvalidCursor| Error::invalid("cursor", error.to_string()))
}

async fn erased(state: &AppState, caller: &Caller, form: &Form) -> Result<(Erase, Erasing), Error> {
    let portal = &state.portal;
    portal.authorise(&caller.actor, Action::ManagePrivacy)?;
    if form.text("sure") != "yes" {
        let detail = "say that you know that this cannot be undone";
        return Err(Error::invalid("sure", detail));
    }
    let mut asked = Erase {
        person: form.text("person").to_owned(),
        issuer: form.filled("issuer").map(str::to_owned),
        reason: form.text("reason").to_owned(),
        cursor: cursor(form)?,
    };
    let who = caller.who();
    let mut done = Box::pin(portal.privacy().erase(who, &asked, caller.now)).await?;
    for _ in 1..TIMES {
        if done.next.is_none() {
            break;
        }
        asked.cursor.clone_from(&done.next);
        let more = Box::pin(portal.privacy().erase(who, &asked, caller.now)).await?;
        done = done.and(more);
    }
    Ok((asked, done))
}

/// The person who mistyped a name types it again.
fn typed_again(error: Error) -> Error {
    match error {
        Error::NotFound { .. } => Error::invalid("person", error.to_string()),
        error => error,
    }
}

fn page(
    state: &AppState,
    caller: &Caller,
    erased: Option<&ErasedLines>,
    back: Option<&Back>,
) -> Response {
    let may_manage = state.portal.may(&caller.actor, Action::ManagePrivacy);
    let page = PrivacyPage {
        may_manage,
        erased,
        returned: back.map(|back| &back.returned),
    };
    if erased.is_some() {
        return state.page_with_form(caller, &page, StatusCode::OK);
    }
    state.page_or_form(caller, &page, back)
}
