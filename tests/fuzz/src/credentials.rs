//! What callers show to prove who they are, before anything is looked up: the header `Authorization`, API tokens,
//! and what the address of a share link ends with.

use identity::LinkText;
use web::fuzzing::{api_token, bearer};

use crate::input::{joined, texts};

/// What is read is written as it was, and shown to nobody.
pub fn target(data: &[u8]) {
    let [header, text] = texts(data);
    if let Some(shown) = bearer(header.as_bytes()) {
        assert!(!shown.is_empty() && shown.trim() == shown);
        assert!(header.ends_with(&shown) || header.trim_end().ends_with(&shown));
        known(&shown);
    }
    known(&text);
}

fn known(text: &str) {
    assert!(LinkText::parse(text).is_none_or(|read| read.text() == text));
    if let Some((written, debugged)) = api_token(text) {
        assert_eq!(written, text);
        assert!(text.rsplit_once('_').is_some_and(|(_, secret)| !debugged.contains(secret)));
    }
}

/// One of each kind.
pub fn seeds() -> Vec<Vec<u8>> {
    let token = "towpath_01ARZ3NDEKTSV4RRFFQ69G5FAV_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";
    let header = format!("Bearer {token}");
    let seeds = [
        (header.as_str(), token),
        ("bearer  a.b.c ", "towpath_01ARZ3NDEKTSV4RRFFQ69G5FAV"),
        ("Basic YTpi", "01ARZ3NDEKTSV4RRFFQ69G5FAV.BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc"),
    ];
    seeds.map(|(header, text)| joined([header.as_bytes(), text.as_bytes()])).to_vec()
}
