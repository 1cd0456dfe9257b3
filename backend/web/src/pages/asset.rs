//! What pages load: the stylesheet, the icon, the islands.

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{problem::Problem, state::Shared};

pub(super) async fn show(
    State(state): Shared,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let asset = state.assets.get(&name).ok_or_else(|| {
        Problem::new(
            StatusCode::NOT_FOUND,
            "There is no such asset, or not any more: load the page again.",
        )
    })?;
    let headers = [
        (header::CONTENT_TYPE, asset.content_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, asset.content.clone()).into_response())
}
