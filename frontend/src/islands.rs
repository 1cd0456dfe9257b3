//! What moves on a page once the browser has woken it. Nothing here is needed to use a page.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "hydrate")]
mod follow;
pub mod live;
#[cfg(feature = "hydrate")]
mod morph;
pub mod state;
#[cfg(feature = "hydrate")]
mod ticking;

#[cfg(feature = "ssr")]
pub(crate) use live::Live;
