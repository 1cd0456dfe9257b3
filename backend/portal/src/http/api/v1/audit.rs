//! `/api/v1/audit`

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use store::table::Month;

use crate::{
    audit::{AuditView, SealsView, Verified},
    http::{Shared, caller::Caller, openapi::Invalid, problem::Problem, query::AuditQuery},
};

/// The audit log of a month: a page of it, newest first, or all of it as a file.
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
    State(front): Shared,
    caller: Caller,
    query: AuditQuery,
) -> Result<Response, Problem> {
    let portal = &front.portal;
    let Some(format) = query.format else {
        let (month, cursor) = (query.month.as_ref(), query.cursor.as_ref());
        let view = portal
            .audit(&caller.actor, month, query.limit, cursor, caller.now)
            .await?;
        return Ok(Json(view).into_response());
    };
    let month = query.month.unwrap_or_else(|| Month::of(caller.now));
    let text = portal.export_audit(&caller.actor, &month, format).await?;
    let name = format!("attachment; filename=\"audit-{month}.{}\"", format.ending());
    let headers = [
        (header::CONTENT_TYPE, format.media_type().to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, text).into_response())
}

/// Verifies the whole audit log against itself and its seals.
#[utoipa::path(
    get, path = "/api/v1/audit/verify", tag = "audit", operation_id = "verify_audit",
    responses((status = 200, description = "What was found", body = Verified)),
)]
pub(super) async fn verify(
    State(front): Shared,
    caller: Caller,
) -> Result<Json<Verified>, Problem> {
    let verified = front.portal.verify_audit(&caller.actor, caller.now);
    Ok(Json(Box::pin(verified).await?))
}

/// Where the audit log ends, and its seals: with the entries, all that it takes to verify the log elsewhere.
#[utoipa::path(
    get, path = "/api/v1/audit/seals", tag = "audit", operation_id = "audit_seals",
    responses((status = 200, description = "The log's end and its seals", body = SealsView)),
)]
pub(super) async fn seals(
    State(front): Shared,
    caller: Caller,
) -> Result<Json<SealsView>, Problem> {
    let seals = front.portal.audit_seals(&caller.actor, caller.now);
    Ok(Json(Box::pin(seals).await?))
}
