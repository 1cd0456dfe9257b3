//! What concerns whoever looks, and how this portal is set up.

pub(super) mod you;
