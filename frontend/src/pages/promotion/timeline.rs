//! Who did what with a promotion, in order.

use domain::{
    Timestamp,
    promotion::{Approval, Promotion, PromotionKind, State},
    status::Status,
    view::PromotionView,
};
use leptos::prelude::*;

use crate::components::{
    icon::{self, icon},
    person, status, time,
};

/// From the request to how it stands.
pub(super) fn list(view: &PromotionView) -> AnyView {
    let promotion = &view.promotion;
    let approvals = promotion
        .approvals
        .iter()
        .map(|approval| approved(approval, view.as_of))
        .collect_view();
    view! {
        <ol class="story">
            {requested(promotion, view.as_of)}
            {approvals}
            {ended(promotion, view.as_of)}
        </ol>
    }
    .into_any()
}

struct Entry {
    shape: AnyView,
    status: &'static str,
    what: String,
    at: Timestamp,
    comment: Option<String>,
}

fn entry(entry: Entry, as_of: Timestamp) -> AnyView {
    let Entry {
        shape,
        status,
        what,
        at,
        comment,
    } = entry;
    view! {
        <li data-status=status>
            {shape}
            <div>
                <p><span>{what}</span> " " <small>{time::ago(at, as_of)}</small></p>
                {comment.map(|comment| view! { <blockquote>{comment}</blockquote> })}
            </div>
        </li>
    }
    .into_any()
}

fn requested(promotion: &Promotion, as_of: Timestamp) -> AnyView {
    let who = person::name(&promotion.requested_by);
    let what = match promotion.kind {
        PromotionKind::Forward => format!("{who} requested it"),
        PromotionKind::Automatic => format!("{who} requested it, as the path says"),
        PromotionKind::Rollback => format!("{who} requested the rollback"),
    };
    let requested = Entry {
        shape: icon(icon::NOTE),
        status: "queued",
        what,
        at: promotion.requested_at,
        comment: Some(promotion.reason.clone()),
    };
    entry(requested, as_of)
}

fn approved(approval: &Approval, as_of: Timestamp) -> AnyView {
    let who = person::name(&approval.by);
    let what = if approval.groups.is_empty() {
        format!("{who} approved")
    } else {
        format!("{who} approved, of {}", approval.groups.join(", "))
    };
    let approved = Entry {
        shape: status::shape(Status::Succeeded),
        status: "succeeded",
        what,
        at: approval.at,
        comment: approval.comment.clone(),
    };
    entry(approved, as_of)
}

/// How it stands; while it waits, that is no action of anyone.
fn ended(promotion: &Promotion, as_of: Timestamp) -> AnyView {
    let (status, what, comment) = match &promotion.state {
        State::Waiting => (Status::Waiting, "Waiting for its gates".to_owned(), None),
        State::Starting => (
            Status::Running,
            "Its target is being called".to_owned(),
            None,
        ),
        State::Running => (
            Status::Running,
            "Its target carries it out".to_owned(),
            None,
        ),
        State::Succeeded => (Status::Succeeded, "Released".to_owned(), None),
        State::Failed { why } => (Status::Failed, "It failed".to_owned(), Some(why.clone())),
        State::Rejected { by, why } => {
            let what = format!("{} rejected it", person::name(by));
            (Status::Failed, what, Some(why.clone()))
        }
        State::Expired => (Status::Skipped, "It expired".to_owned(), None),
        State::Canceled { by, why } => {
            let what = format!("{} cancelled it", person::name(by));
            (Status::Canceled, what, Some(why.clone()))
        }
        State::Abandoned { by, why } => {
            let what = format!("{} abandoned it", person::name(by));
            (Status::Canceled, what, Some(why.clone()))
        }
    };
    let ended = Entry {
        shape: status::shape(status),
        status: status.word(),
        what,
        at: promotion.since,
        comment,
    };
    entry(ended, as_of)
}
