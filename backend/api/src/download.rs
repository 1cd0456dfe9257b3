//! Links to bytes.

use domain::{
    Timestamp,
    digest::Digest,
    id::{BuildId, FileName},
};
use serde::{Deserialize, Serialize};

/// What the link in `Location` leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Granted {
    /// The build that the file is of.
    pub build: BuildId,
    /// The file's name.
    pub name: FileName,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// When the link ends.
    pub expires_at: Timestamp,
}
