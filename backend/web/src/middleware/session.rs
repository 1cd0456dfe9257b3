//! From a cookie to who is signed in, before anything else looks at the request.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    extract::{Request, State},
    http::HeaderMap,
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{Timestamp, causes::chain, digest::Digest};
use identity::sign_in::{self, Session, SignIn};
use portal::settings::Asking;

use crate::{
    addresses::is_anonymous,
    cookies::Cookie,
    headers::{is_https, is_secure},
    problem::Problem,
    state::{AppState, AuthMode},
};

/// Sessions that this process has asked the register about, each until it has to ask again. Without that, anyone who has the
/// secret that seals cookies could make up any session.
#[derive(Default)]
pub(crate) struct Registered(Mutex<HashMap<Digest, i64>>);

impl Registered {
    /// The most that are remembered: about a megabyte.
    const MOST: usize = 10_000;

    fn has(&self, session: &Session, now: Timestamp) -> bool {
        let known = self.lock().get(&session.facts()).copied();
        known.is_some_and(|until| now.as_second() < until)
    }

    fn keep(&self, session: &Session, now: Timestamp) {
        let mut known = self.lock();
        if known.len() >= Self::MOST {
            known.retain(|_, until| now.as_second() < *until);
        }
        if known.len() >= Self::MOST {
            // Each is asked about once more.
            known.clear();
        }
        known.insert(session.facts(), session.asked_by());
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Digest, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens the session of a request. What this process does not know, it asks the register; and from time to time it notes there
/// and in the cookie that the session is in use. A session that the register does not have is over.
pub(crate) async fn session(
    State((state, registered)): State<(Arc<AppState>, Arc<Registered>)>,
    mut request: Request,
    next: Next,
) -> Response {
    let AuthMode::SignIn(sign_in) = &state.auth else {
        return next.run(request).await;
    };
    let (now, secure) = ((state.clock)(), is_secure(&state, request.headers()));
    let Some(sealed) = Cookie::Session.of(request.headers(), secure) else {
        return next.run(request).await;
    };
    let session = match sign_in.open_session(sealed, now).await {
        Ok(session) => session,
        Err(error) => return Problem::from(error).into_response(),
    };
    let path = request.uri().path();
    let asking = session.as_ref().filter(|_| !is_anonymous(path));
    let used = asking.and_then(|session| session.used(now));
    let goes_on = match (asking, &used) {
        (None, _) => Ok(true),
        (Some(_), Some(used)) => state.portal.sessions().touch(used, now).await,
        (Some(session), None) if registered.has(session, now) => Ok(true),
        (Some(session), None) => state.portal.sessions().has(session).await,
    };
    let ended = match goes_on {
        Ok(goes_on) => !goes_on,
        // Nobody is let in whose session may have been ended.
        Err(error) => return Problem::from(error).into_response(),
    };
    if let Some(session) = used.as_ref().or(asking).filter(|_| !ended) {
        registered.keep(session, now);
    }
    if let Some(session) = session.filter(|_| !ended) {
        request.extensions_mut().insert(session);
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // The person who signed out just now stays out.
    if Cookie::Session.is_set(headers, secure) {
        return response;
    }
    match used {
        _ if ended => Cookie::Session.clear(headers, secure),
        Some(used) => {
            if let Err(error) = keep(&state, sign_in, &used, secure, headers).await {
                tracing::warn!(
                    error = chain(&error),
                    person = used.name(),
                    "a session was not renewed"
                );
            }
        }
        None => {}
    }
    response
}

/// Which session asks, for what concerns sessions.
pub(crate) fn asking<'a>(state: &AppState, session: Option<&'a Session>) -> Asking<'a> {
    let idle = match &state.auth {
        AuthMode::Local => Session::LIFETIME,
        AuthMode::SignIn(sign_in) => sign_in.idle(),
    };
    Asking { session, idle }
}

/// An answer that takes the session's cookie back, if `own`. `base` is where the caller reaches the portal.
pub(crate) fn without(own: bool, base: &str, answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    if own {
        let secure = is_https(base);
        Cookie::Session.clear(response.headers_mut(), secure);
    }
    response
}

/// Gives the browser a session to keep; after an error it keeps the one that it has.
pub(crate) async fn keep(
    state: &AppState,
    sign_in: &SignIn,
    session: &Session,
    secure: bool,
    headers: &mut HeaderMap,
) -> Result<(), sign_in::Error> {
    let now = (state.clock)();
    let random = state.portal.ids().random();
    let sealed = sign_in.seal_session(session, &random, now).await?;
    let seconds = sign_in.lasts(session, now);
    let set = Cookie::Session.set(headers, secure, &sealed, seconds);
    set.map_err(|_| sign_in::Error::TooLarge(session.groups().len()))
}
