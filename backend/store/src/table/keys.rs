//! Where each record lies. Nothing else in this crate spells a key.
//!
//! Every list is read by a *bound* on its sort key, so that a cursor is compared and never looked up: a made-up one finds
//! nothing, or a later page, and always in the partition that was asked for.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Timestamp,
    build::RegistrationKey,
    digest::Digest,
    download::Download,
    event::Pipeline,
    id::{AppId, BuildId, EnvironmentId, EventId, RunId, StepId, UploadId},
    release::Release,
    run::Run,
};

use super::{FeedRef, RunList, item::Item};

/// The partition key's attribute.
pub(super) const PK: &str = "pk";
/// The sort key's attribute.
pub(super) const SK: &str = "sk";
/// The one sparse index.
pub(super) const INDEX: &str = "gsi1";
/// The index's partition key's attribute.
pub(super) const INDEX_PK: &str = "gsi1pk";
/// The index's sort key's attribute.
pub(super) const INDEX_SK: &str = "gsi1sk";
/// The attribute with the second since 1970 after which an item may be deleted.
pub(super) const TTL: &str = "ttl";
/// What the index repeats of an item: all that a list of runs and the sweep of registrations show.
pub(super) const INDEXED: [&str; 9] = [
    "id",
    "key",
    "status",
    "started_at",
    "updated_at",
    "pipeline",
    "environment",
    "revision",
    "objects",
];

/// The longest part of a sort key that comes from outside, in bytes; DynamoDB takes 1,024 for the whole.
const LONGEST_PART: usize = 600;

/// Where an item lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) pk: String,
    pub(super) sk: String,
}

/// Where an item lies in the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct IndexKey {
    pub(super) pk: String,
    pub(super) sk: String,
}

impl Key {
    fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self {
            pk: pk.into(),
            sk: sk.into(),
        }
    }

    /// Its attributes.
    pub(super) fn attributes(&self) -> Item {
        Item::from([
            (PK.to_owned(), AttributeValue::S(self.pk.clone())),
            (SK.to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }
}

impl IndexKey {
    /// Its attributes.
    pub(super) fn attributes(&self) -> Item {
        Item::from([
            (INDEX_PK.to_owned(), AttributeValue::S(self.pk.clone())),
            (INDEX_SK.to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }
}

/// A time of fixed width, so that text order is time order. Years before 0 do not happen, and count as the year 0.
pub(super) fn time(at: Timestamp) -> String {
    let text = format!("{at:.3}");
    if text.starts_with('-') {
        "0000-01-01T00:00:00.000Z".to_owned()
    } else {
        text
    }
}

/// The newness of a release as text, in the order of [`Release::is_newer_than`].
pub(super) fn newness(release: &Release) -> String {
    format!("{:.9}#{}", release.released_at, release.build)
}

pub(super) fn event(id: &EventId) -> Key {
    Key::new(format!("EVENT#{id}"), "EVENT")
}

pub(super) fn run_partition(id: &RunId) -> String {
    format!("RUN#{id}")
}

pub(super) fn run(id: &RunId) -> Key {
    Key::new(run_partition(id), "RUN")
}

pub(super) fn step(run: &RunId, step: &StepId) -> Key {
    Key::new(run_partition(run), format!("STEP#{step}"))
}

pub(super) fn failed(run: &RunId) -> Key {
    Key::new(run_partition(run), "FAILED")
}

pub(super) fn run_build(run: &RunId, build: &BuildId) -> Key {
    Key::new(run_partition(run), format!("BUILD#{build}"))
}

/// What an item of a run's partition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RunPart {
    Run,
    Step,
    Build,
    Marker,
}

pub(super) fn run_part(sk: &str) -> RunPart {
    match sk.split('#').next() {
        Some("RUN") => RunPart::Run,
        Some("STEP") => RunPart::Step,
        Some("BUILD") => RunPart::Build,
        _ => RunPart::Marker,
    }
}

/// A run's place in its list, unless it works for another run and so is listed nowhere.
pub(super) fn listed_run(run: &Run, feed: FeedRef<'_>) -> Option<IndexKey> {
    listed(run, feed, false)
}

/// A failed run's place in the list of failed runs.
pub(super) fn listed_failure(run: &Run, feed: FeedRef<'_>) -> Option<IndexKey> {
    listed(run, feed, true)
}

fn listed(run: &Run, feed: FeedRef<'_>, failed: bool) -> Option<IndexKey> {
    run.parent.is_none().then(|| IndexKey {
        pk: runs_partition(RunList {
            app: feed.map(|(app, _)| app),
            failed,
        }),
        sk: format!("{}#{}", time(run.started_at), run.id),
    })
}

pub(super) fn runs_partition(list: RunList<'_>) -> String {
    // No app can be called `unassigned`: it is a reserved name.
    let app = list.app.map_or("unassigned", AppId::as_str);
    if list.failed {
        format!("RUNS#{app}#FAILED")
    } else {
        format!("RUNS#{app}")
    }
}

/// The partition of the overview.
pub(super) const OVERVIEW: &str = "OVERVIEW";

pub(super) fn current(app: &AppId, environment: &EnvironmentId) -> Key {
    Key::new(OVERVIEW, format!("CURRENT#{app}#{environment}"))
}

pub(super) fn recent(feed: FeedRef<'_>, pipeline: &Pipeline) -> Key {
    let (app, environment) = feed.map_or(("~", "~"), |(app, environment)| {
        (app.as_str(), environment.as_str())
    });
    let none_or = |part: &Option<String>| part.as_deref().unwrap_or("-").to_owned();
    let name = format!(
        "{}/{}/{}/{}",
        pipeline.source,
        none_or(&pipeline.account),
        none_or(&pipeline.region),
        pipeline.name
    );
    Key::new(
        OVERVIEW,
        format!("RUNS#{app}#{environment}#{}", bounded(&name)),
    )
}

/// Whether a sort key of the overview's partition is that of a current release.
pub(super) fn is_current(sk: &str) -> bool {
    sk.starts_with("CURRENT#")
}

/// A text from outside that fits into a key; a longer one by its digest.
fn bounded(text: &str) -> String {
    if text.len() <= LONGEST_PART {
        text.to_owned()
    } else {
        Digest::of(text.as_bytes()).to_string()
    }
}

pub(super) fn build_partition(id: &BuildId) -> String {
    format!("BUILD#{id}")
}

pub(super) fn build(id: &BuildId) -> Key {
    Key::new(build_partition(id), "BUILD")
}

pub(super) fn build_release(release: &Release) -> Key {
    Key::new(
        build_partition(&release.build),
        format!(
            "RELEASE#{}#{}",
            release.environment,
            time(release.released_at)
        ),
    )
}

/// Whether a sort key of a build's partition is that of a release.
pub(super) fn is_release(sk: &str) -> bool {
    sk.starts_with("RELEASE#")
}

pub(super) fn builds_partition(app: &AppId) -> String {
    format!("BUILDS#{app}")
}

pub(super) fn listed_build(app: &AppId, number: u64) -> Key {
    Key::new(builds_partition(app), format!("{number:010}"))
}

pub(super) fn releases_partition(app: &AppId, environment: &EnvironmentId) -> String {
    format!("RELEASES#{app}#{environment}")
}

pub(super) fn listed_release(release: &Release) -> Key {
    Key::new(
        releases_partition(&release.app, &release.environment),
        format!("{}#{}", time(release.released_at), release.build),
    )
}

pub(super) fn counter(app: &AppId) -> Key {
    Key::new(format!("COUNTER#{app}"), "COUNTER")
}

/// A registration's identity: the SHA-256 of its key.
/// The identity of the registration of that key.
pub fn registration_id(key: &RegistrationKey) -> String {
    let RegistrationKey { app, run, attempt } = key;
    // Each part with its length, so that no two keys read the same.
    let text = format!("{app}\n{}\n{run}\n{}\n{attempt}", run.len(), attempt.len());
    Digest::of(text.as_bytes()).to_string()
}

pub(super) fn registration(id: &str) -> Key {
    Key::new(format!("REGISTRATION#{id}"), "REGISTRATION")
}

/// The index's partition of registrations that are not done.
pub(super) const PENDING: &str = "PENDING";

pub(super) fn pending(id: &str, since: Timestamp) -> IndexKey {
    IndexKey {
        pk: PENDING.to_owned(),
        sk: format!("{}#{id}", time(since)),
    }
}

pub(super) fn upload(id: &UploadId) -> Key {
    Key::new(format!("UPLOAD#{id}"), "UPLOAD")
}

pub(super) fn downloads_partition(build: &BuildId) -> String {
    format!("DOWNLOADS#{build}")
}

pub(super) fn download(download: &Download, salt: &str) -> Key {
    Key::new(
        downloads_partition(&download.build),
        format!("{}#{}#{salt}", time(download.at), download.artifact.short()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_order_of_times_is_time_order() {
        let times = [
            "-000044-03-15T12:00:00Z",
            "1015-01-01T00:00:00Z",
            "1969-12-31T23:59:59.999Z",
            "2026-11-21T08:00:00Z",
            "2026-11-21T08:00:00.001Z",
            "2026-11-21T08:00:00.010Z",
            "9999-12-30T22:00:00Z",
        ];
        let keys: Vec<String> = times.map(|text| time(text.parse().unwrap())).to_vec();
        assert!(keys.is_sorted(), "{keys:?}");
        assert!(keys.iter().all(|key| key.len() == 24), "{keys:?}");
    }

    #[test]
    fn registrations_of_other_keys_are_others() {
        let key = |run: &str, attempt: &str| RegistrationKey {
            app: "wallet".parse().unwrap(),
            run: run.to_owned(),
            attempt: attempt.to_owned(),
        };
        let id = |run, attempt| registration_id(&key(run, attempt));
        assert_eq!(id("a", "b"), id("a", "b"));
        assert_ne!(id("a", "b"), id("b", "a"));
        assert_ne!(id("a\n1\nb", "c"), id("a", "b\n1\nc"));
    }

    #[test]
    fn a_pipeline_with_an_endless_name_still_has_a_key() {
        let pipeline = Pipeline {
            source: "codepipeline".to_owned(),
            account: None,
            region: None,
            name: "x".repeat(300_000),
        };
        assert!(recent(None, &pipeline).sk.len() < 1024);
    }
}
