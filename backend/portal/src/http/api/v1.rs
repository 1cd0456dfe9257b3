//! The first version of the API. What it answers only gains fields.

mod access;
mod apps;
mod audit;
mod builds;
mod compare;
mod configuration;
mod environments;
mod events;
mod holds;
mod links;
mod me;
mod overview;
mod promotions;
mod runs;
mod sessions;
mod tokens;
mod unassigned;
mod uploads;
mod withdrawals;

use std::sync::Arc;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::http::Front;

pub(super) fn routes() -> OpenApiRouter<Arc<Front>> {
    OpenApiRouter::default()
        .routes(routes!(overview::overview))
        .routes(routes!(me::me))
        .routes(routes!(access::show))
        .routes(routes!(configuration::show))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::end_others))
        .routes(routes!(sessions::end_all))
        .routes(routes!(sessions::end))
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
        .routes(routes!(promotions::list, promotions::request))
        .routes(routes!(promotions::show))
        .routes(routes!(promotions::approve))
        .routes(routes!(promotions::reject))
        .routes(routes!(promotions::cancel))
        .routes(routes!(promotions::options))
        .routes(routes!(promotions::history))
        .routes(routes!(promotions::rollback))
        .routes(routes!(holds::list, holds::freeze))
        .routes(routes!(holds::lift))
        .routes(routes!(withdrawals::withdraw))
        .routes(routes!(withdrawals::restore))
        .routes(routes!(compare::compare))
        .routes(routes!(audit::list))
        .routes(routes!(audit::seals))
        .routes(routes!(audit::verify))
        .routes(routes!(links::list, links::make))
        .routes(routes!(links::revoke))
        .routes(routes!(tokens::list, tokens::make))
        .routes(routes!(tokens::revoke))
        .routes(routes!(uploads::start))
        .routes(routes!(uploads::plan))
        .routes(routes!(uploads::complete))
}
