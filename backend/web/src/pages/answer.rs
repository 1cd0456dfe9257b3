//! A page as an answer: HTML, and 304 for who has it already.

use axum::{
    Extension,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use domain::{Timestamp, digest::Digest};
use frontend::{Page, Site, site::Visitor};
use serde::Serialize;
use serde_json::Value;

use crate::{extract::caller::Caller, problem::Problem, state::AppState};

/// Marks an answer that is a page already, whatever its status says.
#[derive(Clone, Copy)]
pub(crate) struct IsPage;

impl AppState {
    fn site(&self, base: String, visitor: Visitor) -> Site {
        Site {
            islands: self.assets.manifest().cloned(),
            visitor,
            base,
        }
    }

    /// A page that shows `view`, or 304 when the caller has the same already.
    pub(super) fn page(&self, caller: &Caller, page: &Page<'_>, view: &impl Serialize) -> Response {
        let site = self.site(caller.base.clone(), caller.visitor.clone());
        let tag = tag(view, &site, caller.now);
        let mut headers = HeaderMap::new();
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-cache"),
        );
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(header::ETAG, tag);
        }
        if caller
            .if_none_match
            .as_deref()
            .is_some_and(|known| has(known, &tag))
        {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        (headers, Html(frontend::render(page, &site))).into_response()
    }

    /// A page with a form that was not carried out.
    pub(super) fn page_with_form(
        &self,
        caller: &Caller,
        page: &Page<'_>,
        status: StatusCode,
    ) -> Response {
        let site = self.site(caller.base.clone(), caller.visitor.clone());
        let headers = [(header::CACHE_CONTROL, "no-store")];
        let html = Html(frontend::render(page, &site));
        (status, Extension(IsPage), headers, html).into_response()
    }

    /// A page for someone who is not signed in.
    pub(super) fn signed_out_page(&self, base: String, page: &Page<'_>) -> Html<String> {
        Html(frontend::render(page, &self.site(base, Visitor::SignedOut)))
    }

    /// A page for anyone who holds a share link.
    pub(super) fn guest_page(&self, base: String, page: &Page<'_>) -> impl IntoResponse + use<> {
        let local = self.auth.is_local();
        let html = frontend::render(page, &self.site(base, Visitor::Guest { local }));
        (Extension(IsPage), Html(html))
    }
}

/// The same for the same content and the same assets within a minute: then the words for how long ago something was
/// may be others. Weak, since the compression may differ.
fn tag(view: &impl Serialize, site: &Site, now: Timestamp) -> String {
    let mut view = serde_json::to_value(view).unwrap_or_default();
    if let Value::Object(fields) = &mut view {
        fields.remove("as_of");
    }
    let islands = site
        .islands
        .as_ref()
        .map_or("", |manifest| manifest.script.as_str());
    let stylesheet = frontend::site::stylesheet_name();
    let version = env!("CARGO_PKG_VERSION");
    let minute = now.as_second() / 60;
    let text = format!(
        "{version} {stylesheet} {islands} {minute} {} {:?} {view}",
        site.base, site.visitor
    );
    format!("W/\"{}\"", Digest::of(text.as_bytes()).short())
}

/// Whether `If-None-Match` names a tag (RFC 9110, section 13.1.2).
fn has(known: &str, tag: &str) -> bool {
    let strip = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    known
        .split(',')
        .any(|known| known.trim() == "*" || strip(known) == strip(tag))
}

/// The page in place of the one that was asked for.
pub(crate) fn error(
    state: &AppState,
    base: String,
    visitor: Visitor,
    problem: &Problem,
) -> Response {
    let page = Page::Error {
        status: problem.body.status,
        title: &problem.body.title,
        detail: &problem.body.detail,
    };
    let headers = [(header::CACHE_CONTROL, "no-store")];
    (
        problem.status(),
        headers,
        Html(frontend::render(&page, &state.site(base, visitor))),
    )
        .into_response()
}
