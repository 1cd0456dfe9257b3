//! `/promotions`, one of them, and what people say to it

use axum::{extract::State, response::Response};
use domain::{
    digest::Digest,
    id::PromotionId,
    promotion::{Promotion, State as Stands},
};
use frontend::{Page, links};
use portal::{Error, access::Action};

use crate::{
    extract::{
        caller::Caller,
        form::{Form, done},
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
    let page = Page::Promotions {
        view: &view,
        recent: recent.as_deref(),
        apps: &apps,
        only: apps.iter().find(|app| Some(&app.id) == only),
    };
    let seen = (&view.waiting_for_you, &view.others, &recent, &apps, only);
    Ok(state.page(&caller, &page, &seen))
}

pub(super) async fn show(
    State(state): Shared,
    caller: Caller,
    Names((id,)): Names<(PromotionId,)>,
) -> Result<Response, Problem> {
    let view = state
        .portal
        .promotions()
        .show(&caller.actor, &id, caller.now);
    let view = Box::pin(view).await?;
    let page = Page::Promotion {
        view: &view,
        returned: None,
    };
    Ok(state.page(&caller, &page, &view))
}

/// Agrees to the bytes that the form was shown for.
pub(super) async fn approve(
    State(state): Shared,
    caller: Caller,
    Names((id,)): Names<(PromotionId,)>,
    form: Form,
) -> Result<Response, Problem> {
    let digest: Digest = form.name("digest")?;
    let comment = form.filled("comment");
    let approved =
        state
            .portal
            .promotions()
            .approve(caller.who(), &id, &digest, comment, caller.now);
    let approved = form.send(approved).await;
    let done_before = |promotion: &Promotion| {
        let mut approvals = promotion.approvals.iter();
        approvals.any(|had| had.by.is_same_as(&caller.actor) && had.digest == digest)
    };
    answer(
        &state,
        &caller,
        &id,
        ("approve", form),
        approved,
        done_before,
    )
    .await
}

pub(super) async fn reject(
    State(state): Shared,
    caller: Caller,
    Names((id,)): Names<(PromotionId,)>,
    form: Form,
) -> Result<Response, Problem> {
    let why = form.text("reason");
    let rejected = state
        .portal
        .promotions()
        .reject(caller.who(), &id, why, caller.now);
    let rejected = form.send(rejected).await;
    let done_before = |promotion: &Promotion| match &promotion.state {
        Stands::Rejected { by, .. } => by.is_same_as(&caller.actor),
        _ => false,
    };
    answer(
        &state,
        &caller,
        &id,
        ("reject", form),
        rejected,
        done_before,
    )
    .await
}

pub(super) async fn cancel(
    State(state): Shared,
    caller: Caller,
    Names((id,)): Names<(PromotionId,)>,
    form: Form,
) -> Result<Response, Problem> {
    let why = form.text("reason");
    let canceled = state
        .portal
        .promotions()
        .cancel(caller.who(), &id, why, caller.now);
    let canceled = form.send(canceled).await;
    let done_before = |promotion: &Promotion| match &promotion.state {
        Stands::Canceled { by, .. } => by.is_same_as(&caller.actor),
        _ => false,
    };
    answer(
        &state,
        &caller,
        &id,
        ("cancel", form),
        canceled,
        done_before,
    )
    .await
}

pub(super) async fn abandon(
    State(state): Shared,
    caller: Caller,
    Names((id,)): Names<(PromotionId,)>,
    form: Form,
) -> Result<Response, Problem> {
    let why = form.text("reason");
    let abandoned = state
        .portal
        .promotions()
        .abandon(caller.who(), &id, why, caller.now);
    let abandoned = form.send(abandoned).await;
    let done_before = |promotion: &Promotion| match &promotion.state {
        Stands::Abandoned { by, .. } => by.is_same_as(&caller.actor),
        _ => false,
    };
    answer(
        &state,
        &caller,
        &id,
        ("abandon", form),
        abandoned,
        done_before,
    )
    .await
}

/// Back to the promotion, also after a second click; or its page with the form and what is wrong.
async fn answer(
    state: &AppState,
    caller: &Caller,
    id: &PromotionId,
    (name, form): (&'static str, Form),
    said: Result<Promotion, Error>,
    done_before: impl Fn(&Promotion) -> bool,
) -> Result<Response, Problem> {
    let Err(error) = said else {
        return Ok(done(&links::promotion(id)));
    };
    let back = form.back(name, error)?;
    let view = state
        .portal
        .promotions()
        .show(&caller.actor, id, caller.now);
    let view = Box::pin(view).await?;
    if done_before(&view.promotion) {
        return Ok(done(&links::promotion(id)));
    }
    let page = Page::Promotion {
        view: &view,
        returned: Some(&back.returned),
    };
    Ok(state.page_with_form(caller, &page, back.status))
}

impl AppState {
    /// Whether the caller may see an app, for lists to choose from.
    pub(super) fn sees(&self, caller: &Caller, app: &domain::id::AppId) -> bool {
        self.portal.may(&caller.actor, Action::ViewApp(app))
    }
}
