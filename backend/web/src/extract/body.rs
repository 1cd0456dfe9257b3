//! Bodies of requests: JSON, and said to be so. A form of another site cannot say so without asking first (CORS).

use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest, Request, rejection::BytesRejection},
    http::StatusCode,
};
use domain::json;
use serde::de::DeserializeOwned;

use crate::{BODY_LIMIT, headers::is_media_type, problem::Problem};

/// The bytes of a body that is said to be JSON.
pub(crate) struct JsonBytes(pub(crate) Bytes);

/// A body of JSON of the right shape.
pub(crate) struct Json<T>(pub(crate) T);

impl<S: Send + Sync> FromRequest<S> for JsonBytes {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !is_media_type(request.headers(), "application/json") {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Send JSON, with the header Content-Type: application/json.",
            ));
        }
        read(request, "The body", BODY_LIMIT).await.map(Self)
    }
}

/// The bytes of a body; `what` it is may have `most` of them.
pub(crate) async fn read(mut request: Request, what: &str, most: usize) -> Result<Bytes, Problem> {
    DefaultBodyLimit::max(most).apply(&mut request);
    Bytes::from_request(request, &())
        .await
        .map_err(|error| unread(&error, what, most))
}

/// Why a body could not be read whole; `what` it is may have `most` bytes.
pub(crate) fn unread(error: &BytesRejection, what: &str, most: usize) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Problem::too_large(what, most)
    } else {
        Problem::invalid("", "The body ended before its time.")
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let JsonBytes(bytes) = JsonBytes::from_request(request, state).await?;
        json::value(&bytes).map_err(|error| Problem::invalid("", format!("{error}.")))?;
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let path = error.path().to_string();
            let field = if path == "." { String::new() } else { path };
            Problem::invalid(field, format!("{}.", error.inner()))
        })?;
        reader
            .end()
            .map_err(|error| Problem::invalid("", format!("{error}.")))?;
        Ok(Self(value))
    }
}
