//! What went wrong: `application/problem+json` (RFC 9457).

use domain::promotion::Refusal;
use serde::{Deserialize, Serialize};

/// Why a request was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// What kind of problem this is, the same for every one of its kind.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(example = "urn:towpath:problem:not-found"))]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// The answer's HTTP status.
    pub status: u16,
    /// What is wrong this time, and what would be right.
    pub detail: String,
    /// Which part of the request it is about: a parameter, or a place in the body (`files[2].sha256`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// For a promotion that is refused: every reason, each with what would lift it.
    #[serde(default, skip_serializing_if = "<[Refusal]>::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Refusal>))]
    pub refusals: Box<[Refusal]>,
}
