//! Keeps "3 minutes ago" true while the page is looked at.

use js_sys::Date;
use wasm_bindgen::JsCast as _;
use web_sys::Element;

use super::browser::{document, is_visible, sleep};
use domain::words;

/// Writes the words of all times anew, every second, where they have changed.
pub(super) async fn keep_words_true() {
    loop {
        if is_visible() {
            tick("time[data-ago]", "datetime", words::ago);
            tick("[data-since]", "data-since", words::took);
        }
        sleep(1_000).await;
    }
}

fn tick(selector: &str, attribute: &str, tell: fn(i64) -> String) {
    let found = document().and_then(|document| document.query_selector_all(selector).ok());
    let Some(found) = found else { return };
    for index in 0..found.length() {
        let element = found
            .get(index)
            .and_then(|node| node.dyn_into::<Element>().ok());
        if let Some(element) = element
            && let Some(moment) = element.get_attribute(attribute)
        {
            let told = tell(seconds_since(&moment));
            if element.text_content().as_ref() != Some(&told) {
                element.set_text_content(Some(&told));
            }
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a moment that cannot be read gives NaN, which becomes 0"
)]
fn seconds_since(moment: &str) -> i64 {
    ((Date::now() - Date::parse(moment)) / 1_000.0).max(0.0) as i64
}
