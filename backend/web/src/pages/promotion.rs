//! `/promotions`, one of them, and what people say to it

use axum::{extract::State, response::Response};
use domain::{id::PromotionId, promotion::Answer};
use frontend::{
    links,
    pages::promotion::{list::PromotionsPage, show::PromotionPage},
};
use portal::access::Action;

use crate::{
    extract::{
        caller::Caller,
        form::{Back, Form, done},
        names::Names,
        query::AppQuery,
    },
    problem::Problem,
    state::{AppState, Shared},
};

pub(super) async fn list(
    State(state): Shared,
    caller: Caller,
    query: AppQuery,
) -> Result<Response, Problem> {
    let portal = &state.portal;
    let actor = &caller.actor;
    let (view, recent) = futures::try_join!(
        portal.promotions().waiting(actor, caller.now),
        portal.promotions().recent(actor, query.app.as_ref()),
    )?;
    let apps = super::visible_apps(&state, &caller);
    let only = query.app.as_ref();
    let page = PromotionsPage {
        view: &view,
        recent: recent.as_deref(),
        apps: &apps,
        only: apps.iter().find(|app| Some(&app.id) == only),
    };
    Ok(state.page(&caller, &page))
}

pub(super) async fn show(
    State(state): Shared,
    caller: Caller,
    Names((id,)): Names<(PromotionId,)>,
) -> Result<Response, Problem> {
    page(&state, &caller, &id, None).await
}

/// Agrees to the bytes that the form was shown for.
pub(super) async fn approve(
    state: Shared,
    caller: Caller,
    id: Names<(PromotionId,)>,
    form: Form,
) -> Result<Response, Problem> {
    let read: Read = |form| {
        Ok(Answer::Approve {
            seen: form.name("digest")?,
            comment: form.filled("comment"),
        })
    };
    answer(state, caller, id, form, ("approve", read)).await
}

pub(super) async fn reject(
    state: Shared,
    caller: Caller,
    id: Names<(PromotionId,)>,
    form: Form,
) -> Result<Response, Problem> {
    let read: Read = |form| Ok(Answer::Reject(form.text("reason")));
    answer(state, caller, id, form, ("reject", read)).await
}

pub(super) async fn cancel(
    state: Shared,
    caller: Caller,
    id: Names<(PromotionId,)>,
    form: Form,
) -> Result<Response, Problem> {
    let read: Read = |form| Ok(Answer::Cancel(form.text("reason")));
    answer(state, caller, id, form, ("cancel", read)).await
}

pub(super) async fn abandon(
    state: Shared,
    caller: Caller,
    id: Names<(PromotionId,)>,
    form: Form,
) -> Result<Response, Problem> {
    let read: Read = |form| Ok(Answer::Abandon(form.text("reason")));
    answer(state, caller, id, form, ("abandon", read)).await
}

/// What a form answers.
type Read = fn(&Form) -> Result<Answer<'_>, Problem>;

/// Back to the promotion; or its page with the form and what is wrong.
async fn answer(
    State(state): Shared,
    caller: Caller,
    Names((id,)): Names<(PromotionId,)>,
    form: Form,
    (name, read): (&'static str, Read),
) -> Result<Response, Problem> {
    let (answer, now) = (read(&form)?, caller.now);
    let promotions = state.portal.promotions();
    let answered = promotions.answer(caller.who(), &id, answer, now);
    match form.send(answered).await {
        Ok(_) => Ok(done(&links::promotion(&id))),
        Err(error) => {
            let back = form.back(name, error)?;
            page(&state, &caller, &id, Some(back)).await
        }
    }
}

async fn page(
    state: &AppState,
    caller: &Caller,
    id: &PromotionId,
    back: Option<Back>,
) -> Result<Response, Problem> {
    let view = state
        .portal
        .promotions()
        .show(&caller.actor, id, caller.now);
    let view = Box::pin(view).await?;
    let page = PromotionPage {
        view: &view,
        returned: back.as_ref().map(|back| &back.returned),
    };
    Ok(state.page_or_form(caller, &page, back.as_ref()))
}

impl AppState {
    /// Whether the caller may see an app, for lists to choose from.
    pub(super) fn sees(&self, caller: &Caller, app: &domain::id::AppId) -> bool {
        self.portal.may(&caller.actor, Action::ViewApp(app))
    }
}
