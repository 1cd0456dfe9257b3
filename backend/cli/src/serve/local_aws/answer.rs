//! Answers in the forms of AWS's JSON protocols.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

/// An error that AWS has a name for.
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Refusal {
    /// The caller's mistake.
    pub(super) fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code,
            message: message.into(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        // One protocol reads the name from the body, the other from the header.
        let body = Json(json!({ "__type": self.code, "message": self.message }));
        (self.status, [("x-amzn-errortype", self.code)], body).into_response()
    }
}
