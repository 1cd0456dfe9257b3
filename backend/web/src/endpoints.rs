//! Every address that the router answers at, for tests that must not miss one.

use axum::http::Method;

use crate::{openapi, pages};

/// Method and path of every endpoint, in the order of the API's description, then of the pages. Parameters stand in
/// braces; one that holds slashes has a star in pages' paths.
pub fn endpoints() -> Vec<(Method, String)> {
    let mut found = Vec::new();
    for (path, item) in super::openapi().paths.paths {
        for (method, operation) in openapi::by_method(&item) {
            if operation.is_some() {
                found.push((method, path.clone()));
            }
        }
    }
    let pages = pages::list().into_iter();
    found.extend(pages.map(|route| (route.method, route.path.to_owned())));
    found.push((Method::GET, "/api/openapi.json".to_owned()));
    found.push((Method::GET, "/healthz".to_owned()));
    found
}
