//! `/settings`

pub(super) mod access;
pub(super) mod configuration;
pub(super) mod privacy;
pub(super) mod sessions;

use axum::{extract::State, response::Response};
use frontend::pages::settings::you::YouPage;
use portal::settings;

use crate::{
    extract::{caller::Caller, query::AppsQuery},
    state::Shared,
};

/// Who looks, and what they may do.
pub(super) async fn you(State(state): Shared, caller: Caller, query: AppsQuery) -> Response {
    let cursor = query.cursor.as_ref();
    let me = settings::me(&state.portal, caller.who(), query.limit, cursor);
    let page = YouPage {
        me: &me,
        from_first: cursor.is_none(),
    };
    state.page(&caller, &page)
}
