//! Fetches the page's own address again and again, while someone looks, and shows what changed.

use leptos::prelude::{RwSignal, Set};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AbortSignal, DomParser, Headers, Request, RequestCache, RequestInit, Response, SupportedType,
};

use super::{
    browser::{document, is_visible, sleep, window},
    morph,
    state::State,
    ticking,
};

/// Milliseconds between two looks while all is well.
const INTERVAL: i32 = 4_000;
/// Milliseconds between two looks at the most, while the portal does not answer.
const PATIENCE: i32 = 60_000;
/// Milliseconds after which an answer is not waited for any longer.
const TIMEOUT: u32 = 15_000;
/// Milliseconds until a hidden page looks again whether it is seen.
const NAP: i32 = 1_000;

/// Starts to follow; `state` says how it goes.
pub(super) fn start(state: RwSignal<State>) {
    spawn_local(ticking::keep_words_true());
    spawn_local(follow(state));
}

async fn follow(state: RwSignal<State>) {
    let mut seen = None;
    let mut wait = NAP;
    loop {
        sleep(wait).await;
        while !is_visible() {
            sleep(NAP).await;
        }
        let found = look(&mut seen).await.unwrap_or(State::Lost);
        state.set(found);
        wait = match found {
            State::Live => INTERVAL,
            // Somebody may sign in again in another tab.
            _ => (wait * 2).clamp(INTERVAL, PATIENCE),
        };
    }
}

/// Looks once: fetches the page, unless the portal says that it is the one already `seen`, and shows it.
async fn look(seen: &mut Option<String>) -> Result<State, JsValue> {
    let response = fetch(seen.as_deref()).await?;
    match response.status() {
        304 => return Ok(State::Live),
        401 => return Ok(State::SignedOut),
        _ => {}
    }
    if !response.ok() || response.redirected() {
        return Err(JsValue::NULL);
    }
    let html = JsFuture::from(response.text()?).await?;
    show(&html.as_string().unwrap_or_default())?;
    *seen = response.headers().get("etag")?;
    Ok(State::Live)
}

async fn fetch(seen: Option<&str>) -> Result<Response, JsValue> {
    let window = window().ok_or(JsValue::NULL)?;
    let headers = Headers::new()?;
    if let Some(tag) = seen {
        headers.set("if-none-match", tag)?;
    }
    let asked = RequestInit::new();
    asked.set_headers(&headers);
    asked.set_cache(RequestCache::NoStore);
    asked.set_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT)));
    let request = Request::new_with_str_and_init(&window.location().href()?, &asked)?;
    JsFuture::from(window.fetch_with_request(&request))
        .await?
        .dyn_into()
}

/// Turns the main region of this document into that of the fetched one.
fn show(html: &str) -> Result<(), JsValue> {
    let fetched = DomParser::new()?.parse_from_string(html, SupportedType::TextHtml)?;
    let document = document().ok_or(JsValue::NULL)?;
    let (Some(ours), Some(theirs)) = (
        document.get_element_by_id("main"),
        fetched.get_element_by_id("main"),
    ) else {
        return Err(JsValue::NULL);
    };
    morph::morph(&ours, &theirs)?;
    document.set_title(&fetched.title());
    Ok(())
}
