//! The pages for people: their handlers. Each shows what the API answers, and nothing more. What a page looks like is in the
//! crate `frontend`, under the same name: a new page is a file here and a file there.

mod answer;
mod app;
mod asset;
mod audit;
mod build;
mod compare;
mod downloads;
mod hold;
mod latest;
mod link;
mod overview;
mod promote;
mod promotion;
pub(crate) mod resume;
mod rollback;
mod run;
mod settings;
mod share;
mod sign_in;
mod tester;
mod tokens;
mod unassigned;
mod withdrawal;

#[cfg(feature = "fuzzing")]
pub(crate) use sign_in::within;

use std::sync::Arc;

use axum::{
    Router,
    handler::Handler,
    http::Method,
    routing::{MethodRouter, get, post},
};
use domain::catalog::App;

use crate::{addresses::RESUME, extract::caller::Caller, state::AppState};

pub(crate) use answer::{IsPage, error};

/// A page, a file that pages load, or a form that one sends.
pub(crate) struct Route {
    pub(super) method: Method,
    pub(super) path: &'static str,
    /// Whether what it sends is a form that people fill in.
    is_filled: bool,
    handler: MethodRouter<Arc<AppState>>,
}

/// All of them. The router is made of this list, and so is the one that tests walk.
pub(crate) fn list() -> Vec<Route> {
    vec![
        shown("/assets/{name}", asset::show),
        shown("/", overview::overview),
        shown("/sign-in", sign_in::begin),
        shown("/sign-in/callback", sign_in::callback),
        shown(RESUME, resume::resume),
        sent("/sign-out", sign_in::sign_out),
        shown("/signed-out", sign_in::signed_out),
        shown("/settings", settings::you),
        shown("/settings/tokens", tokens::list),
        filled("/settings/tokens", tokens::make),
        sent("/settings/tokens/{id}/revoke", tokens::revoke),
        shown("/settings/access", settings::access::show),
        shown("/settings/configuration", settings::configuration::show),
        shown("/settings/sessions", settings::sessions::list),
        sent(
            "/settings/sessions/end-others",
            settings::sessions::end_others,
        ),
        filled("/settings/sessions/end-all", settings::sessions::end_all),
        sent("/settings/sessions/{id}/end", settings::sessions::end),
        shown("/settings/privacy", settings::privacy::show),
        filled("/settings/privacy/export", settings::privacy::export),
        filled("/settings/privacy/erase", settings::privacy::erase),
        shown("/unassigned", unassigned::runs),
        shown("/unassigned/pipelines", unassigned::pipelines),
        shown("/promotions", promotion::list),
        shown("/promotions/{id}", promotion::show),
        filled("/promotions/{id}/approve", promotion::approve),
        filled("/promotions/{id}/reject", promotion::reject),
        filled("/promotions/{id}/cancel", promotion::cancel),
        filled("/promotions/{id}/abandon", promotion::abandon),
        shown("/holds", hold::list),
        filled("/holds", hold::hold_environment),
        filled("/holds/lift", hold::lift),
        shown("/audit", audit::list),
        shown("/audit/verify", audit::verify),
        shown("/compare", compare::compare),
        shown("/settings/links", link::list),
        shown("/settings/links/new", link::ask),
        filled("/settings/links/new", link::make),
        sent("/settings/links/{id}/revoke", link::revoke),
        shown("/share/{credential}", share::look),
        sent("/share/{credential}", share::open),
        shown("/runs/{*id}", run::show),
        shown("/{app}", app::show),
        shown("/{app}/builds", app::builds),
        shown("/{app}/runs", app::runs),
        shown("/{app}/builds/{id}", build::show),
        filled("/{app}/builds/{id}/promote", promote::promote),
        filled("/{app}/builds/{id}/withdraw", withdrawal::withdraw),
        filled("/{app}/builds/{id}/restore", withdrawal::restore),
        shown("/{app}/builds/{id}/downloads", downloads::list),
        shown("/{app}/builds/{id}/icon", build::icon),
        shown("/{app}/builds/{id}/files/{digest}", build::file),
        shown("/{app}/{environment}", tester::show),
        shown("/{app}/{environment}/latest.apk", latest::latest),
        shown("/{app}/{environment}/rollback", rollback::ask),
        filled("/{app}/{environment}/rollback", rollback::send),
    ]
}

pub(crate) fn routes() -> Router<Arc<AppState>> {
    let routes = list().into_iter();
    routes.fold(Router::new(), |router, route| {
        router.route(route.path, route.handler)
    })
}

/// The forms that people fill in. Each gives back what was typed where nothing was carried out.
pub(crate) fn forms() -> Router<Arc<AppState>> {
    let filled = list().into_iter().filter(|route| route.is_filled);
    filled.fold(Router::new(), |router, route| {
        router.route(route.path, route.handler)
    })
}

/// Whether people fill in the form that is sent there; `None` if no page of somebody who is signed in sends one.
pub(crate) fn form_of(path: &str) -> Option<bool> {
    let open = ["/sign-out", "/share/{credential}"];
    let mut sent = list()
        .into_iter()
        .filter(|route| route.method == Method::POST);
    let found = sent.find(|route| route.path == path && !open.contains(&path));
    found.map(|route| route.is_filled)
}

fn shown<T: 'static>(path: &'static str, handler: impl Handler<T, Arc<AppState>>) -> Route {
    Route {
        method: Method::GET,
        path,
        is_filled: false,
        handler: get(handler),
    }
}

fn sent<T: 'static>(path: &'static str, handler: impl Handler<T, Arc<AppState>>) -> Route {
    Route {
        method: Method::POST,
        path,
        is_filled: false,
        handler: post(handler),
    }
}

fn filled<T: 'static>(path: &'static str, handler: impl Handler<T, Arc<AppState>>) -> Route {
    Route {
        is_filled: true,
        ..sent(path, handler)
    }
}

/// The apps that the caller may see, for pages that let people choose one.
fn visible_apps(state: &AppState, caller: &Caller) -> Vec<App> {
    let apps = state.portal.catalog().apps.iter();
    apps.filter(|app| state.sees(caller, &app.id))
        .cloned()
        .collect()
}
