//! Which requests are those of testers for a package, so that they can be counted.

use axum::http::{Method, StatusCode};

/// How a request for a package ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tap {
    /// With a link to it, or with the reason why there is none for the caller.
    Answered,
    /// By a fault of the portal.
    Failed,
}

/// How a request ended, if it was one for a package. A request that is sent to the sign-in first comes again afterwards, and
/// is counted then; so is a share link's after its password. What is forbidden to the caller, or came around the site, does not
/// count, and neither does asking whether there is something new.
pub fn tap(method: &Method, path: &str, status: StatusCode) -> Option<Tap> {
    let place = place(method, path)?;
    let is_none = match place {
        Place::Package => matches!(
            status,
            StatusCode::SEE_OTHER | StatusCode::UNAUTHORIZED | StatusCode::NOT_MODIFIED
        ),
        Place::Share => status == StatusCode::OK,
    };
    match status {
        _ if status.is_server_error() => Some(Tap::Failed),
        _ if is_none || status == StatusCode::FORBIDDEN => None,
        _ => Some(Tap::Answered),
    }
}

/// Where packages are asked for.
enum Place {
    Package,
    /// The page of a share link, whose form gives a package or asks for a password.
    Share,
}

fn place(method: &Method, path: &str) -> Option<Place> {
    let parts: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
    match (method, parts.as_slice()) {
        (
            &Method::GET,
            [_, _, "latest.apk"]
            | ["api", "v1", "apps", _, "environments", _, "latest.apk"]
            | [_, "builds", _, "files", _]
            | ["api", "v1", "builds", _, "files", _],
        ) => Some(Place::Package),
        (&Method::POST, ["share", _]) => Some(Place::Share),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoints;

    #[test]
    fn every_endpoint_that_gives_packages_is_counted_and_no_other() {
        let counted: Vec<String> = endpoints()
            .into_iter()
            .filter(|(method, path)| place(method, path).is_some())
            .map(|(method, path)| format!("{method} {path}"))
            .collect();
        let mut expected = [
            "GET /api/v1/apps/{app}/environments/{environment}/latest.apk",
            "GET /api/v1/builds/{id}/files/{digest}",
            "GET /{app}/builds/{id}/files/{digest}",
            "GET /{app}/{environment}/latest.apk",
            "POST /share/{credential}",
        ];
        let mut counted: Vec<&str> = counted.iter().map(String::as_str).collect();
        counted.sort_unstable();
        expected.sort_unstable();
        assert_eq!(counted, expected);
    }

    #[test]
    fn a_tap_fails_by_a_fault_of_the_portal_alone() {
        let ended = |path: &str, status: u16| {
            let method = if path.starts_with("/share") {
                Method::POST
            } else {
                Method::GET
            };
            tap(&method, path, StatusCode::from_u16(status).unwrap())
        };
        let newest = "/wallet/dev/latest.apk";
        for status in [302, 404, 422, 429] {
            assert_eq!(ended(newest, status), Some(Tap::Answered), "{status}");
        }
        for status in [500, 503] {
            assert_eq!(ended(newest, status), Some(Tap::Failed), "{status}");
            assert_eq!(ended("/share/x", status), Some(Tap::Failed), "{status}");
        }
        for status in [303, 304, 401, 403] {
            assert_eq!(ended(newest, status), None, "{status}");
        }
        assert_eq!(ended("/share/x", 200), None);
        assert_eq!(ended("/share/x", 303), Some(Tap::Answered));
        assert_eq!(ended("/wallet/dev", 500), None);
    }
}
