//! Pipelines that no app claims.

pub(super) mod show;
