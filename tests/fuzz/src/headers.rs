//! Texts of a request that are kept or acted on as they are: where it came from, and where to lead somebody back to.

use std::net::IpAddr;

use domain::device::Device;
use url::Url;
use web::fuzzing::{back_to, client_address};

/// What a client sends of `X-Forwarded-For` makes no other client of it. Nobody is led to another site.
pub fn target(data: &[u8]) {
    let _ = client_address(data, false);
    let viewer: IpAddr = [203, 0, 113, 9].into();
    for (through_cloudfront, appended) in [(true, ", 203.0.113.9, 130.176.1.1"), (false, ",203.0.113.9")] {
        // What no header may hold reaches no program.
        let sent: Vec<u8> = data.iter().copied().filter(|byte| (32..127).contains(byte) || *byte > 127).collect();
        let header = [&sent, appended.as_bytes()].concat();
        assert_eq!(client_address(&header, through_cloudfront), Some(viewer));
    }
    let text = String::from_utf8_lossy(data);
    let back = back_to(&text);
    assert!(back.starts_with('/') && !back.starts_with("//") && !back.starts_with("/\\"));
    assert!(back.bytes().all(|byte| byte.is_ascii_graphic()), "{back:?}");
    let portal = Url::parse("https://portal.example").ok();
    let led = portal.as_ref().and_then(|portal| portal.join(&back).ok());
    assert_eq!(led.map(|led| led.origin()), portal.map(|portal| portal.origin()));
    let known = |device| match device {
        Device::Android(Some(level)) => (21..100).contains(&level),
        Device::Android(None) | Device::Apple | Device::Other => true,
    };
    assert!(known(Device::of(Some(&text), None, None)));
    assert!(known(Device::of(Some("Android 10; K)"), Some(&text), None)));
    assert!(back.len() <= 1000 && back_to(&back) == back, "{back:?}");
}

/// Short ones, and one that somebody made long.
pub fn seeds() -> Vec<Vec<u8>> {
    let long = "198.51.100.1, ".repeat(20) + "203.0.113.7";
    let texts = ["203.0.113.7", &long, " \u{a0} ", "/wallet/dev?failed=true&limit=5#a", "/.//evil.example", "Android 8.1.0; Mobile", "\"15.0.0\"", "/\u{e9}/../\t"];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}
