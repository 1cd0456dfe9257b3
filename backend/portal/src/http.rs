//! The one router: pages for people, the API for programs, and what is true of every answer.
//!
//! The folders mirror the addresses: `http/api/v1/builds.rs` answers below `/api/v1/builds`, `http/pages/app.rs` at
//! `/{app}`. A handler reads the request, asks a use case and gives its answer a form; what went wrong becomes a
//! [`problem::Problem`] in one place, which is JSON below `/api` and a page elsewhere.

mod api;
mod assets;
mod bearer;
mod body;
mod caller;
mod cookies;
mod edge;
mod endpoints;
mod form;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod guard;
mod healthz;
mod hooks;
mod limits;
mod names;
mod openapi;
mod pages;
mod problem;
mod query;
mod record;
mod redirect;
mod session;
mod tap;
mod unsent;

use std::sync::Arc;

use axum::{Router, middleware};
use domain::Timestamp;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};

use crate::{Portal, machines::Machines, sign_in::SignIn};

pub use assets::{Assets, AssetsError};
pub use edge::{InvalidOriginKey, OriginKey};
pub use endpoints::endpoints;
pub use hooks::{HooksFront, hooks, hooks_alone};
pub use problem::Problem;
pub use redirect::Granted;
pub use tap::{Tap, tap};

/// The most bytes of a request: an array of events, or an upload's promise.
const BODY_LIMIT: usize = 4 << 20;

/// What the router serves.
#[derive(Clone, Debug)]
pub struct Front {
    /// The use cases.
    pub portal: Portal,
    /// What pages load.
    pub assets: Assets,
    /// What time it is.
    pub clock: fn() -> Timestamp,
    /// How people come in.
    pub door: Door,
    /// The jobs and services that come in without a stored secret.
    pub machines: Machines,
    /// The secret that CloudFront adds to each request; without one, requests come from anywhere.
    pub origin_key: Option<OriginKey>,
}

/// How people come in.
#[derive(Clone, Debug)]
pub enum Door {
    /// Everyone who reaches this portal is its one user and may do everything, so only loopback addresses may reach it.
    Local,
    /// Everyone proves who they are.
    SignIn(SignIn),
}

impl Door {
    const fn is_local(&self) -> bool {
        matches!(self, Self::Local)
    }

    /// Where people sign in, if they do.
    const fn sign_in(&self) -> Option<&SignIn> {
        match self {
            Self::Local => None,
            Self::SignIn(sign_in) => Some(sign_in),
        }
    }
}

type Shared = axum::extract::State<Arc<Front>>;

/// The router of every front door.
pub fn router(front: Front) -> Router {
    let origin_key = front.origin_key.clone();
    let front = Arc::new(front);
    let counted: limits::Counted = (front.clone(), Arc::default());
    let router = Router::new()
        .merge(api::routes())
        .merge(openapi::routes())
        .merge(pages::routes())
        .merge(assets::routes())
        .merge(healthz::routes())
        .fallback(problem::nothing_here)
        .layer(middleware::from_fn_with_state(front.clone(), unsent::keep))
        .layer(axum::extract::DefaultBodyLimit::max(BODY_LIMIT))
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(middleware::from_fn_with_state(
            front.clone(),
            guard::request,
        ))
        .layer(middleware::from_fn_with_state(
            counted.clone(),
            limits::rate,
        ))
        .layer(middleware::from_fn_with_state(
            front.clone(),
            problem::in_form,
        ))
        .layer(middleware::from_fn_with_state(
            (front.clone(), Arc::<session::Registered>::default()),
            session::session,
        ))
        .layer(middleware::from_fn_with_state(counted, bearer::bearer))
        .layer(middleware::from_fn(limits::size))
        .layer(CompressionLayer::new().gzip(true))
        // For the middleware above; the inner one gives the failure of a handler the form that the caller can read.
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(middleware::from_fn_with_state(
            front.clone(),
            guard::response,
        ))
        .layer(middleware::from_fn_with_state(
            front.clone(),
            record::request,
        ))
        .with_state(front);
    edge::around(router, origin_key)
}

/// The API's description, as `/api/openapi.json` serves it.
pub fn openapi() -> utoipa::openapi::OpenApi {
    openapi::complete(api::document())
}
