//! Versions of Android and their API levels.
//!
//! Source: "SDK Platform release notes" in the Android developer documentation.

/// The versions that phones have, with the API level of each.
pub const VERSIONS: [(&str, u32); 17] = [
    ("5.0", 21),
    ("5.1", 22),
    ("6", 23),
    ("7.0", 24),
    ("7.1", 25),
    ("8.0", 26),
    ("8.1", 27),
    ("9", 28),
    ("10", 29),
    ("11", 30),
    ("12", 31),
    ("12L", 32),
    ("13", 33),
    ("14", 34),
    ("15", 35),
    ("16", 36),
    ("17", 37),
];

/// `Android 14`, or `Android API 40` for a level without a known version.
pub fn version(level: u32) -> String {
    let known = VERSIONS.iter().find(|(_, of)| *of == level);
    known.map_or_else(
        || format!("Android API {level}"),
        |(name, _)| format!("Android {name}"),
    )
}

/// `Android 14 or newer`; just the API level where its version is not known.
pub fn or_newer(level: u32) -> String {
    let version = version(level);
    if version.contains("API") {
        version
    } else {
        format!("{version} or newer")
    }
}
