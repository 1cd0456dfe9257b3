//! Links that were granted, as redirects. The link is in the header `Location` only, and nothing may keep it.

use api::download::Granted;
use axum::{
    Json,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use portal::download::Grant;
use secrecy::ExposeSecret as _;

use crate::{extract::purpose::entity_tag, problem::Problem};

/// To the bytes, for a browser.
pub(crate) fn for_people(grant: &Grant) -> Result<Response, Problem> {
    Ok((StatusCode::FOUND, headers(grant)?).into_response())
}

/// To the bytes, for the person who sent a form: what is asked for there is read, not sent to.
pub(crate) fn for_guests(grant: &Grant) -> Result<Response, Problem> {
    Ok((StatusCode::SEE_OTHER, headers(grant)?).into_response())
}

/// To the bytes, and what they are, for a program that checks them.
pub(crate) fn for_programs(grant: Grant) -> Result<Response, Problem> {
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
    let location = HeaderValue::from_str(grant.url.expose_secret()).map_err(|_| {
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The link cannot be written into a header.",
        )
    })?;
    let mut headers = entity_tag(&grant.digest);
    headers.insert(header::LOCATION, location);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    Ok(headers)
}
