//! What moves on a page once the browser has woken it. Nothing here is needed to use a page.

pub mod live;

pub(crate) use live::Live;
