//! Small drawings, each a 16 × 16 outline in the colour of the text beside it. Never the only bearer of a meaning.

use leptos::prelude::*;

/// A drawing by its outline.
pub(crate) fn icon(outline: &'static str) -> AnyView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
            <path d=outline />
        </svg>
    }
    .into_any()
}

/// An arrow into a tray.
pub(crate) const DOWNLOAD: &str = "M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11";
/// A triangle with an exclamation mark.
pub(crate) const WARNING: &str = "M8 2 15 14H1zM8 6.5V10M8 12v.2";
/// A circle with an i.
pub(crate) const NOTE: &str = "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M8 7v4.5M8 4.6v.2";
/// An arrow out of a box.
pub(crate) const ELSEWHERE: &str = "M9.5 2.5h4v4M13.5 2.5 7.5 8.5M11.5 9.5v4h-9v-9h4";
/// A flash: something was gone past.
pub(crate) const FLASH: &str = "M9 1.5 3.5 9H8l-1 5.5L12.5 7H8z";
/// A raised hand's sign: an octagon.
pub(crate) const STOP: &str = "M5.2 1.5h5.6l3.7 3.7v5.6l-3.7 3.7H5.2l-3.7-3.7V5.2zM5 8h6";
/// An arrow that goes back.
pub(crate) const BACK: &str = "M6 3 2.5 6.5 6 10M3 6.5h6.5a4 4 0 0 1 0 8H7";
/// A check mark.
pub(crate) const CHECK: &str = "M3 8.5 6.5 12 13 4.5";
pub(crate) const PHONE: &str =
    "M5 1.5h6a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1M7.2 12.3h1.6";
/// Two links of a chain.
pub(crate) const SHARE: &str = "M6.5 9.5 9.5 6.5M7.5 4.5l1.6-1.6a2.8 2.8 0 0 1 4 4L11.5 8.5M8.5 11.5l-1.6 1.6a2.8 2.8 0 0 1-4-4L4.5 7.5";
