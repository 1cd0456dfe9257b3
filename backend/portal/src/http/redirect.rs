//! Links that were granted, as redirects. The link is in the header `Location` only, and nothing may keep it.

use axum::{
    Json,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{
    Timestamp,
    digest::Digest,
    id::{BuildId, FileName},
};
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use crate::download::Grant;

/// What the link in `Location` leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Granted {
    /// The build that the file is of.
    pub build: BuildId,
    /// The file's name.
    pub name: FileName,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// When the link ends.
    pub expires_at: Timestamp,
}

/// To the bytes, for a browser.
pub(super) fn for_people(grant: &Grant) -> Result<Response, Problem> {
    Ok((StatusCode::FOUND, headers(grant)?).into_response())
}

/// To the bytes, for whoever sent a form: what is asked for there is read, not sent to.
pub(super) fn for_guests(grant: &Grant) -> Result<Response, Problem> {
    Ok((StatusCode::SEE_OTHER, headers(grant)?).into_response())
}

/// To the bytes, and what they are, for a program that checks them.
pub(super) fn for_programs(grant: Grant) -> Result<Response, Problem> {
    let headers = headers(&grant)?;
    let granted = Granted {
        build: grant.build,
        name: grant.name,
        sha256: grant.digest,
        expires_at: grant.expires_at,
    };
    Ok((StatusCode::FOUND, headers, Json(granted)).into_response())
}

fn headers(grant: &Grant) -> Result<HeaderMap, Problem> {
    let location = HeaderValue::from_str(&grant.url).map_err(|_| {
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The link cannot be written into a header.",
        )
    })?;
    Ok(HeaderMap::from_iter([
        (header::LOCATION, location),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
    ]))
}
