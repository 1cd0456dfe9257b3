//! How much one caller may ask for: the size of a request's head, and the rate of requests.
//!
//! The rates are counted in this process. Where several run side by side, such as functions, a caller has so much of each;
//! what all of them take together, API Gateway limits. Bodies are limited where they are read.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    extract::{Request, State},
    http::{Extensions, HeaderMap, Method, StatusCode, Uri},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::Timestamp;
use identity::{Authenticated, lockout::network, sign_in::Session};

use crate::{
    addresses::is_static,
    middleware::edge,
    problem::Problem,
    state::{AppState, AuthMode},
};

/// The most bytes of a request's head, which is its request line and its headers. API Gateway takes 10,240, and answers what is
/// more in its own words; the difference is for what it adds itself.
const HEAD: usize = 10_000;

/// The most callers that are remembered at a time: about a megabyte.
const REMEMBERED: usize = 10_000;

/// What a request counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// Of somebody who is known. A page loads in a handful of requests and asks for news every few seconds; a job that waits
    /// asks once a second. Twenty of these at a time are let through.
    Known,
    /// From an address that nobody is known at. Offices and CI systems share one.
    Unknown,
    /// To sign in or to open a share link, from an address: each makes the portal ask the issuer, or look for a secret. People come through once a
    /// day, and an office full of them in the same minute.
    Login,
}

impl Kind {
    /// How many milliseconds one request uses up, and how many requests may come at once.
    const fn rate(self) -> (i64, i64) {
        match self {
            Self::Known => (20, 3000),
            Self::Unknown => (50, 1000),
            Self::Login => (1000, 60),
        }
    }
}

/// Who asked how often of late.
///
/// For each caller one moment is kept, until which their requests have used up the time (a generic cell rate algorithm). It
/// may lie ahead of now by as many requests as may come at once.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    used_until: Mutex<HashMap<(Kind, String), i64>>,
}

impl Limits {
    /// Counts a request; if there were too many, the seconds to wait.
    pub(crate) fn take(&self, kind: Kind, who: &str, now: Timestamp) -> Result<(), i64> {
        let (each, at_once) = kind.rate();
        let now = now.as_millisecond();
        let mut used_until = self.lock();
        if used_until.len() >= REMEMBERED {
            used_until.retain(|_, until| *until > now);
        }
        if used_until.len() >= REMEMBERED {
            // So many are at it at once: forgetting gives each of them no more than another burst.
            used_until.clear();
        }
        let until = used_until.entry((kind, who.to_owned())).or_insert(now);
        let next = (*until).max(now) + each;
        let over = next - now - each * at_once;
        if over > 0 {
            return Err(over / 1000 + 1);
        }
        *until = next;
        Ok(())
    }

    /// The seconds to wait, if there were too many already.
    pub(crate) fn wait(&self, kind: Kind, who: &str, now: Timestamp) -> Option<i64> {
        let (each, at_once) = kind.rate();
        let until = self.lock().get(&(kind, who.to_owned())).copied()?;
        let over = until + each - now.as_millisecond() - each * at_once;
        (over > 0).then_some(over / 1000 + 1)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<(Kind, String), i64>> {
        // These are plain numbers: the thread that panicked while counting left nothing half-done that matters.
        self.used_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// What layers that count requests share.
pub(crate) type Counted = (Arc<AppState>, Arc<Limits>);

/// Turns away a request whose head is too large, before anything reads it.
pub(crate) async fn head_size(request: Request, next: Next) -> Response {
    match too_large(request.method(), request.uri(), request.headers()) {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    }
}

fn too_large(method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Problem> {
    let address = uri.path().len() + uri.query().map_or(0, |query| query.len() + 1);
    let line = method.as_str().len() + address + "  HTTP/1.1\r\n".len();
    let headers = headers.iter();
    let headers: usize = headers
        .map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len())
        .sum();
    if line + headers <= HEAD {
        return None;
    }
    let (status, what) = if line > headers {
        (StatusCode::URI_TOO_LONG, "shorten the address")
    } else {
        (
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "send fewer or smaller cookies",
        )
    };
    let detail =
        format!("A request's address and headers together may have at most {HEAD} bytes: {what}.");
    Some(Problem::new(status, detail))
}

/// Turns away a caller who asks too often. A local portal has one user, who may.
pub(crate) async fn rate(
    State((state, limits)): State<Counted>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    if matches!(state.auth, AuthMode::Local) || is_static(path) {
        return next.run(request).await;
    }
    let (kind, who) = counted_as(&request);
    match limits.take(kind, &who, (state.clock)()) {
        Ok(()) => next.run(request).await,
        Err(seconds) => too_many(seconds).into_response(),
    }
}

/// The answer to anyone who has to wait.
pub(crate) fn too_many(seconds: i64) -> Problem {
    let unit = if seconds == 1 { "second" } else { "seconds" };
    let what = format!("Too many requests came from you: try again in {seconds} {unit}.");
    Problem::wait(what, seconds)
}

fn counted_as(request: &Request) -> (Kind, String) {
    let path = request.uri().path();
    let redeems = request.method() == Method::POST && path.starts_with("/share/");
    let is_login = redeems || path == "/sign-in" || path.starts_with("/sign-in/");
    match known(request.extensions()) {
        Some(who) if !is_login => (Kind::Known, who),
        _ => {
            let kind = if is_login { Kind::Login } else { Kind::Unknown };
            (kind, address(request.extensions()))
        }
    }
}

/// Where a request comes from, as limits count it.
pub(crate) fn address(extensions: &Extensions) -> String {
    network(edge::client(extensions).as_deref())
}

fn known(extensions: &Extensions) -> Option<String> {
    let proven = extensions.get::<Authenticated>();
    let proven = proven.map(|proven| proven.actor.clone());
    let session = || extensions.get::<Session>().map(Session::actor);
    let actor = proven.or_else(session)?;
    Some(format!("{:?} {}", actor.kind, actor.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + millisecond).unwrap()
    }

    #[test]
    fn a_burst_is_let_through_and_then_one_at_a_time() {
        let limits = Limits::default();
        for count in 0..60 {
            assert_eq!(limits.take(Kind::Login, "a", at(0)), Ok(()), "{count}");
        }
        assert_eq!(limits.take(Kind::Login, "a", at(0)), Err(2));
        assert_eq!(limits.wait(Kind::Login, "a", at(0)), Some(2));
        assert_eq!(limits.take(Kind::Login, "a", at(999)), Err(1));
        assert_eq!(limits.take(Kind::Login, "a", at(1000)), Ok(()));
        assert!(limits.take(Kind::Login, "a", at(1000)).is_err());
        assert_eq!(limits.wait(Kind::Login, "a", at(2000)), None);
    }

    #[test]
    fn one_caller_does_not_use_up_what_is_anothers() {
        let limits = Limits::default();
        while limits.take(Kind::Login, "a", at(0)).is_ok() {}
        assert_eq!(limits.take(Kind::Login, "b", at(0)), Ok(()));
        assert_eq!(limits.take(Kind::Unknown, "a", at(0)), Ok(()));
    }

    #[test]
    fn no_number_of_callers_takes_more_than_so_much_memory() {
        let limits = Limits::default();
        for caller in 0..3 * REMEMBERED {
            let taken = limits.take(Kind::Unknown, &caller.to_string(), at(0));
            assert_eq!(taken, Ok(()));
        }
        assert!(limits.lock().len() <= REMEMBERED);
    }

    #[test]
    fn whoever_waited_is_forgotten_before_whoever_did_not() {
        let limits = Limits::default();
        while limits.take(Kind::Login, "busy", at(0)).is_ok() {}
        for caller in 0..2 * REMEMBERED {
            let now = at(i64::try_from(caller).unwrap() / 10);
            let _ = limits.take(Kind::Unknown, &caller.to_string(), now);
        }
        assert!(limits.take(Kind::Login, "busy", at(900)).is_err());
    }
}
