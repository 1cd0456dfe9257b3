//! The pages: view models in, HTML out; islands where something moves.
//!
//! With the feature `ssr` (the default) a page is a pure function: [`render`] takes a [`Page`] and a
//! [`site::Site`] and returns the whole HTML document. With `hydrate`, compiled to WebAssembly, the crate holds only
//! what wakes the islands of a page in the browser. Every page works without that.

pub mod islands;

#[cfg(feature = "ssr")]
mod components;
#[cfg(feature = "ssr")]
mod document;
#[cfg(feature = "ssr")]
pub mod form;
#[cfg(feature = "ssr")]
pub mod links;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod site;

#[cfg(feature = "ssr")]
pub use document::render;
#[cfg(feature = "ssr")]
pub use pages::Page;
#[cfg(feature = "ssr")]
pub use site::{STYLESHEET, Site};

/// Makes the islands of a page wakeable; the start script calls it once, then each island's own function.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
