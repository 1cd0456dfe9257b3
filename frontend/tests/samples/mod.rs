//! Sample view models: a day in a team with two apps. The gallery shows them, the tests read them.
#![allow(dead_code, reason = "the gallery and each test use a part of it")]
#![allow(
    clippy::unwrap_used,
    reason = "samples are written by hand: one that is wrong is a failing test"
)]

use domain::{
    Timestamp,
    actor::Actor,
    catalog::{App, Environment},
    event::{Pipeline, Revision},
    id::{AppId, EnvironmentId, PersonId, RunId},
    run::{RecentRuns, RunBrief},
    status::Status,
};

pub(crate) mod audit;
pub(crate) mod builds;
pub(crate) mod links;
pub(crate) mod overview;
pub(crate) mod promotions;
pub(crate) mod runs;
pub(crate) mod settings;
pub(crate) mod shown;
pub(crate) mod tester;

/// The moment that all samples are seen at.
pub(crate) fn now() -> Timestamp {
    at("2026-11-21T09:30:00Z")
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Somebody of that address.
pub(crate) fn person(address: &str, groups: Vec<String>) -> Actor {
    let id = PersonId::of("https://issuer.example", address);
    Actor::person(id, address, groups)
}

/// So many seconds before now.
pub(crate) fn before(seconds: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() - seconds).unwrap()
}

pub(crate) fn app(id: &str) -> App {
    let name = match id {
        "journal" => "Journal",
        "apidemos" => "API Demos",
        other => other,
    };
    App {
        id: id.parse().unwrap(),
        name: name.into(),
    }
}

pub(crate) fn environments() -> Vec<Environment> {
    [
        ("dev", "Development", "#2e9e5b"),
        ("preprod", "Preproduction", "#e0a100"),
        ("prod", "Production", "#c22f45"),
    ]
    .into_iter()
    .map(|(id, name, colour)| Environment {
        id: id.parse().unwrap(),
        name: name.into(),
        colour: colour.into(),
    })
    .collect()
}

pub(crate) fn environment(id: &str) -> Environment {
    environments()
        .into_iter()
        .find(|environment| environment.id.as_str() == id)
        .unwrap()
}

pub(crate) fn pipeline(name: &str) -> Pipeline {
    Pipeline {
        source: "codepipeline".into(),
        account: Some("123456789012".into()),
        region: Some("eu-west-1".into()),
        name: name.into(),
    }
}

pub(crate) fn revision(commit: &str, message: &str) -> Revision {
    Revision {
        commit: commit.repeat(5),
        message: Some(message.into()),
        branch: Some("main".into()),
        repository: Some("example/mobile".into()),
        url: Some(format!("https://git.example.com/mobile/commit/{commit}")),
    }
}

pub(crate) fn run_id(pipeline: &str, number: u32) -> RunId {
    format!(
        "codepipeline/123456789012/eu-west-1/{pipeline}/{number:08x}-1c5d-4f3e-9a51-0b2c3d4e5f60"
    )
    .parse()
    .unwrap()
}

pub(crate) fn run(
    pipeline: &str,
    number: u32,
    status: Status,
    started: i64,
    took: i64,
) -> RunBrief {
    RunBrief {
        id: run_id(pipeline, number),
        key: None,
        status,
        started_at: before(started),
        finished_at: status.is_terminal().then(|| before(started - took)),
        commit: Some(format!("{number:08x}")),
    }
}

pub(crate) fn recent(
    app: Option<&str>,
    environment: Option<&str>,
    name: &str,
    runs: Vec<RunBrief>,
) -> RecentRuns {
    RecentRuns {
        app: app.map(|id| id.parse::<AppId>().unwrap()),
        environment: environment.map(|id| id.parse::<EnvironmentId>().unwrap()),
        pipeline: pipeline(name),
        runs,
    }
}
