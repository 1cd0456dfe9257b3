//! From a cookie to who is signed in, before anything else looks at the request.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    extract::{Request, State},
    http::{Extensions, HeaderMap, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{Timestamp, access::Action, actor::Actor, digest::Digest};
use frontend::site::{Room, Visitor};

use super::{Door, Front, caller::base, cookies::Cookie, problem::Problem};
use crate::{
    bearer::Proven,
    error::chain,
    settings::Asking,
    sign_in::{self, Session, SignIn},
};

/// Addresses that ask nobody who they are: whether a session has ended makes no difference there.
const OPEN: [&str; 6] = [
    "/assets/",
    "/healthz",
    "/sign-in",
    "/sign-in/callback",
    "/sign-out",
    "/signed-out",
];

/// Sessions that this process has asked the register about, each until it has to ask again. Without that, whoever has the
/// secret that seals cookies could make up any session.
#[derive(Default)]
pub(super) struct Registered(Mutex<HashMap<Digest, i64>>);

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
pub(super) async fn session(
    State((front, registered)): State<(Arc<Front>, Arc<Registered>)>,
    mut request: Request,
    next: Next,
) -> Response {
    let Door::SignIn(door) = &front.door else {
        return next.run(request).await;
    };
    let (now, secure) = ((front.clock)(), is_secure(&front, request.headers()));
    let Some(sealed) = Cookie::Session.of(request.headers(), secure) else {
        return next.run(request).await;
    };
    let session = match door.open_session(sealed, now).await {
        Ok(session) => session,
        Err(error) => return Problem::from(error).into_response(),
    };
    let path = request.uri().path();
    let open = OPEN.iter().any(|open| match open.strip_suffix('/') {
        Some(_) => path.starts_with(open),
        None => path == *open,
    });
    let asking = session.as_ref().filter(|_| !open);
    let used = asking.and_then(|session| session.used(now));
    let goes_on = match (asking, &used) {
        (None, _) => Ok(true),
        (Some(_), Some(used)) => front.portal.use_session(used, now).await,
        (Some(session), None) if registered.has(session, now) => Ok(true),
        (Some(session), None) => front.portal.has_session(session).await,
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
    // Whoever signed out just now stays out.
    if Cookie::Session.is_set(headers, secure) {
        return response;
    }
    match used {
        _ if ended => Cookie::Session.clear(headers, secure),
        Some(used) => {
            if let Err(error) = keep(&front, door, &used, secure, headers).await {
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
pub(super) fn asking<'a>(front: &Front, session: Option<&'a Session>) -> Asking<'a> {
    let idle = match &front.door {
        Door::Local => Session::LIFETIME,
        Door::SignIn(door) => door.idle(),
    };
    Asking { session, idle }
}

/// An answer that takes the session's cookie back, if `own`. `base` is where the caller reaches the portal.
pub(super) fn without(own: bool, base: &str, answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    if own {
        let secure = base.starts_with("https://");
        Cookie::Session.clear(response.headers_mut(), secure);
    }
    response
}

/// Gives the browser a session to keep; after an error it keeps the one that it has.
pub(super) async fn keep(
    front: &Front,
    door: &SignIn,
    session: &Session,
    secure: bool,
    headers: &mut HeaderMap,
) -> Result<(), sign_in::Error> {
    let now = (front.clock)();
    let random = front.portal.random();
    let sealed = door.seal_session(session, &random, now).await?;
    let seconds = door.lasts(session, now);
    let set = Cookie::Session.set(headers, secure, &sealed, seconds);
    set.map_err(|_| sign_in::Error::TooLarge(session.groups().len()))
}

/// Whether the portal is reached over https.
pub(super) fn is_secure(front: &Front, headers: &HeaderMap) -> bool {
    base(front, headers).starts_with("https://")
}

/// Who looks at a page, as its head says.
pub(super) fn visitor(front: &Front, extensions: &Extensions) -> Visitor {
    let known = |name: &str, actor: &Actor| Visitor::Person {
        name: name.to_owned(),
        opens: rooms(front, actor),
    };
    if let Some(Proven { actor, .. }) = extensions.get::<Proven>() {
        return known(&actor.name, actor);
    }
    match (&front.door, extensions.get::<Session>()) {
        (Door::Local, _) => Visitor::Local,
        (Door::SignIn(_), None) => Visitor::SignedOut,
        (Door::SignIn(_), Some(session)) => known(session.shown(), &session.actor()),
    }
}

/// What of the site someone may open that others may not.
fn rooms(front: &Front, actor: &Actor) -> Vec<Room> {
    let rooms = [
        (Room::Unassigned, Action::ViewUnassigned),
        (Room::Audit, Action::ViewAudit),
        (Room::Access, Action::ViewAccess),
        (Room::Configuration, Action::ViewConfiguration),
    ];
    let open = |(room, action)| front.portal.may(actor, action).then_some(room);
    rooms.into_iter().filter_map(open).collect()
}

impl From<sign_in::Error> for Problem {
    fn from(error: sign_in::Error) -> Self {
        let status = match &error {
            sign_in::Error::NotBegunHere | sign_in::Error::Code => StatusCode::BAD_REQUEST,
            sign_in::Error::Refused(_) | sign_in::Error::Token(_) | sign_in::Error::TooLarge(_) => {
                StatusCode::FORBIDDEN
            }
            sign_in::Error::Issuer(_)
            | sign_in::Error::Documents(_)
            | sign_in::Error::Secret(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        tracing::warn!(error = chain(&error), "nobody was signed in");
        let what = match &error {
            sign_in::Error::NotBegunHere => {
                "This sign-in was not begun in this browser, or too long ago."
            }
            sign_in::Error::Code => {
                "The issuer does not take this sign-in's code, which works once."
            }
            sign_in::Error::Refused(said) => {
                return Self::new(status, format!("The issuer said: {said}"));
            }
            sign_in::Error::Token(_) => "What the issuer says of you is not valid here.",
            sign_in::Error::TooLarge(groups) => {
                let what = format!(
                    "What a session would hold of you is too large: your name, and {groups} groups that towpath.toml names. \
                     Ask an administrator of this portal to name fewer groups, or to take you out of some."
                );
                return Self::new(status, what);
            }
            sign_in::Error::Issuer(_) | sign_in::Error::Documents(_) => {
                "The issuer does not answer as it should. Try again in a moment."
            }
            sign_in::Error::Secret(_) => {
                "Nobody can be signed in at the moment. Try again in a moment."
            }
        };
        Self::new(status, format!("{what} Begin again at /sign-in."))
    }
}
