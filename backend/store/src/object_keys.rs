//! Where things lie in the release bucket: the one place that knows.

use domain::{
    build::Build,
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

/// An object that a build's record names: one of its files, or the icon of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildObject {
    pub key: String,
    /// What it is, for people.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of its bytes.
    pub digest: Digest,
}

/// All objects that a build's record names.
pub fn of_build(build: &Build) -> Vec<BuildObject> {
    let mut objects = Vec::new();
    for file in &build.artifacts {
        objects.push(BuildObject {
            key: artifact(&build.app, &file.digest, &file.name),
            name: file.name.to_string(),
            size: file.size,
            digest: file.digest,
        });
        let found = file.package.as_ref().and_then(|it| it.icon.as_ref());
        objects.extend(found.map(|found| BuildObject {
            key: icon(&build.app, &found.digest),
            name: format!("the icon of {}", file.name),
            size: found.size,
            digest: found.digest,
        }));
    }
    objects
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
