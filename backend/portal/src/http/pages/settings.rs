//! `/settings`

pub(super) mod access;
pub(super) mod configuration;
pub(super) mod privacy;
pub(super) mod sessions;

use axum::{extract::State, response::Response};
use frontend::Page;

use crate::http::{Shared, caller::Caller};

/// Who looks, and what they may do.
pub(super) async fn you(State(front): Shared, caller: Caller) -> Response {
    let me = front.portal.me(caller.who());
    front.page(&caller, &Page::You(&me), &me)
}
