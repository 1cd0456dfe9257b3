//! Where each record lies. Nothing else in this crate spells a key. Which function may reach a partition is in
//! `infra/lib/records/partitions.ts`; a test there fails for one that is not listed.
//!
//! Every list is read by a *bound* on its sort key, so that a cursor is compared and never looked up: a made-up one finds
//! nothing, or a later page, and always in the partition that was asked for.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Timestamp,
    actor::{Actor, ActorKind},
    build::RegistrationKey,
    digest::Digest,
    download::Download,
    event::Pipeline,
    hold::Held,
    id::{
        AppId, BuildId, EnvironmentId, EventId, LinkId, PersonId, PromotionId, RunId, SessionId,
        StepId, TokenId, UploadId,
    },
    month::Month,
    promotion::Promotion,
    release::Release,
    run::Run,
};

use super::{FeedRef, Item, RunList};

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
/// What the index repeats of an item: all that a list of runs, the sweep of registrations and the list of open promotions
/// show.
pub(super) const INDEXED: [&str; 10] = [
    "id",
    "key",
    "status",
    "started_at",
    "updated_at",
    "pipeline",
    "environment",
    "revision",
    "objects",
    "promotion",
];

/// The longest part of a sort key that comes from outside, in bytes; DynamoDB takes 1,024 for the whole.
const LONGEST_PART: usize = 600;

/// Where an item lies.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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

    pub(super) fn attributes(&self) -> Item {
        Item::from([
            (PK.to_owned(), AttributeValue::S(self.pk.clone())),
            (SK.to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }
}

impl IndexKey {
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

/// How two releases of an environment compare, as text in the order of [`Release::is_newer_than`].
pub(super) fn release_order(release: &Release) -> String {
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

/// Which promotion a run carries out.
pub(super) fn run_promotion(run: &RunId) -> Key {
    Key::new(run_partition(run), "PROMOTION")
}

pub(super) fn commit_partition(commit: &str) -> String {
    format!("COMMIT#{}", bounded(commit))
}

/// That a run ran on a commit, as its platform says.
pub(super) fn commit_run(commit: &str, run: &RunId) -> Key {
    Key::new(commit_partition(commit), format!("RUN#{run}"))
}

/// What an item of a run's partition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RunPart {
    Run,
    Step,
    Build,
    Promotion,
    Marker,
}

pub(super) fn run_part(sk: &str) -> RunPart {
    match sk.split('#').next() {
        Some("RUN") => RunPart::Run,
        Some("STEP") => RunPart::Step,
        Some("BUILD") => RunPart::Build,
        Some("PROMOTION") => RunPart::Promotion,
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
    Key::new(OVERVIEW, format!("{}{environment}", current_of(app)))
}

/// What the sort keys of an app's environments begin with.
pub(super) fn current_of(app: &AppId) -> String {
    format!("CURRENT#{app}#")
}

/// The sort keys of what apps serve whose ids are in a range, from the first to the last, and of their newest runs.
pub(super) fn overview_of(first: &AppId, last: &AppId) -> [(String, String); 2] {
    ["CURRENT", "RUNS"].map(|kind| (format!("{kind}#{first}#"), format!("{kind}#{last}#~")))
}

/// Above all of the overview that is shown. Behind it are pipelines that no app claims, as versions kept them that had no
/// partition for these.
pub(super) const END_OF_OVERVIEW: &str = "RUNS#~";

/// The partition of pipelines that no app claims.
pub(super) const UNASSIGNED: &str = "UNASSIGNED";

pub(super) fn recent(feed: FeedRef<'_>, pipeline: &Pipeline) -> Key {
    let none_or = |part: &Option<String>| part.as_deref().unwrap_or("-").to_owned();
    let name = format!(
        "{}/{}/{}/{}",
        pipeline.source,
        none_or(&pipeline.account),
        none_or(&pipeline.region),
        pipeline.name
    );
    let name = bounded(&name);
    match feed {
        Some((app, environment)) => Key::new(OVERVIEW, format!("RUNS#{app}#{environment}#{name}")),
        None => Key::new(UNASSIGNED, name),
    }
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

/// What the partitions of builds begin with.
pub(super) const BUILD_PREFIX: &str = "BUILD#";

pub(super) fn build_partition(id: &BuildId) -> String {
    format!("{BUILD_PREFIX}{id}")
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

/// That a build is withdrawn.
pub(super) fn withdrawn(build: &BuildId) -> Key {
    Key::new(build_partition(build), "WITHDRAWN")
}

/// The partition of withdrawals and restorations that environments do not follow yet.
pub(super) const UNSETTLED: &str = "UNSETTLED";

pub(super) fn unsettled(build: &BuildId) -> Key {
    Key::new(UNSETTLED, build.as_str())
}

/// A promotion's line in its build.
pub(super) fn build_promotion(promotion: &Promotion) -> Key {
    Key::new(
        build_partition(&promotion.build),
        format!("PROMOTION#{}", promotion_place(promotion)),
    )
}

/// What an item of a build's partition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BuildPart {
    Build,
    Release,
    Promotion,
    Withdrawn,
    Other,
}

pub(super) fn build_part(sk: &str) -> BuildPart {
    match sk.split('#').next() {
        Some("BUILD") => BuildPart::Build,
        Some("RELEASE") => BuildPart::Release,
        Some("PROMOTION") => BuildPart::Promotion,
        Some("WITHDRAWN") => BuildPart::Withdrawn,
        _ => BuildPart::Other,
    }
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
    let Release {
        app,
        environment,
        released_at,
        build,
        ..
    } = release;
    listed_release_at(app, environment, *released_at, build)
}

/// A build's line in the list of an environment's releases, by when it was released there.
pub(super) fn listed_release_at(
    app: &AppId,
    environment: &EnvironmentId,
    released_at: Timestamp,
    build: &BuildId,
) -> Key {
    Key::new(
        releases_partition(app, environment),
        format!("{}#{build}", time(released_at)),
    )
}

pub(super) fn counter(app: &AppId) -> Key {
    Key::new(format!("COUNTER#{app}"), "COUNTER")
}

/// The identity of the registration of that key.
pub fn registration_id(key: &RegistrationKey) -> String {
    let RegistrationKey {
        app,
        run,
        attempt,
        owner,
    } = key;
    // Each part with its length, so that no two keys read the same.
    let owner = owner
        .as_ref()
        .map_or_else(String::new, |owner| format!("\n{}\n{owner}", owner.len()));
    let text = format!(
        "{app}\n{}\n{run}\n{}\n{attempt}{owner}",
        run.len(),
        attempt.len()
    );
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

/// The partition of what is known of objects beside their records.
const OBJECTS: &str = "OBJECTS";

/// That an object is damaged.
pub(super) fn damage(object: &str) -> Key {
    Key::new(OBJECTS, format!("DAMAGED#{object}"))
}

/// How far looking for damage has come.
pub(super) fn verification() -> Key {
    Key::new(OBJECTS, "VERIFICATION")
}

/// The index's partition of uploads that are to be registered.
pub(super) const REGISTERING: &str = "REGISTERING";

pub(super) fn registering(app: &AppId, since: Timestamp, id: &UploadId) -> IndexKey {
    IndexKey {
        pk: REGISTERING.to_owned(),
        sk: format!("{}{}#{id}", registering_of(app), time(since)),
    }
}

pub(super) fn registering_of(app: &AppId) -> String {
    format!("{app}#")
}

pub(super) fn promotion(id: &PromotionId) -> Key {
    Key::new(format!("PROMOTION#{id}"), "PROMOTION")
}

/// The index's partition of promotions that are not over.
pub(super) const OPEN_PROMOTIONS: &str = "PROMOTIONS#OPEN";

pub(super) fn open_promotion(promotion: &Promotion) -> IndexKey {
    IndexKey {
        pk: OPEN_PROMOTIONS.to_owned(),
        sk: promotion_place(promotion),
    }
}

/// The one promotion of an app into an environment that is not over.
pub(super) fn slot(app: &AppId, environment: &EnvironmentId) -> Key {
    Key::new(format!("SLOT#{app}#{environment}"), "SLOT")
}

pub(super) fn promotions_partition(app: &AppId, environment: &EnvironmentId) -> String {
    format!("PROMOTIONS#{app}#{environment}")
}

/// A promotion's line in its environment.
pub(super) fn listed_promotion(promotion: &Promotion) -> Key {
    Key::new(
        promotions_partition(&promotion.app, &promotion.to),
        promotion_place(promotion),
    )
}

fn promotion_place(promotion: &Promotion) -> String {
    format!("{}#{}", time(promotion.requested_at), promotion.id)
}

/// The partition of holds on environments.
pub(super) const HOLDS: &str = "HOLDS";

/// Where a hold lies that is in force.
pub(super) fn hold(on: &Held) -> Key {
    match on {
        Held::Environment { environment, app } => environment_hold(environment, app.as_ref()),
        Held::Automatic { app, environment } => automatic_hold(app, environment),
        Held::Build { build, .. } => withdrawn(build),
    }
}

/// A hold on an environment: for one app, or for all.
pub(super) fn environment_hold(environment: &EnvironmentId, app: Option<&AppId>) -> Key {
    let app = app.map_or("*", AppId::as_str);
    Key::new(HOLDS, format!("ENVIRONMENT#{environment}#{app}"))
}

/// A hold on automatic promotion.
pub(super) fn automatic_hold(app: &AppId, environment: &EnvironmentId) -> Key {
    Key::new(HOLDS, format!("AUTOMATIC#{app}#{environment}"))
}

/// Where the audit log ends.
pub(super) fn audit_head() -> Key {
    Key::new("AUDIT", "HEAD")
}

/// The newest seal of the audit log.
pub(super) fn audit_seal() -> Key {
    Key::new("AUDIT", "SEAL")
}

pub(super) fn audit_partition(month: &Month) -> String {
    format!("AUDIT#{month}")
}

pub(super) fn audit_entry(month: &Month, number: u64) -> Key {
    Key::new(audit_partition(month), audit_place(number))
}

pub(super) fn audit_place(number: u64) -> String {
    format!("{number:012}")
}

/// The names of a person that stand beside entries of the audit log.
pub(super) fn names(person: &PersonId) -> Key {
    Key::new(format!("NAMES#{person}"), "NAMES")
}

/// Whose names a partition has; none if it is another partition.
pub(super) fn whose_names(partition: &str) -> Option<PersonId> {
    partition.strip_prefix("NAMES#")?.parse().ok()
}

/// What a partition is of: the first word of its key.
pub(super) fn kind(partition: &str) -> &str {
    partition.split('#').next().unwrap_or_default()
}

/// Whether a partition is one of entries of the audit log.
pub(super) fn is_audit_entry(partition: &str) -> bool {
    partition.starts_with("AUDIT#")
}

/// The kinds of partitions that are left as they are where somebody's name is taken out of records: the audit log, and what is
/// looked up by person.
pub(super) const KEEPS_ITS_NAMES: [&str; 4] = ["AUDIT", "NAMES", PEOPLE, "SESSIONS"];

/// The configuration that was last seen.
pub(super) fn config() -> Key {
    Key::new("CONFIG", "CONFIG")
}

/// The partition of API tokens.
pub(super) const TOKENS: &str = "TOKENS";

pub(super) fn token(id: &TokenId) -> Key {
    Key::new(TOKENS, id.as_str())
}

/// The list of somebody's live tokens.
pub(super) fn token_roster(owner: &Actor) -> Key {
    let kind = match owner.kind {
        ActorKind::Local => "LOCAL",
        ActorKind::Person => match &owner.person {
            Some(person) => return Key::new(format!("TOKENS#PERSON#{person}"), ROSTER),
            None => return roster_of_address(&owner.name),
        },
        // None of these makes tokens; were one to, it would not be taken for a person of the same name.
        ActorKind::Pipeline
        | ActorKind::Portal
        | ActorKind::Token
        | ActorKind::Machine
        | ActorKind::Guest => "OTHER",
    };
    let name = owner.name.to_ascii_lowercase();
    Key::new(format!("TOKENS#{kind}#{}", bounded(&name)), ROSTER)
}

/// The same where it is known by an address alone. Issuers do not agree on capitals in addresses, so they make no difference.
pub(super) fn roster_of_address(address: &str) -> Key {
    let address = address.to_ascii_lowercase();
    Key::new(format!("TOKENS#PERSON#{}", bounded(&address)), ROSTER)
}

/// The sort key of a list of tokens.
const ROSTER: &str = "ROSTER";

/// The wrong guesses of one guesser.
pub(super) fn guesses(guesser: &str) -> Key {
    Key::new(format!("GUESSES#{}", bounded(guesser)), "GUESSES")
}

/// The partition of people who have signed in.
pub(super) const PEOPLE: &str = "PEOPLE";

pub(super) fn person(id: &PersonId) -> Key {
    Key::new(PEOPLE, id.as_str())
}

/// The partition of someone's sessions.
pub(super) fn sessions_partition(person: &PersonId) -> String {
    format!("SESSIONS#{person}")
}

pub(super) fn session(person: &PersonId, id: &SessionId) -> Key {
    Key::new(sessions_partition(person), id.as_str())
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

/// How many downloads an actor was given on a day. Nobody's name is part of it, since no erasure changes a key.
pub(super) fn daily(actor: &Actor, day_ends: Timestamp) -> Key {
    let person = |actor: &Actor| match &actor.person {
        Some(person) => person.to_string(),
        None => Digest::of(actor.name.to_ascii_lowercase().as_bytes()).short(),
    };
    let (kind, who) = match actor.kind {
        ActorKind::Local => ("LOCAL", actor.name.clone()),
        ActorKind::Person => ("PERSON", person(actor)),
        // All tokens of somebody have one day, however many are made; and it is not their owner's own, so that one that leaks
        // keeps its owner from nothing.
        ActorKind::Token => ("TOKEN", person(actor.owner.as_deref().unwrap_or(actor))),
        ActorKind::Machine => ("MACHINE", actor.name.clone()),
        // None of these asks for downloads as itself; were one to, it would be counted, too.
        ActorKind::Pipeline | ActorKind::Portal | ActorKind::Guest => ("OTHER", actor.name.clone()),
    };
    Key::new(format!("DAILY#{kind}#{}", bounded(&who)), time(day_ends))
}

/// The partition of share links.
pub(super) const LINKS: &str = "LINKS";

pub(super) fn link(id: &LinkId) -> Key {
    Key::new(LINKS, id.as_str())
}

/// A tap on a share link.
pub(super) fn tap(link: &LinkId, name: &str) -> Key {
    Key::new(format!("LINK#{link}"), format!("TAP#{name}"))
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
            owner: None,
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
