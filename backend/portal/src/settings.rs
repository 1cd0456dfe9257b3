//! What people are shown of themselves, of each other's rights and of how this portal is set up.

mod me;
