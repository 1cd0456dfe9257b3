//! What holders of share links see.

pub(super) mod show;
