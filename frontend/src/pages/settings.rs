//! What concerns the viewer, and how this portal is set up.

pub(super) mod access;
pub(super) mod configuration;
pub(super) mod privacy;
pub(super) mod sessions;
pub(super) mod you;
