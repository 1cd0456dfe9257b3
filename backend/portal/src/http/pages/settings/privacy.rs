//! `/settings/privacy`

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::page::InvalidCursor;
use frontend::{Page, pages::ErasedLines};

use crate::{
    Error,
    access::Action,
    http::{
        Front, Shared,
        caller::Caller,
        form::{Back, Form},
        problem::Problem,
    },
    privacy::{Erase, Erasing, ExportOf},
};

/// How often one click goes on.
const TIMES: usize = 2;

pub(in crate::http::pages) async fn show(State(front): Shared, caller: Caller) -> Response {
    page(&front, &caller, None, None)
}

/// Hands out what is kept of a person, as a file.
pub(in crate::http::pages) async fn export(
    State(front): Shared,
    caller: Caller,
    form: Form,
) -> Result<Response, Problem> {
    let asked = ExportOf {
        person: form.filled("person").map(str::to_owned),
        issuer: form.filled("issuer").map(str::to_owned),
        cursor: None,
    };
    let who = caller.who();
    let export = front.portal.export_person(who, &asked, caller.now);
    match form.send(export).await {
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
            let back = form.back("export", typed_again(error))?;
            Ok(page(&front, &caller, None, Some(&back)))
        }
    }
}

/// Erases a person's name, as far as one click gets.
pub(in crate::http::pages) async fn erase(
    State(front): Shared,
    caller: Caller,
    form: Form,
) -> Result<Response, Problem> {
    match form.send(erased(&front, &caller, &form)).await {
        Ok((asked, done)) => {
            let remains = done.remains.iter();
            let remains = remains.map(|it| (it.what.clone(), it.until.clone()));
            let lines = ErasedLines {
                person: done.person.clone(),
                reason: asked.reason,
                done: done.lines(),
                remains: remains.collect(),
                next: done.next,
            };
            Ok(page(&front, &caller, Some(&lines), None))
        }
        Err(error) => {
            let back = form.back("erase", typed_again(error))?;
            Ok(page(&front, &caller, None, Some(&back)))
        }
    }
}

async fn erased(front: &Front, caller: &Caller, form: &Form) -> Result<(Erase, Erasing), Error> {
    let portal = &front.portal;
    portal.authorise(&caller.actor, Action::ManagePrivacy)?;
    if form.text("sure") != "yes" {
        let detail = "say that you know that this cannot be undone";
        return Err(Error::invalid("sure", detail));
    }
    let cursor = form.filled("cursor").map(str::parse).transpose();
    let wrong = |error: InvalidCursor| Error::invalid("cursor", error.to_string());
    let mut asked = Erase {
        person: form.text("person").to_owned(),
        issuer: form.filled("issuer").map(str::to_owned),
        reason: form.text("reason").to_owned(),
        cursor: cursor.map_err(wrong)?,
    };
    let who = caller.who();
    let mut done = Box::pin(portal.erase_person(who, &asked, caller.now)).await?;
    for _ in 1..TIMES {
        if done.next.is_none() {
            break;
        }
        asked.cursor.clone_from(&done.next);
        let more = Box::pin(portal.erase_person(who, &asked, caller.now)).await?;
        done = done.and(more);
    }
    Ok((asked, done))
}

/// Whoever mistyped a name types it again.
fn typed_again(error: Error) -> Error {
    match error {
        Error::NotFound { .. } => Error::invalid("person", error.to_string()),
        error => error,
    }
}

fn page(
    front: &Front,
    caller: &Caller,
    erased: Option<&ErasedLines>,
    back: Option<&Back>,
) -> Response {
    let may_manage = front.portal.may(&caller.actor, Action::ManagePrivacy);
    let page = |returned| Page::Privacy {
        may_manage,
        erased,
        returned,
    };
    match back {
        Some(Back { status, returned }) => {
            front.page_with_form(caller, &page(Some(returned)), *status)
        }
        None if erased.is_some() => front.page_with_form(caller, &page(None), StatusCode::OK),
        None => front.page(caller, &page(None), &may_manage),
    }
}
