//! Forms that come in after their session has ended: nothing of them is carried out. The browser keeps what was typed, sealed,
//! while somebody signs in, and then gets the form's page with it.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{FromRequest as _, MatchedPath, Request, State},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use domain::Timestamp;
use identity::{Authenticated, sign_in::Session};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use tower::ServiceExt as _;
use url::{Url, form_urlencoded};

use crate::{
    addresses::RESUME,
    cookies::Cookie,
    extract::{
        caller::{Caller, sign_in_and_return_to},
        form::{Form, Unsent},
    },
    headers::{base, is_https, is_secure, text},
    pages,
    problem::Problem,
    state::{AppState, AuthMode, Shared},
};

/// How long a form is kept: as long as a sign-in may take.
const KEPT: SignedDuration = SignedDuration::from_mins(15);

/// Fields that are kept nowhere.
const SECRET: [&str; 1] = ["password"];

/// A form as the browser keeps it.
#[derive(Serialize, Deserialize)]
struct Kept {
    path: String,
    fields: Vec<(String, String)>,
    /// Whether a field was left out, since it is secret.
    partly: bool,
    /// When it was sent, in seconds.
    at: i64,
}

/// Sends anyone who posts a form without a session to sign in, and keeps the form for them.
pub(crate) async fn keep(State(state): Shared, request: Request, next: Next) -> Response {
    let AuthMode::SignIn(sign_in) = &state.auth else {
        return next.run(request).await;
    };
    let path = request.extensions().get::<MatchedPath>();
    let form = path.and_then(|path| pages::form_of(path.as_str()));
    let known = request.extensions().get::<Session>().is_some()
        || request.extensions().get::<Authenticated>().is_some();
    let Some(typed) = form.filter(|_| !known && is_sent_by_a_page(&request)) else {
        return next.run(request).await;
    };
    let (now, secure) = ((state.clock)(), is_secure(&state, request.headers()));
    let page = page_of(&state, request.headers());
    if !typed {
        return sign_in_and_return_to(&page);
    }
    let path = request.uri().path().to_owned();
    let kept = match Form::from_request(request, &()).await {
        Ok(form) => Kept::of(path, form, now),
        Err(problem) => return problem.into_response(),
    };
    let plain = serde_json::to_vec(&kept).unwrap_or_default();
    let random = state.portal.ids().random();
    let sealed = match sign_in.seal_form(&plain, &random, now).await {
        Ok(sealed) => sealed,
        Err(error) => return Problem::from(error).into_response(),
    };
    let mut response = sign_in_and_return_to(RESUME);
    let cookies = response.headers_mut();
    if Cookie::Form
        .set(cookies, secure, &sealed, KEPT.as_secs())
        .is_err()
    {
        return Problem::new(
            StatusCode::UNAUTHORIZED,
            "Your session is over, and what you typed is too long to be kept while you sign in. Sign in in another tab, come \
             back to this one, go back to the form, which still has it, and send it again.",
        )
        .into_response();
    }
    response
}

/// Shows a form that was kept, to anyone who has signed in since then: its handler gives it back with what was typed.
pub(super) async fn resume(
    State(state): Shared,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    let secure = is_https(&caller.base);
    let (mut parts, _) = request.into_parts();
    let Some(kept) = kept(&state, &parts.headers, secure, caller.now).await? else {
        return Ok(Redirect::to("/").into_response());
    };
    let uri: Uri = kept
        .path
        .parse()
        .map_err(|_| Problem::invalid("", "The address of the form that was kept is none."))?;
    parts.method = Method::POST;
    parts.uri = uri;
    parts.extensions.insert(Unsent {
        partly: kept.partly,
    });
    let form = header::HeaderValue::from_static("application/x-www-form-urlencoded");
    parts.headers.insert(header::CONTENT_TYPE, form);
    parts.headers.remove(header::CONTENT_LENGTH);
    let request = Request::from_parts(parts, Body::from(kept.body()));
    let forms: Router = pages::forms().with_state(Arc::clone(&state));
    let mut response = forms.oneshot(request).await.into_response();
    Cookie::Form.clear(response.headers_mut(), secure);
    Ok(response)
}

/// The form that the browser has, unless it is too old.
async fn kept(
    state: &AppState,
    headers: &HeaderMap,
    secure: bool,
    now: Timestamp,
) -> Result<Option<Kept>, Problem> {
    let (AuthMode::SignIn(sign_in), Some(sealed)) = (&state.auth, Cookie::Form.of(headers, secure))
    else {
        return Ok(None);
    };
    let plain = sign_in.open_form(sealed, now).await?;
    let kept = plain.and_then(|plain| serde_json::from_slice::<Kept>(&plain).ok());
    let age = |kept: &Kept| now.as_second().saturating_sub(kept.at);
    Ok(kept.filter(|kept| (0..=KEPT.as_secs()).contains(&age(kept))))
}

impl Kept {
    fn body(&self) -> String {
        let mut fields = form_urlencoded::Serializer::new(String::new());
        fields.extend_pairs(&self.fields).finish()
    }

    fn of(path: String, form: Form, now: Timestamp) -> Self {
        let fields: Vec<_> = form.fields.into_iter().collect();
        let is_secret =
            |(name, value): &(String, String)| SECRET.contains(&name.as_str()) && !value.is_empty();
        let partly = fields.iter().any(is_secret);
        let fields = fields.into_iter().filter(|field| !is_secret(field));
        Self {
            path,
            fields: fields.collect(),
            partly,
            at: now.as_second(),
        }
    }
}

/// Whether somebody pressed a page's button; programs, also those in a page, are told that nobody is signed in.
fn is_sent_by_a_page(request: &Request) -> bool {
    let mode = text(request.headers(), "sec-fetch-mode");
    let kind = text(request.headers(), &header::CONTENT_TYPE).unwrap_or_default();
    request.method() == Method::POST
        && mode.is_none_or(|mode| mode == "navigate")
        && kind.starts_with("application/x-www-form-urlencoded")
}

/// The page that a form was on, as far as the browser says.
fn page_of(state: &AppState, headers: &HeaderMap) -> String {
    let referer = text(headers, &header::REFERER).and_then(|text| Url::parse(text).ok());
    let own = |url: &Url| url.origin().ascii_serialization() == base(state, headers);
    referer.filter(own).map_or_else(
        || "/".to_owned(),
        |url| {
            let query = url
                .query()
                .map_or(String::new(), |query| format!("?{query}"));
            format!("{}{query}", url.path())
        },
    )
}
