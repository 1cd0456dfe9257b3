//! A page as an answer: HTML, and 304 for who has it already.

use axum::{
    Extension,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use domain::{Timestamp, digest::Digest};
use frontend::{Page, Site, pages::error::show::ErrorPage, site::Visitor};
use serde::Serialize;
use serde_json::Value;

use crate::{
    extract::{caller::Caller, form::Back},
    problem::Problem,
    state::AppState,
};

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

    /// A page, or 304 when the caller has the same already.
    pub(super) fn page(&self, caller: &Caller, page: &(impl Page + Serialize)) -> Response {
        let site = self.site(caller.base.clone(), caller.visitor.clone());
        let tag = tag(page, &site, caller.now);
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

    /// A page, with a form that was not carried out if there is one.
    pub(super) fn page_or_form(
        &self,
        caller: &Caller,
        page: &(impl Page + Serialize),
        back: Option<&Back>,
    ) -> Response {
        match back {
            None => self.page(caller, page),
            Some(back) => self.page_with_form(caller, page, back.status),
        }
    }

    /// A page with a form that was not carried out.
    pub(super) fn page_with_form(
        &self,
        caller: &Caller,
        page: &dyn Page,
        status: StatusCode,
    ) -> Response {
        let site = self.site(caller.base.clone(), caller.visitor.clone());
        let headers = [(header::CACHE_CONTROL, "no-store")];
        let html = Html(frontend::render(page, &site));
        (status, Extension(IsPage), headers, html).into_response()
    }

    /// A page for someone who is not signed in.
    pub(super) fn signed_out_page(&self, base: String, page: &dyn Page) -> Html<String> {
        Html(frontend::render(page, &self.site(base, Visitor::SignedOut)))
    }

    /// A page for anyone who holds a share link.
    pub(super) fn guest_page(&self, base: String, page: &dyn Page) -> impl IntoResponse + use<> {
        let local = self.auth.is_local();
        let html = frontend::render(page, &self.site(base, Visitor::Guest { local }));
        (Extension(IsPage), Html(html))
    }
}

/// The same for the same content and the same assets within a minute: then the words for how long ago something was
/// may be others. Weak, since the compression may differ.
fn tag(page: &impl Serialize, site: &Site, now: Timestamp) -> String {
    let mut page = serde_json::to_value(page).unwrap_or_default();
    leave_out_as_of(&mut page);
    let islands = site
        .islands
        .as_ref()
        .map_or("", |manifest| manifest.script.as_str());
    let stylesheet = frontend::site::stylesheet_name();
    let version = env!("CARGO_PKG_VERSION");
    let minute = now.as_second() / 60;
    let text = format!(
        "{version} {stylesheet} {islands} {minute} {} {:?} {page}",
        site.base, site.visitor
    );
    format!("W/\"{}\"", Digest::of(text.as_bytes()).short())
}

/// Leaves out when something was true, which changes with each look.
fn leave_out_as_of(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.remove("as_of");
            fields.values_mut().for_each(leave_out_as_of);
        }
        Value::Array(items) => items.iter_mut().for_each(leave_out_as_of),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
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
    let page = ErrorPage {
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
