//! What the simulator keeps in memory.

pub(crate) mod declaration;
pub(crate) mod execution;
pub(crate) mod pipeline;
