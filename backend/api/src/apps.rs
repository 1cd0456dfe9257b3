//! What the team ships.

use domain::catalog::{App, Environment};
use serde::{Deserialize, Serialize};

/// What the team ships, and where to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Apps {
    /// The apps, in the order that pages show them.
    pub apps: Vec<App>,
    /// The environments, in the order that a build moves through them.
    pub environments: Vec<Environment>,
}
