//! Headers that are kept as a text.

use portal::http::fuzzing::forwarded_for;

/// What is noted of an address is the end of it, without white space around it, and short.
pub fn target(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let noted = forwarded_for(&text);
    assert!(noted.chars().count() <= 200);
    assert!(text.trim_end().ends_with(&noted));
    assert_eq!(forwarded_for(&noted), noted.trim());
}

/// A short one, and one that somebody made long.
pub fn seeds() -> Vec<Vec<u8>> {
    let long = "198.51.100.1, ".repeat(20) + "203.0.113.7";
    vec![b"203.0.113.7".to_vec(), long.into_bytes(), b" \xc2\xa0 ".to_vec()]
}
