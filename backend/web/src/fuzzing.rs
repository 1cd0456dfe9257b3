//! What the fuzz targets reach of this module: requests as they are read before anyone knows who asks.

use axum::{
    body::Body,
    extract::{FromRequest as _, FromRequestParts, Request},
    http::{HeaderMap, HeaderValue, header, request::Parts},
};
use futures::executor::block_on;
use identity::TokenText;
use serde::de::DeserializeOwned;

use crate::{
    cookies::Cookie,
    extract::{
        body::Json,
        form::Form,
        query::{
            AbiQuery, AppQuery, AuditQuery, BuildQuery, CompareQuery, ListQuery, RunsQuery,
            TokensQuery,
        },
    },
    middleware::{bearer, edge},
    pages,
    problem::Problem,
};

/// What each kind of query makes of what stands behind a question mark: the problem, where it is none of that kind.
/// `None` where the text cannot stand there at all.
pub fn queries(text: &str) -> Option<Vec<Option<Problem>>> {
    let request = Request::get(format!("/x?{text}")).body(Body::empty());
    let mut parts = request.ok()?.into_parts().0;
    Some(vec![
        problem::<AbiQuery>(&mut parts),
        problem::<AppQuery>(&mut parts),
        problem::<AuditQuery>(&mut parts),
        problem::<BuildQuery>(&mut parts),
        problem::<CompareQuery>(&mut parts),
        problem::<ListQuery>(&mut parts),
        problem::<RunsQuery>(&mut parts),
        problem::<TokensQuery>(&mut parts),
    ])
}

fn problem<T: FromRequestParts<(), Rejection = Problem>>(parts: &mut Parts) -> Option<Problem> {
    block_on(T::from_request_parts(parts, &())).err()
}

/// The fields of a page's form.
pub fn form(content_type: &[u8], body: &[u8]) -> Result<Vec<(String, String)>, Problem> {
    let form = block_on(Form::from_request(request(content_type, body), &()))?;
    Ok(form.fields)
}

/// What a program sent as JSON.
pub fn json<T: DeserializeOwned>(content_type: &[u8], body: &[u8]) -> Result<T, Problem> {
    let Json(value) = block_on(Json::from_request(request(content_type, body), &()))?;
    Ok(value)
}

fn request(content_type: &[u8], body: &[u8]) -> Request {
    let mut request = Request::new(Body::from(body.to_vec()));
    if let Ok(kind) = HeaderValue::from_bytes(content_type) {
        request.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    request
}

/// The portal's cookies in a header: those over https and those over http.
pub fn cookies(text: &[u8]) -> Vec<Option<String>> {
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_bytes(text) {
        headers.insert(header::COOKIE, value);
    }
    let all = [Cookie::Session, Cookie::Browser, Cookie::Token];
    let found = |secure: bool| {
        let headers = &headers;
        all.map(move |cookie| cookie.of(headers, secure).map(str::to_owned))
    };
    [found(true), found(false)].concat()
}

/// What the bearer of a request shows, by its header `Authorization`.
pub fn bearer(header: &[u8]) -> Option<String> {
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, HeaderValue::from_bytes(header).ok()?);
    bearer::shown(&headers).map(str::to_owned)
}

/// An API token, as it was written and as a debugger shows it; `None` for a text that never was one.
pub fn api_token(text: &str) -> Option<(String, String)> {
    let token = TokenText::parse(text)?;
    Some((token.text(), format!("{token:?}")))
}

/// Where somebody comes back to after signing in, of what the address asks for.
pub fn back_to(wanted: &str) -> String {
    pages::within(wanted)
}

/// The client's address that `X-Forwarded-For` says, for a request that came through CloudFront or not.
pub fn client_address(forwarded_for: &[u8], through_cloudfront: bool) -> Option<std::net::IpAddr> {
    edge::found_in(forwarded_for, through_cloudfront)
}
