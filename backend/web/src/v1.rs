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
mod privacy;
mod promotions;
mod runs;
mod sessions;
mod tokens;
mod unassigned;
mod uploads;
mod withdrawals;

use std::sync::Arc;

use axum::{Router, routing::MethodRouter};
use utoipa::Path as _;
use utoipa_axum::{PathItemExt as _, paste, router::OpenApiRouter, routes as documented_routes};

use crate::state::AppState;

/// Makes both of one list: the routes, which every process needs at its start, and their description, which takes longer to
/// make than all else and is seldom asked for. Handlers of one address stand in one line.
macro_rules! endpoints {
    ($($($module:ident::$handler:ident),+;)+) => {
        pub(super) fn routes() -> Router<Arc<AppState>> {
            let router = Router::new();
            $(
                let paths = paste! { [$($module::[<__path_ $handler>]::path()),+] };
                let methods = MethodRouter::new();
                $(
                    let kinds = paste! { $module::[<__path_ $handler>]::methods() };
                    let methods = kinds.iter().fold(methods, |methods, kind| {
                        methods.on(kind.to_method_filter(), $module::$handler)
                    });
                )+
                let router = router.route(&paths[0], methods);
            )+
            router
        }

        pub(super) fn documented() -> OpenApiRouter<Arc<AppState>> {
            OpenApiRouter::default()
                $(.routes(documented_routes!($($module::$handler),+)))+
        }
    };
}

endpoints! {
    overview::overview;
    me::me;
    access::show;
    configuration::show;
    sessions::list;
    sessions::end_others;
    sessions::end_all;
    sessions::end;
    apps::list;
    apps::show;
    apps::builds;
    apps::runs;
    environments::show;
    environments::releases;
    environments::latest;
    unassigned::pipelines;
    unassigned::runs;
    builds::show;
    builds::file;
    builds::downloads;
    runs::show;
    events::receive;
    promotions::list, promotions::request;
    promotions::show;
    promotions::approve;
    promotions::reject;
    promotions::cancel;
    promotions::abandon;
    promotions::options;
    promotions::history;
    promotions::rollback;
    holds::list, holds::hold_environment;
    holds::lift;
    withdrawals::withdraw;
    withdrawals::restore;
    compare::compare;
    audit::list;
    audit::seals;
    audit::verify;
    privacy::export;
    privacy::erase;
    links::list, links::make;
    links::revoke;
    tokens::list, tokens::make;
    tokens::revoke;
    uploads::list, uploads::start;
    uploads::plan;
    uploads::complete;
}
