//! What handlers take out of a request.

pub(crate) mod body;
pub(crate) mod caller;
pub(crate) mod form;
pub(crate) mod names;
pub(crate) mod purpose;
pub(crate) mod query;
pub(crate) mod visiting;
