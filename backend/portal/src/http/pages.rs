//! The pages for people. Each shows what the API answers, and nothing more.

mod answer;
mod app;
mod build;
mod latest;
mod overview;
mod run;
mod sign_in;
mod tester;
mod unassigned;

use std::sync::Arc;

use axum::{
    Router,
    handler::Handler,
    http::Method,
    routing::{MethodRouter, get, post},
};

use super::Front;

pub(super) use answer::error;

/// A page, or a form that one sends.
pub(super) struct Route {
    pub(super) method: Method,
    pub(super) path: &'static str,
    handler: MethodRouter<Arc<Front>>,
}

/// All of them. The router is made of this list, and so is the one that tests walk.
pub(super) fn list() -> Vec<Route> {
    vec![
        shown("/", overview::overview),
        shown("/sign-in", sign_in::begin),
        shown("/sign-in/callback", sign_in::callback),
        sent("/sign-out", sign_in::sign_out),
        shown("/signed-out", sign_in::signed_out),
        shown("/unassigned", unassigned::runs),
        shown("/runs/{*id}", run::show),
        shown("/{app}", app::show),
        shown("/{app}/builds", app::builds),
        shown("/{app}/runs", app::runs),
        shown("/{app}/builds/{id}", build::show),
        shown("/{app}/builds/{id}/icon", build::icon),
        shown("/{app}/builds/{id}/files/{digest}", build::file),
        shown("/{app}/{environment}", tester::show),
        shown("/{app}/{environment}/latest.apk", latest::latest),
    ]
}

pub(super) fn routes() -> Router<Arc<Front>> {
    let routes = list().into_iter();
    routes.fold(Router::new(), |router, route| {
        router.route(route.path, route.handler)
    })
}

fn shown<T: 'static>(path: &'static str, handler: impl Handler<T, Arc<Front>>) -> Route {
    Route {
        method: Method::GET,
        path,
        handler: get(handler),
    }
}

fn sent<T: 'static>(path: &'static str, handler: impl Handler<T, Arc<Front>>) -> Route {
    Route {
        method: Method::POST,
        path,
        handler: post(handler),
    }
}
