//! The portal's cookies: out of reach of scripts and of other sites, and over https for this host alone; and small, since a
//! request carries all of them and API Gateway limits its head.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::addresses::RESUME;

/// The most bytes of a cookie's name and value. Browsers keep 4,096; but the session and the token, which may be this large,
/// have to fit into the head of one request, beside what else a browser sends.
const LONGEST: usize = 3000;

/// A cookie that would be too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a cookie of {length} bytes was not set: the limit is {LONGEST}")]
pub(crate) struct TooLarge {
    length: usize,
}

/// A cookie of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// Someone's session.
    Session,
    /// What a browser is known by while someone signs in through it.
    Browser,
    /// The issuer's token, which only sign-out needs.
    Token,
    /// A form that was sent after its session had ended.
    Form,
}

impl Cookie {
    /// Its name. Over https, the prefix makes browsers refuse it from anyone but this very host.
    const fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Session, true) => "__Host-towpath",
            (Self::Session, false) => "towpath",
            (Self::Browser, true) => "__Host-towpath-browser",
            (Self::Browser, false) => "towpath-browser",
            (Self::Token, true) => "__Secure-towpath-token",
            (Self::Token, false) => "towpath-token",
            (Self::Form, true) => "__Secure-towpath-form",
            (Self::Form, false) => "towpath-form",
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Session | Self::Browser => "/",
            Self::Token => "/sign-out",
            Self::Form => RESUME,
        }
    }

    /// Its value in a request.
    pub(crate) fn of(self, headers: &HeaderMap, secure: bool) -> Option<&str> {
        let name = self.name(secure);
        let values = headers.get_all(header::COOKIE).into_iter();
        let mut pairs = values
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        pairs.find_map(|(found, value)| (found == name).then_some(value))
    }

    /// Gives it to a browser, for so many seconds.
    pub(crate) fn set(
        self,
        headers: &mut HeaderMap,
        secure: bool,
        value: &str,
        seconds: i64,
    ) -> Result<(), TooLarge> {
        let length = self.name(secure).len() + 1 + value.len();
        if length > LONGEST {
            return Err(TooLarge { length });
        }
        self.write(headers, secure, value, seconds);
        Ok(())
    }

    fn write(self, headers: &mut HeaderMap, secure: bool, value: &str, seconds: i64) {
        let (name, path) = (self.name(secure), self.path());
        let only = if secure { "; Secure" } else { "" };
        let text =
            format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{only}");
        if let Ok(text) = HeaderValue::from_str(&text) {
            headers.append(header::SET_COOKIE, text);
        }
    }

    /// Whether an answer gives it, or takes it back.
    pub(crate) fn is_set(self, headers: &HeaderMap, secure: bool) -> bool {
        let name = self.name(secure);
        let given = headers.get_all(header::SET_COOKIE).into_iter();
        let mut given = given.filter_map(|value| value.to_str().ok()?.split_once('='));
        given.any(|(given, _)| given == name)
    }

    /// Takes it back.
    pub(crate) fn clear(self, headers: &mut HeaderMap, secure: bool) {
        self.write(headers, secure, "", 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_https_a_cookie_is_for_this_host_alone() {
        let mut headers = HeaderMap::new();
        Cookie::Session.set(&mut headers, true, "abc", 60).unwrap();
        assert_eq!(
            headers[header::SET_COOKIE],
            "__Host-towpath=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"
        );
    }

    #[test]
    fn a_cookie_that_is_too_large_is_not_set_and_its_setter_knows() {
        let mut headers = HeaderMap::new();
        let fits = "x".repeat(LONGEST - "towpath=".len());
        Cookie::Session.set(&mut headers, false, &fits, 60).unwrap();
        assert_eq!(headers.len(), 1);
        let refused = Cookie::Session.set(&mut headers, true, &fits, 60);
        assert_eq!(
            refused,
            Err(TooLarge {
                length: LONGEST + 7
            })
        );
        assert_eq!(headers.len(), 1);
    }

    #[test]
    fn a_cookie_is_found_among_others_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        let text =
            HeaderValue::from_static("x__Host-towpath=no; towpath=plain; __Host-towpath=a=b");
        headers.insert(header::COOKIE, text);
        assert_eq!(Cookie::Session.of(&headers, true), Some("a=b"));
        assert_eq!(Cookie::Session.of(&headers, false), Some("plain"));
        assert_eq!(Cookie::Browser.of(&headers, true), None);
    }
}
