//! Where things lie in the release bucket: the one place that knows.

use domain::{
    digest::Digest,
    id::{AppId, EventId, FileName},
};

/// What the objects' keys begin with that are written once: the release bucket's policy takes no write to them without
/// `If-None-Match` (`infra/lib/releases/releases.ts`).
const WRITTEN_ONCE: [&str; 3] = ["artifacts/", "icons/", "events/"];

/// The same in a bucket, for an S3 that is to be as strict.
#[must_use]
pub fn written_once(bucket: &str) -> Vec<String> {
    let places = WRITTEN_ONCE.iter();
    places.map(|prefix| format!("{bucket}/{prefix}")).collect()
}

/// A registered file. Its name is its content's, so that it is never overwritten by anything else.
pub fn artifact(app: &AppId, digest: &Digest, name: &FileName) -> String {
    format!("artifacts/{app}/{digest}/{name}")
}

/// A package's icon.
pub fn icon(app: &AppId, digest: &Digest) -> String {
    format!("icons/{app}/{digest}")
}

/// All that is on its way in.
pub const STAGING: &str = "staging/";

/// The registration that a staged object belongs to.
pub fn registration_of(key: &str) -> Option<&str> {
    key.strip_prefix(STAGING)?.split('/').next()
}

/// The app that a registered file or an icon belongs to.
pub fn app_of(key: &str) -> Option<AppId> {
    let rest = key
        .strip_prefix("artifacts/")
        .or_else(|| key.strip_prefix("icons/"))?;
    rest.split('/').next()?.parse().ok()
}

/// The digest that a registered file's or an icon's key has in it: that of its bytes.
pub fn digest_of(key: &str) -> Option<Digest> {
    app_of(key)?;
    key.split('/').nth(2)?.parse().ok()
}

/// One file on its way in. Each try of a registration has its own folder, so that two at once do not meet.
pub fn staged(registration: &str, attempt: &str, number: usize) -> String {
    format!("{STAGING}{registration}/{attempt}/{number}")
}

/// A source's own words for an event, where they are too long for the table.
pub fn event(id: &EventId) -> String {
    format!("events/{}.json", Digest::of(id.as_str().as_bytes()))
}
