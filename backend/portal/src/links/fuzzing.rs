//! What the fuzz targets reach of this module.

use identity::LinkText;

/// What a share link's address ends with, as it was written; `None` for a text that never was one.
pub fn credential(text: &str) -> Option<String> {
    LinkText::parse(text).map(|credential| credential.text())
}
