//! What the fuzz targets reach of this room.

use super::Credential;

/// What a share link's address ends with, as it was written; `None` for a text that never was one.
pub fn credential(text: &str) -> Option<String> {
    Credential::parse(text).map(|credential| credential.text())
}
