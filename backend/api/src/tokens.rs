//! API tokens.

use domain::{access::Permit, id::TokenLabel};
use serde::{Deserialize, Serialize};

/// What somebody wants of a new token.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// What to call it; no two live tokens of one person have the same name.
    pub label: TokenLabel,
    /// What it may do at the most.
    pub permit: Permit,
    /// How many hours it lives, 1 to 8760.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 8760))]
    pub hours: u32,
}
