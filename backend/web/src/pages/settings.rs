//! `/settings`

pub(super) mod access;
pub(super) mod configuration;
pub(super) mod privacy;
pub(super) mod sessions;

use axum::{extract::State, response::Response};
use frontend::pages::settings::you::YouPage;
use portal::settings;

use crate::{extract::caller::Caller, state::Shared};

/// Who looks, and what they may do.
pub(super) async fn you(State(state): Shared, caller: Caller) -> Response {
    let me = settings::me(&state.portal, caller.who());
    state.page(&caller, &YouPage(&me))
}
