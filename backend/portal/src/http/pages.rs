//! The pages for people. Each shows what the API answers, and nothing more.

mod answer;
mod app;
mod build;
mod latest;
mod overview;
mod run;
mod tester;
mod unassigned;

use std::sync::Arc;

use axum::{Router, routing::get};

use super::Front;

pub(super) use answer::error;

pub(super) fn routes() -> Router<Arc<Front>> {
    Router::new()
        .route("/", get(overview::overview))
        .route("/unassigned", get(unassigned::runs))
        .route("/runs/{*id}", get(run::show))
        .route("/{app}", get(app::show))
        .route("/{app}/builds", get(app::builds))
        .route("/{app}/runs", get(app::runs))
        .route("/{app}/builds/{id}", get(build::show))
        .route("/{app}/builds/{id}/icon", get(build::icon))
        .route("/{app}/builds/{id}/files/{digest}", get(build::file))
        .route("/{app}/{environment}", get(tester::show))
        .route("/{app}/{environment}/latest.apk", get(latest::latest))
}
