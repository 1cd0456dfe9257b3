//! Middleware. [`crate::router`] gives the order.

pub(crate) mod access_log;
pub(crate) mod bearer;
pub(crate) mod csrf;
pub(crate) mod edge;
pub(crate) mod failures;
pub(crate) mod head_size;
pub(crate) mod security_headers;
pub(crate) mod session;
