//! `/api/v1/audit`

use api::audit::{AuditView, SealsView, Verified};
use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use domain::{audit::format::Format, month::Month, page::Cursor};
use portal::audit::{Excerpt, Part};

use crate::{
    extract::{
        caller::Caller,
        query::{AuditQuery, SealsQuery},
    },
    openapi::Invalid,
    problem::Problem,
    state::Shared,
};

/// The audit log of a month: a page of it, newest first, or as a file, the oldest first. A file that is longer than 4 MB comes in
/// parts: the header `Link` then has the address of the next.
#[utoipa::path(
    get, path = "/api/v1/audit", tag = "audit", operation_id = "audit",
    params(AuditQuery),
    responses(
        (status = 200, description = "Entries", content(
            (AuditView = "application/json"), (String = "text/csv"), (String = "application/jsonl"),
        )),
        Invalid,
    ),
)]
pub(super) async fn list(
    State(state): Shared,
    caller: Caller,
    query: AuditQuery,
) -> Result<Response, Problem> {
    let portal = &state.portal;
    let Some(format) = query.format else {
        let excerpt = Excerpt {
            month: query.month.as_ref(),
            limit: query.limit,
            cursor: query.cursor.as_ref(),
        };
        let audit = portal.audit();
        let view = audit.list(&caller.actor, excerpt, caller.now).await?;
        return Ok(Json(view).into_response());
    };
    let month = query.month.unwrap_or_else(|| Month::of(caller.now));
    let cursor = query.cursor.as_ref();
    let part = portal
        .audit()
        .export(&caller.actor, &month, format, cursor)
        .await?;
    let headers = [
        (header::CONTENT_TYPE, format.media_type().to_owned()),
        (
            header::CONTENT_DISPOSITION,
            named(&month, format, cursor, &part),
        ),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    let next = part.next.map(|next| {
        let form = format.ending();
        let address = format!("/api/v1/audit?month={month}&format={form}&cursor={next}");
        [(header::LINK, format!("<{address}>; rel=\"next\""))]
    });
    Ok((headers, next, part.text).into_response())
}

/// What a file is called: one of several says so.
fn named(month: &Month, format: Format, cursor: Option<&Cursor>, part: &Part) -> String {
    let up_to = if cursor.is_some() || part.next.is_some() {
        format!("-to-entry-{}", part.last)
    } else {
        String::new()
    };
    format!(
        "attachment; filename=\"audit-{month}{up_to}.{}\"",
        format.ending()
    )
}

/// Verifies the whole audit log against itself and its seals.
#[utoipa::path(
    get, path = "/api/v1/audit/verify", tag = "audit", operation_id = "verify_audit",
    responses((status = 200, description = "What was found", body = Verified)),
)]
pub(super) async fn verify(
    State(state): Shared,
    caller: Caller,
) -> Result<Json<Verified>, Problem> {
    let verified = state.portal.audit().verify(&caller.actor, caller.now);
    Ok(Json(verified.await?))
}

/// Where the audit log ends, and a page of its seals in every version: with the entries, all that it takes to verify the log
/// elsewhere.
#[utoipa::path(
    get, path = "/api/v1/audit/seals", tag = "audit", operation_id = "audit_seals",
    params(SealsQuery),
    responses(
        (status = 200, description = "The log's end and its seals", body = SealsView),
        Invalid,
    ),
)]
pub(super) async fn seals(
    State(state): Shared,
    caller: Caller,
    query: SealsQuery,
) -> Result<Json<SealsView>, Problem> {
    let seals = state
        .portal
        .audit()
        .seals(&caller.actor, query.cursor.as_ref(), caller.now);
    Ok(Json(seals.await?))
}
