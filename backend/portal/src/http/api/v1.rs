//! The first version of the API. What it answers only gains fields.

mod apps;
mod builds;
mod environments;
mod events;
mod overview;
mod runs;
mod unassigned;
mod uploads;

use std::sync::Arc;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::http::Front;

pub(super) fn routes() -> OpenApiRouter<Arc<Front>> {
    OpenApiRouter::default()
        .routes(routes!(overview::overview))
        .routes(routes!(apps::list))
        .routes(routes!(apps::show))
        .routes(routes!(apps::builds))
        .routes(routes!(apps::runs))
        .routes(routes!(environments::show))
        .routes(routes!(environments::releases))
        .routes(routes!(environments::latest))
        .routes(routes!(unassigned::runs))
        .routes(routes!(builds::show))
        .routes(routes!(builds::file))
        .routes(routes!(builds::downloads))
        .routes(routes!(runs::show))
        .routes(routes!(events::receive))
        .routes(routes!(uploads::start))
        .routes(routes!(uploads::plan))
        .routes(routes!(uploads::complete))
}
