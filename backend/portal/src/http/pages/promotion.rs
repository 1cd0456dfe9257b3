//! `/promotions`, one of them, and what people say to it

use axum::{extract::State, response::Response};
use domain::{
    digest::Digest,
    id::PromotionId,
    promotion::{Promotion, State as Stands},
};
use frontend::{Page, links};

use crate::{
    Error,
    access::Action,
    http::{
        Front, Shared,
        caller::Caller,
        form::{Form, done},
        names::Names,
        problem::Problem,
        query::AppQuery,
    },
};

pub(super) async fn list(
    State(front): Shared,
    caller: Caller,
    query: AppQuery,
) -> Result<Response, Problem> {
    let portal = &front.portal;
    let actor = &caller.actor;
    let (view, recent) = futures::try_join!(
        portal.waiting_for(actor, caller.now),
        portal.recent_promotions(actor, query.app.as_ref()),
    )?;
    let apps = super::visible_apps(&front, &caller);
    let only = query.app.as_ref();
    let page = Page::Promotions {
        view: &view,
        recent: recent.as_deref(),
        apps: &apps,
        only: apps.iter().find(|app| Some(&app.id) == only),
    };
    let seen = (&view.waiting_for_you, &view.others, &recent, &apps, only);
    Ok(front.page(&caller, &page, &seen))
}

pub(super) async fn show(
    State(front): Shared,
    caller: Caller,
    Names((id,)): Names<(PromotionId,)>,
) -> Result<Response, Problem> {
    let view = front.portal.promotion(&caller.actor, &id, caller.now);
    let view = Box::pin(view).await?;
    let page = Page::Promotion {
        view: &view,
        returned: None,
    };
    Ok(front.page(&caller, &page, &view))
}

/// Agrees to the bytes that the form was shown for.
pub(super) async fn approve(
    State(front): Shared,
    caller: Caller,
    Names((id,)): Names<(PromotionId,)>,
    form: Form,
) -> Result<Response, Problem> {
    let digest: Digest = form.name("digest")?;
    let comment = form.filled("comment");
    let approved = front
        .portal
        .approve(caller.who(), &id, &digest, comment, caller.now);
    let approved = form.send(approved).await;
    let done_before = |promotion: &Promotion| {
        let mut approvals = promotion.approvals.iter();
        approvals.any(|had| had.by.is_same_as(&caller.actor) && had.digest == digest)
    };
    answer(
        &front,
        &caller,
        &id,
        ("approve", form),
        approved,
        done_before,
    )
    .await
}

pub(super) async fn reject(
    State(front): Shared,
    caller: Caller,
    Names((id,)): Names<(PromotionId,)>,
    form: Form,
) -> Result<Response, Problem> {
    let why = form.text("reason");
    let rejected = front.portal.reject(caller.who(), &id, why, caller.now);
    let rejected = form.send(rejected).await;
    let done_before = |promotion: &Promotion| match &promotion.state {
        Stands::Rejected { by, .. } => by.is_same_as(&caller.actor),
        _ => false,
    };
    answer(
        &front,
        &caller,
        &id,
        ("reject", form),
        rejected,
        done_before,
    )
    .await
}

pub(super) async fn cancel(
    State(front): Shared,
    caller: Caller,
    Names((id,)): Names<(PromotionId,)>,
    form: Form,
) -> Result<Response, Problem> {
    let why = form.text("reason");
    let canceled = front.portal.cancel(caller.who(), &id, why, caller.now);
    let canceled = form.send(canceled).await;
    let done_before = |promotion: &Promotion| match &promotion.state {
        Stands::Canceled { by, .. } => by.is_same_as(&caller.actor),
        _ => false,
    };
    answer(
        &front,
        &caller,
        &id,
        ("cancel", form),
        canceled,
        done_before,
    )
    .await
}

pub(super) async fn abandon(
    State(front): Shared,
    caller: Caller,
    Names((id,)): Names<(PromotionId,)>,
    form: Form,
) -> Result<Response, Problem> {
    let why = form.text("reason");
    let abandoned = front
        .portal
        .abandon_promotion(caller.who(), &id, why, caller.now);
    let abandoned = form.send(abandoned).await;
    let done_before = |promotion: &Promotion| match &promotion.state {
        Stands::Abandoned { by, .. } => by.is_same_as(&caller.actor),
        _ => false,
    };
    answer(
        &front,
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
    front: &Front,
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
    let view = front.portal.promotion(&caller.actor, id, caller.now);
    let view = Box::pin(view).await?;
    if done_before(&view.promotion) {
        return Ok(done(&links::promotion(id)));
    }
    let page = Page::Promotion {
        view: &view,
        returned: Some(&back.returned),
    };
    Ok(front.page_with_form(caller, &page, back.status))
}

impl Front {
    /// Whether the caller may see an app, for lists to choose from.
    pub(super) fn sees(&self, caller: &Caller, app: &domain::id::AppId) -> bool {
        self.portal.may(&caller.actor, Action::ViewApp(app))
    }
}
