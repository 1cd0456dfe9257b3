//! AWS on this machine: as much of EventBridge and Lambda as a pipeline needs to reach the portal.
//!
//! Deployed, EventBridge delivers through a queue to the function `events`, and CodePipeline invokes the function
//! `action`. Here both requests arrive at one address, and the same use cases answer. So whatever plays CodePipeline
//! speaks AWS's protocols, and nothing of Towpath's own.

mod answer;
mod event;
mod events;
mod lambda;

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::post,
};
use portal::Portal;
use targets::codepipeline::Jobs;
use tokio::{sync::Mutex, task::JoinSet};

use super::options::ServeOptions;

pub(super) use lambda::FUNCTION;

/// The most bytes of a request: what Lambda takes.
const BODY_LIMIT: usize = 6 << 20;

/// AWS on this machine, and the jobs that came through it.
#[derive(Clone)]
pub(super) struct LocalAws(Arc<Inner>);

struct Inner {
    portal: Portal,
    region: String,
    /// What answers the CodePipeline, where there is one.
    codepipeline: Option<Jobs>,
    running: Mutex<JoinSet<()>>,
}

impl LocalAws {
    pub(super) fn new(portal: Portal, codepipeline: Option<Jobs>, options: &ServeOptions) -> Self {
        Self(Arc::new(Inner {
            portal,
            region: options.region.clone(),
            codepipeline,
            running: Mutex::default(),
        }))
    }

    pub(super) fn router(&self) -> Router {
        Router::new()
            .route("/", post(events::answer))
            .route(
                "/2015-03-31/functions/{name}/invocations",
                post(lambda::invoke),
            )
            .layer(DefaultBodyLimit::max(BODY_LIMIT))
            .layer(middleware::from_fn(no_browsers))
            .with_state(self.clone())
    }

    /// Waits for the jobs that are running.
    pub(super) async fn finish(&self) {
        let mut running = self.0.running.lock().await;
        while running.join_next().await.is_some() {}
    }
}

/// Programs call here, never pages: some page of the web must not start jobs through someone's browser.
async fn no_browsers(request: Request, next: Next) -> Response {
    let headers = request.headers();
    if headers.contains_key(header::ORIGIN) || headers.contains_key("sec-fetch-site") {
        return (StatusCode::FORBIDDEN, "Browsers have no business here.\n").into_response();
    }
    next.run(request).await
}
