//! What the portal itself computes for an event and for a tap, without the network and the SDKs' conversations.
//!
//! `cargo run --release --example own_cpu -p portal`

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use domain::{
    Timestamp,
    access::{Action, Decision, Grant, Role, Scope, decide},
    actor::Actor,
    build::{Artifact, ArtifactKind, Build},
    digest::Digest,
    download::LINK_LIFETIME,
    event::Event,
    id::{AppId, EnvironmentId, FileName},
    package::Package,
    release::Release,
    run::{Run, Step},
};
use store::{Settings, Store};

type Anything = Result<(), Box<dyn std::error::Error>>;

const LOOPS: u32 = 20_000;

/// One event of a whole run, and one of a step.
const EVENTS: [&str; 2] = [
    include_str!("../../sources/src/codepipeline/samples/event-pipeline-started.json"),
    include_str!("../../sources/src/codepipeline/samples/event-action-succeeded-source.json"),
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Anything {
    let now: Timestamp = "2026-11-21T03:00:00Z".parse()?;
    let parse = each(|| EVENTS.map(|body| sources::parse(black_box(body.as_bytes()), now).is_ok()));
    let redact = each(|| EVENTS.map(|body| sources::redact(black_box(body.as_bytes())).len()));
    let mut events: Vec<Event> = Vec::new();
    for body in EVENTS {
        events.extend(sources::parse(body.as_bytes(), now)?.events);
    }
    let join = each(|| events.iter().map(join).collect::<Vec<_>>());
    let events = u32::try_from(EVENTS.len())?;
    print("event: parse", parse / events);
    print("event: redact", redact / events);
    print("event: seed and join", join / events);
    print("event: together", (parse + redact + join) / events);

    let tap = tap(now).await?;
    print("tap: authorise, pick and sign", tap);
    Ok(())
}

/// What an event adds to a run and a step that are known.
fn join(event: &Event) -> (Run, Option<Step>) {
    let run = Run::seed(event).join(Run::seed(black_box(event)));
    let step = Step::seed(event).zip(Step::seed(black_box(event)));
    (run, step.map(|(a, b)| a.join(b)))
}

/// What a tap computes between its one read and its one write.
async fn tap(now: Timestamp) -> Result<Duration, Box<dyn std::error::Error>> {
    let store = Store::connect(&Settings {
        region: "eu-west-1".to_owned(),
        table: "towpath".to_owned(),
        bucket: "releases".to_owned(),
        dynamodb_endpoint: Some("http://127.0.0.1:9".to_owned()),
        s3_endpoint: Some("http://127.0.0.1:9".to_owned()),
        static_credentials: Some(("id".to_owned(), "secret".to_owned())),
    })
    .await;
    let actor = testkit::member("ada@example.com", vec!["testers".to_owned()]);
    let release = release(now)?;
    let stored = serde_json::to_vec(&release)?;
    // The first link fetches the credentials, which are kept.
    link(&store, &actor, &stored, now).await?;
    let start = Instant::now();
    for _ in 0..LOOPS {
        black_box(link(&store, &actor, &stored, now).await?);
    }
    Ok(start.elapsed() / LOOPS)
}

async fn link(
    store: &Store,
    actor: &Actor,
    stored: &[u8],
    now: Timestamp,
) -> Result<String, Box<dyn std::error::Error>> {
    let release: Release = serde_json::from_slice(stored)?;
    let environments = std::slice::from_ref(&release.environment);
    let app = &release.app;
    let tap = Action::Download { app, environments };
    assert_eq!(decide(actor, &grants(), tap), Decision::Allowed);
    let install = release.install(Some("arm64-v8a"))?;
    let (app, name) = (&release.app, &install.name);
    let key = format!("artifacts/{app}/{}/{name}", install.digest);
    let content_type = ArtifactKind::Apk.content_type(name);
    let objects = &store.objects;
    let link = objects.presign_get(&key, name, content_type, now, LINK_LIFETIME);
    Ok(link.await?)
}

fn grants() -> Vec<Grant> {
    vec![Grant {
        role: Role::Tester,
        groups: vec!["testers".to_owned()],
        apps: Scope::All,
        environments: Scope::All,
    }]
}

fn release(now: Timestamp) -> Result<Release, Box<dyn std::error::Error>> {
    let app: AppId = "wallet".parse()?;
    let environment: EnvironmentId = "dev".parse()?;
    let mut artifacts = Vec::new();
    for abi in ["arm64-v8a", "armeabi-v7a", "x86_64"] {
        let name: FileName = format!("app-{abi}-release.apk").parse()?;
        artifacts.push(Artifact {
            kind: ArtifactKind::of(&name),
            digest: Digest::of(abi.as_bytes()),
            name,
            size: 20_000_000,
            package: Some(Package {
                abis: vec![abi.to_owned()],
                ..Package::default()
            }),
        });
    }
    for artifact in &mut artifacts {
        if let Some(package) = &mut artifact.package {
            package.signing.v2 = vec![Digest::of(b"certificate")];
        }
    }
    let build = Build {
        id: "01KAHA9V000000000000000000".parse()?,
        app,
        number: 7,
        version: Some("1.4.2".to_owned()),
        revision: None,
        run: None,
        origin: domain::known::Origin::default(),
        registered_at: now,
        registered_by: Actor::local(),
        artifacts,
    };
    Ok(Release::of(&build, environment, None, now, Actor::local()))
}

fn each<T>(mut work: impl FnMut() -> T) -> Duration {
    let start = Instant::now();
    for _ in 0..LOOPS {
        black_box(work());
    }
    start.elapsed() / LOOPS
}

fn print(what: &str, time: Duration) {
    println!("{what}: {} ns", time.as_nanos());
}
