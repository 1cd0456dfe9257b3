//! What the fuzz targets reach of this module.

use super::{Endpoints, UnverifiedDelivery};

/// Whether a delivery is signed with a secret of its endpoint; `Some(true)` if with the one that is about to go.
pub fn signed_with_previous(
    endpoints: &Endpoints,
    delivery: &UnverifiedDelivery<'_>,
) -> Option<bool> {
    let authentic = endpoints.signer(delivery)?;
    Some(authentic.with_previous)
}
