//! Who someone is here, and what they may do.

use serde::{Deserialize, Serialize};

use crate::{
    access::{HeldRole, Permit, Rights},
    actor::Actor,
    catalog::Environment,
};

/// Whoever asks, and what they may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// Who it is.
    pub actor: Actor,
    /// How they proved it.
    pub proof: String,
    /// The groups that count here: those that have a role or are asked for approval. A token's are its owner's.
    pub groups: Vec<String>,
    /// What it was permitted when it was made, for whatever is not a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permit: Option<Permit>,
    /// The roles that they have; a token's owner's.
    pub roles: Vec<HeldRole>,
    /// What they may do.
    pub may: Rights,
    /// The environments, in the order that a build moves through them.
    pub environments: Vec<Environment>,
}
