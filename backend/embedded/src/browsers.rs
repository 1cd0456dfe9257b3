//! What a page of the web may do to these servers through someone's browser: next to nothing.
//!
//! A loopback address keeps other machines out, and not the pages that a browser on this machine shows. Their requests
//! carry headers that no page can leave out and no program of ours sends. And a name that another site lets resolve to
//! this machine (DNS rebinding) is not this machine's name.

use std::net::IpAddr;

use hyper::{
    HeaderMap, Method,
    header::{HOST, ORIGIN},
    http::uri::Authority,
};

/// What browsers may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Browsers {
    /// Nothing.
    StayOut,
    /// Reading, as the links to downloads need it.
    MayRead,
}

impl Browsers {
    /// Why a request is not answered, if it is not.
    pub(crate) fn refuse(self, method: &Method, headers: &HeaderMap) -> Option<&'static str> {
        if !names_this_machine(headers) {
            return Some("Only 127.0.0.1, [::1] and localhost are answered here.");
        }
        let browser = headers.contains_key(ORIGIN) || headers.contains_key("sec-fetch-site");
        let reads = matches!(*method, Method::GET | Method::HEAD);
        let allowed = self == Self::MayRead && reads;
        (browser && !allowed).then_some("Browsers have no business here.")
    }
}

fn names_this_machine(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(HOST) else {
        return true; // No browser leaves it out.
    };
    let Ok(host) = Authority::try_from(host.as_bytes()) else {
        return false;
    };
    let host = host.host();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(browsers: Browsers, method: &Method, headers: &[(&'static str, &str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        browsers.refuse(method, &headers).is_some()
    }

    #[test]
    fn programs_of_this_machine_are_answered() {
        for host in ["127.0.0.1:4566", "[::1]:80", "localhost:1", "127.0.0.1"] {
            assert!(!refused(
                Browsers::StayOut,
                &Method::POST,
                &[("host", host)]
            ));
        }
        assert!(!refused(Browsers::StayOut, &Method::POST, &[]));
    }

    #[test]
    fn a_name_that_another_site_lets_resolve_to_this_machine_is_refused() {
        for host in [
            "evil.example:4566",
            "127.0.0.1.evil.example",
            "10.0.0.1",
            "",
        ] {
            assert!(refused(Browsers::MayRead, &Method::GET, &[("host", host)]));
        }
    }

    #[test]
    fn a_page_reads_where_it_may_and_changes_nothing() {
        let here = ("host", "127.0.0.1:4566");
        for mark in [("origin", "null"), ("sec-fetch-site", "same-origin")] {
            for browsers in [Browsers::StayOut, Browsers::MayRead] {
                for method in [Method::POST, Method::PUT, Method::OPTIONS] {
                    assert!(refused(browsers, &method, &[here, mark]));
                }
            }
            assert!(refused(Browsers::StayOut, &Method::GET, &[here, mark]));
            assert!(!refused(Browsers::MayRead, &Method::GET, &[here, mark]));
        }
    }
}
