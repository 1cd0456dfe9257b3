//! Texts of a request that are kept or acted on as they are: where it came from, and where to lead somebody back to.

use portal::http::fuzzing::{back_to, forwarded_for};
use url::Url;

/// What is noted of an address is its end, without white space around it, and short. Nobody is led to another site.
pub fn target(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let noted = forwarded_for(&text);
    assert!(noted.chars().count() <= 200);
    assert!(text.trim_end().ends_with(&noted));
    assert_eq!(forwarded_for(&noted), noted.trim());
    let back = back_to(&text);
    assert!(back.starts_with('/') && !back.starts_with("//") && !back.starts_with("/\\"));
    assert!(back.bytes().all(|byte| byte.is_ascii_graphic()), "{back:?}");
    let portal = Url::parse("https://portal.example").ok();
    let led = portal.as_ref().and_then(|portal| portal.join(&back).ok());
    assert_eq!(led.map(|led| led.origin()), portal.map(|portal| portal.origin()));
    assert!(back.len() > 1000 || back_to(&back) == back, "{back:?}");
}

/// Short ones, and one that somebody made long.
pub fn seeds() -> Vec<Vec<u8>> {
    let long = "198.51.100.1, ".repeat(20) + "203.0.113.7";
    let texts = ["203.0.113.7", &long, " \u{a0} ", "/wallet/dev?failed=true&limit=5#a", "/.//evil.example", "/\u{e9}/../\t"];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}
