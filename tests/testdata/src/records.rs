//! Times, and the records that tests put into a table.

use std::sync::LazyLock;

use domain::{
    Timestamp,
    actor::Actor,
    audit::{AuditAction, AuditRecord},
    build::{Artifact, ArtifactKind, Build, RegistrationKey},
    digest::Digest,
    event::{Event, Facts, Pipeline, Revision},
    id::{AppId, BuildId, EnvironmentId, RunId},
    known::{Known, Origin},
    release::{DirectRelease, Release, ReleaseGrant},
    status::Status,
};
use jiff::SignedDuration;

use crate::people::wallet;

/// A time of the day that tests with made-up times happen on.
pub fn at(time: &str) -> Timestamp {
    format!("2026-11-21T{time}Z").parse().unwrap()
}

/// Noon of that day, and minutes after it.
pub fn noon(minutes: i64) -> Timestamp {
    at("12:00:00") + SignedDuration::from_mins(minutes)
}

/// The machine's time, since what is signed with it must be accepted; but it stands still.
pub fn now() -> Timestamp {
    static START: LazyLock<Timestamp> = LazyLock::new(machine_time);
    *START
}

/// The machine's time.
#[expect(clippy::disallowed_methods, reason = "a test is an edge")]
pub fn machine_time() -> Timestamp {
    Timestamp::now()
}

/// A build's identifier, by its number.
pub fn build_id(number: u64) -> BuildId {
    format!("01KAF000000000000000{number:06}").parse().unwrap()
}

/// The bytes of a build's one file.
pub fn bytes(number: u64) -> Vec<u8> {
    format!("application {number}").into_bytes()
}

/// A build of wallet.
pub fn build(number: u64, at: Timestamp) -> Build {
    build_of(&wallet(), number, at)
}

/// A build of any app.
pub fn build_of(app: &AppId, number: u64, at: Timestamp) -> Build {
    Build {
        id: build_id(number),
        app: app.clone(),
        number,
        version: Some(format!("1.0.{number}")),
        revision: Some(revision(format!("{number:040x}"))),
        run: None,
        origin: PROVEN,
        registered_at: at,
        registered_by: Actor::pipeline("wallet-dev"),
        artifacts: vec![Artifact {
            name: "app.apk".parse().unwrap(),
            kind: ArtifactKind::Apk,
            digest: Digest::of(&bytes(number)),
            size: bytes(number).len() as u64,
            package: None,
        }],
    }
}

/// A commit of which nothing else is known.
pub fn revision(commit: String) -> Revision {
    Revision {
        commit,
        message: None,
        branch: None,
        repository: None,
        url: None,
    }
}

/// Everything is proven.
pub const PROVEN: Origin = Origin {
    run: Known::Proven,
    commit: Known::Proven,
    repository: Known::Proven,
};

/// The permission to release a build where no path leads and nothing is held, for the pipeline that made it.
pub fn grant(build: &Build, environment: &EnvironmentId, at: Timestamp) -> ReleaseGrant {
    let asked = DirectRelease {
        build,
        to: environment,
        path: None,
        packages: &[],
        holds: &[],
        run: build.run.clone(),
        by: build.registered_by.clone(),
    };
    domain::release::decide(asked, at).unwrap()
}

/// A build's release by the pipeline that made it.
pub fn release(build: &Build, environment: &EnvironmentId, at: Timestamp) -> Release {
    grant(build, environment, at).release().clone()
}

/// That something was done at noon, by the local user.
pub fn note(action: AuditAction) -> AuditRecord {
    AuditRecord::new(noon(0), Actor::local(), "local", action)
}

/// The key under which a run registers.
pub fn registration_key(app: &AppId, run: &str) -> RegistrationKey {
    RegistrationKey {
        app: app.clone(),
        run: run.to_owned(),
        attempt: "1".to_owned(),
        owner: None,
    }
}

/// A run of the pipeline `wallet-dev`.
pub fn run_id(name: &str) -> RunId {
    let run = format!("codepipeline/123456789012/eu-west-1/wallet-dev/{name}");
    run.parse().unwrap()
}

/// A pipeline by its name.
pub fn pipeline(name: &str) -> Pipeline {
    Pipeline {
        source: "codepipeline".to_owned(),
        account: Some("123456789012".to_owned()),
        region: Some("eu-west-1".to_owned()),
        name: name.to_owned(),
    }
}

/// An event of a run as a whole, seconds after noon.
pub fn event(run: &str, status: Status, seconds: i64) -> Event {
    let at = noon(0) + SignedDuration::from_secs(seconds);
    let id = format!("codepipeline:{run}-{}-{seconds}", status.word());
    Event {
        id: id.parse().unwrap(),
        run: run_id(run),
        step: None,
        pipeline: pipeline("wallet-dev"),
        occurred_at: at,
        received_at: at,
        attempt: 1,
        ordinal: Event::clock_ordinal(at, at),
        status,
        raw_status: status.word().to_uppercase(),
        facts: Facts::default(),
    }
}

/// An event of a step.
pub fn step_event(run: &str, step: &str, status: Status, seconds: i64) -> Event {
    let event = event(run, status, seconds);
    Event {
        id: format!("{}-{step}", event.id).parse().unwrap(),
        step: Some(step.parse().unwrap()),
        ..event
    }
}
