//! The way out. The way in is the issuer's page.

pub(super) mod leaving;
pub(super) mod signed_out;
