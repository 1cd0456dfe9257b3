//! `/sign-in`, where the issuer sends people back to, and `/sign-out`

use std::sync::Arc;

use axum::{
    Extension,
    extract::{FromRequestParts, Query, State},
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use frontend::pages::sign_in::{leaving::LeavingPage, signed_out::SignedOutPage};
use identity::sign_in::{Callback, Error as SignInError, Finished, NewSession, Session, SignIn};
use portal::settings;
use serde::Deserialize;

use crate::{
    addresses::RESUME,
    cookies::Cookie,
    extract::caller::LONGEST_RETURN,
    headers::{base, is_secure, text},
    middleware::{edge::ClientAddress, session},
    problem::Problem,
    state::{AppState, AuthMode, Shared},
};

/// How long a browser is known while someone signs in: as long as that may take.
const BROWSER_SECONDS: i64 = 15 * 60;

#[derive(Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(rename = "return")]
    back: Option<String>,
}

/// What an address says after the question mark, whatever else is in it.
pub(super) struct LenientQuery<T>(T);

impl<T: Default + serde::de::DeserializeOwned> FromRequestParts<Arc<AppState>> for LenientQuery<T> {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &Arc<AppState>,
    ) -> Result<Self, Self::Rejection> {
        let query = Query::try_from_uri(&parts.uri);
        Ok(Self(
            query.map_or_else(|_| T::default(), |Query(query)| query),
        ))
    }
}

/// Sends someone to the issuer.
pub(super) async fn begin(
    State(state): Shared,
    headers: HeaderMap,
    LenientQuery(wanted): LenientQuery<Wanted>,
) -> Result<Response, Problem> {
    let back = within(wanted.back.as_deref().unwrap_or_default());
    let AuthMode::SignIn(sign_in) = &state.auth else {
        return Ok(Redirect::to(&back).into_response());
    };
    let (base, secure) = (base(&state, &headers), is_secure(&state, &headers));
    let known = Cookie::Browser.of(&headers, secure);
    let random = || state.portal.ids().random();
    let begun = sign_in
        .begin(random, &base, back, known, (state.clock)())
        .await?;
    let mut response = not_kept(Redirect::to(&begun.location));
    let browser = &begun.browser;
    // It has 43 characters, which always fit.
    let set = Cookie::Browser.set(response.headers_mut(), secure, browser, BROWSER_SECONDS);
    set.map_err(|_| SignInError::NotBegunHere)?;
    Ok(response)
}

/// Takes someone in whom the issuer sends back.
pub(super) async fn callback(
    State(state): Shared,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    LenientQuery(callback): LenientQuery<Callback>,
) -> Result<Response, Problem> {
    let AuthMode::SignIn(sign_in) = &state.auth else {
        return Ok(Redirect::to("/").into_response());
    };
    let (base, secure) = (base(&state, &headers), is_secure(&state, &headers));
    let browser = Cookie::Browser.of(&headers, secure);
    let now = (state.clock)();
    let new = NewSession {
        id: state.portal.ids().next(now)?,
        counts: |group: &str| settings::counts(&state.portal, group),
    };
    let sessions = state.portal.sessions();
    if let Some(locked) = sessions.locked_out(address.as_deref(), now).await? {
        let what = "Too many wrong codes came from your address: wait, then sign in again.";
        return Err(Problem::wait(what, locked.seconds(now)));
    }
    let finished = sign_in.finish(&base, callback, browser, new, now).await;
    if let Err(SignInError::Code) = finished {
        sessions.count_refused_code(address.as_deref(), now).await?;
    }
    let finished = finished?;
    let mut response = not_kept(Redirect::to(&finished.back));
    let cookies = response.headers_mut();
    session::keep(&state, sign_in, &finished.session, secure, cookies).await?;
    give_token(&state, sign_in, &finished, secure, cookies).await?;
    let user_agent = text(&headers, &header::USER_AGENT);
    let begun = sessions.begin(
        &finished.session,
        &finished.identity,
        address.as_deref(),
        user_agent,
    );
    begun.await?;
    tracing::info!(person = finished.session.name(), "signed in");
    Ok(response)
}

/// Gives the browser the issuer's token, by which the issuer knows at sign-out whom it is about. One that is too long for a
/// cookie is left out: the issuer then asks who signs out.
async fn give_token(
    state: &AppState,
    sign_in: &SignIn,
    finished: &Finished,
    secure: bool,
    cookies: &mut HeaderMap,
) -> Result<(), SignInError> {
    let (now, random) = ((state.clock)(), state.portal.ids().random());
    let token = sign_in.seal_token(&finished.id_token, &random, now).await?;
    let seconds = sign_in.lasts(&finished.session, now);
    if Cookie::Token.set(cookies, secure, &token, seconds).is_err() {
        Cookie::Token.clear(cookies, secure);
    }
    Ok(())
}

/// Ends the session here, and leads to where it ends at the issuer.
///
/// The way there is no redirect: a form of ours may not lead elsewhere (`form-action 'self'`), and browsers hold
/// redirects to that, too.
pub(super) async fn sign_out(
    State(state): Shared,
    session: Option<Extension<Session>>,
    headers: HeaderMap,
) -> Response {
    let AuthMode::SignIn(sign_in) = &state.auth else {
        return Redirect::to("/").into_response();
    };
    let secure = is_secure(&state, &headers);
    if let Some(Extension(session)) = &session {
        leave(&state, session).await;
    }
    let issuers = issuers_sign_out(&state, sign_in, &headers, secure).await;
    let mut response = match &issuers {
        Some(there) => leaving(&state, &headers, there),
        None => not_kept(Redirect::to(identity::sign_in::SIGNED_OUT)),
    };
    for cookie in [Cookie::Session, Cookie::Token] {
        cookie.clear(response.headers_mut(), secure);
    }
    // Nothing that was shown stays with the browser. Its cookies are not named here: that would end those of other sites of
    // the same domain, too.
    let clear = HeaderValue::from_static("\"cache\", \"storage\"");
    let name = header::HeaderName::from_static("clear-site-data");
    response.headers_mut().insert(name, clear);
    response
}

/// Takes a session out of the register. If that cannot be done now, its cookie is gone all the same.
async fn leave(state: &AppState, session: &Session) {
    if let Err(error) = state.portal.sessions().leave(session).await {
        tracing::warn!(
            error = domain::causes::chain(&error),
            person = session.name(),
            "a session that was given up is still registered"
        );
    }
}

/// None when the issuer has no such place, or cannot be asked: then the session ends here alone.
async fn issuers_sign_out(
    state: &AppState,
    sign_in: &SignIn,
    headers: &HeaderMap,
    secure: bool,
) -> Option<String> {
    let token = Cookie::Token.of(headers, secure);
    let base = base(state, headers);
    let asked = sign_in
        .issuers_sign_out(&base, token, (state.clock)())
        .await;
    asked.unwrap_or_else(|error| {
        tracing::warn!(
            error = domain::causes::chain(&error),
            "nobody is signed out at the issuer"
        );
        None
    })
}

fn leaving(state: &AppState, headers: &HeaderMap, there: &str) -> Response {
    let page = LeavingPage { issuer: there };
    let mut response = not_kept(state.signed_out_page(base(state, headers), &page));
    if let Ok(refresh) = HeaderValue::from_str(&format!("0; url={there}")) {
        response
            .headers_mut()
            .insert(header::HeaderName::from_static("refresh"), refresh);
    }
    response
}

/// What people see when they are out.
pub(super) async fn signed_out(State(state): Shared, headers: HeaderMap) -> Response {
    match &state.auth {
        AuthMode::Local => Redirect::to("/").into_response(),
        AuthMode::SignIn(_) => {
            not_kept(state.signed_out_page(base(&state, &headers), &SignedOutPage))
        }
    }
}

fn not_kept(response: impl IntoResponse) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], response).into_response()
}

/// The page to come back to: one of the portal's own, whatever the address asks for.
pub(crate) fn within(wanted: &str) -> String {
    let own = url::Url::parse("https://portal.invalid").ok();
    let joined = own.and_then(|own| Some((own.join(wanted).ok()?, own)));
    let plain = wanted.starts_with('/')
        && !wanted.starts_with("//")
        && !wanted.contains(|c: char| c == '\\' || c.is_control())
        && wanted.len() <= LONGEST_RETURN;
    match joined {
        Some((page, own)) if plain && page.origin() == own.origin() => {
            let leads_out = page.path() != RESUME
                && (page.path().starts_with("/sign-") || page.path() == "/signed-out");
            let query = page.query().map_or(String::new(), |q| format!("?{q}"));
            let page = format!("{}{query}", page.path());
            // A path such as `/.//elsewhere` is not what it was before its dots were taken out.
            // Nor has it to be as short.
            if leads_out || page.starts_with("//") || page.len() > LONGEST_RETURN {
                "/".to_owned()
            } else {
                page
            }
        }
        _ => "/".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn people_come_back_to_the_page_that_they_wanted() {
        for page in ["/", "/wallet/dev", "/wallet/runs?failed=true&limit=5"] {
            assert_eq!(within(page), page);
        }
    }

    #[test]
    fn nobody_is_led_to_another_site() {
        for wanted in [
            "",
            "https://evil.example/",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/.//evil.example",
            "/x/..//evil.example",
            "/%0d%0a//evil.example\r\nx: y",
            "javascript:alert(1)",
            "wallet/dev",
            "/sign-in?return=/",
            "/sign-out",
        ] {
            assert_eq!(within(wanted), "/", "{wanted:?}");
        }
    }
}
