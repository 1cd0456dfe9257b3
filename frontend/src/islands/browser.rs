//! The few things that islands ask of the browser.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, Window};

/// The browser's window; there is one wherever an island wakes.
pub(super) fn window() -> Option<Window> {
    web_sys::window()
}

/// The page's document.
pub(super) fn document() -> Option<Document> {
    window()?.document()
}

/// Whether someone can see the page.
pub(super) fn is_visible() -> bool {
    document().is_some_and(|document| !document.hidden())
}

/// Comes back after so many milliseconds.
pub(super) async fn sleep(milliseconds: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        let timer = window().map(|window| {
            window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds)
        });
        if !matches!(timer, Some(Ok(_))) {
            // Nothing would ever wake us: go on at once rather than hang.
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    });
    let _ = JsFuture::from(promise).await;
}
