//! What the table's questions cost, in DynamoDB's own units, over the embedded server.
//!
//! Prints how many write units each kind of event takes, and how many reads a tester's tap is. Counts, not times: they are the
//! same on any machine.
#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot be taken has nothing to say"
)]

mod story;

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use domain::{
    actor::Actor,
    audit::{AuditAction, AuditRecord},
    build::{Artifact, ArtifactKind, Build},
    digest::Digest,
    event::Event,
    id::{AppId, EnvironmentId},
    release::DirectRelease,
    status::Status,
};
use embedded::dynamodb::{self, Storage};
use store::{
    Settings, Store, Table,
    table::{Along, Meter, Raw},
};

#[tokio::main]
async fn main() {
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let server = dynamodb::start(Storage::Memory, any).await.unwrap();
    let settings = Settings {
        region: "eu-west-1".to_owned(),
        table: "towpath".to_owned(),
        bucket: "unused".to_owned(),
        dynamodb_endpoint: Some(server.endpoint()),
        s3_endpoint: None,
        static_credentials: Some(("local".to_owned(), "local".to_owned())),
    };
    let meter = Arc::new(Meter::default());
    let table = Store::connect(&settings).await.table;
    let table = table.with_meter(Arc::clone(&meter));
    store::table::schema::create(&table).await.unwrap();
    let (wallet, dev) = ("wallet".parse().unwrap(), "dev".parse().unwrap());

    release(&table, &wallet, &dev).await;
    // As many runs as the overview shows, and more.
    for run in 0..5 {
        for (event, raw) in story::short_run(run) {
            record(&table, &event, &raw, (&wallet, &dev)).await;
        }
    }
    events(&table, &meter, (&wallet, &dev)).await;
    tap(&table, &meter, (&wallet, &dev)).await;
    server.shutdown().await;
}

/// Records one event, and gives what that cost.
async fn record(table: &Table, event: &Event, raw: &str, feed: (&AppId, &EnvironmentId)) {
    let now = event.received_at;
    let raw = Some(Raw::Inline(raw));
    table
        .events()
        .record(event, raw, Some(feed), now)
        .await
        .unwrap();
}

/// What each kind of event costs.
async fn events(table: &Table, meter: &Meter, feed: (&AppId, &EnvironmentId)) {
    println!("recording an event: write units (budget 3 for an event under 1 KB)");
    for ending in [Status::Succeeded, Status::Failed] {
        let name = format!("a run that {}", ending.word());
        let id = if ending == Status::Failed {
            "0f0e0d0f"
        } else {
            "0f0e0d0e"
        };
        let story = story::run(id, ending);
        let (mut units, mut reads) = (0.0, 0.0);
        for (kind, event, raw) in &story {
            meter.reset();
            record(table, event, raw, feed).await;
            let cost = meter.reset();
            units += cost.write_units;
            reads += cost.read_units;
            if kind.is_told() {
                println!(
                    "  {:<34} {:>4.1}   (payload of {} bytes)",
                    kind.word(),
                    cost.write_units,
                    raw.len()
                );
            }
        }
        let mean = |sum: f64| sum / f64::from(u32::try_from(story.len()).unwrap());
        println!(
            "  {name}: mean of its {} events   {:.2} written, {:.2} read",
            story.len(),
            mean(units),
            mean(reads)
        );
        meter.reset();
        let (_, event, raw) = &story[story.len() - 1];
        record(table, event, raw, feed).await;
        let cost = meter.reset();
        println!(
            "  its last event once more: {:.1}, and the refused put, which DynamoDB counts and does not tell",
            cost.write_units
        );
    }
}

/// What a tester's tap reads.
async fn tap(table: &Table, meter: &Meter, (app, environment): (&AppId, &EnvironmentId)) {
    meter.reset();
    table
        .releases()
        .current(app, environment)
        .await
        .unwrap()
        .unwrap();
    let cost = meter.reset();
    println!(
        "a tap: {} GetItem of {} bytes, {:.1} read units (budget 1 GetItem)",
        cost.requests, cost.bytes_read, cost.read_units
    );
}

/// A release, so that there is something to tap.
async fn release(table: &Table, app: &AppId, environment: &EnvironmentId) {
    let build = Build {
        id: "01KAF000000000000000000001".parse().unwrap(),
        app: app.clone(),
        number: 1,
        version: Some("1.0.0".to_owned()),
        revision: None,
        run: None,
        origin: domain::known::Origin::default(),
        registered_at: story::noon(0),
        registered_by: Actor::pipeline("wallet-dev"),
        artifacts: vec![Artifact {
            name: "app-release.apk".parse().unwrap(),
            kind: ArtifactKind::Apk,
            digest: Digest::of(b"an application"),
            size: 20_000_000,
            package: None,
        }],
    };
    let by = Actor::pipeline("wallet-dev");
    let asked = DirectRelease {
        build: &build,
        to: environment,
        path: None,
        packages: &[],
        holds: &[],
        run: None,
        by: by.clone(),
    };
    let grant = domain::release::decide(asked, story::noon(0)).unwrap();
    let note = AuditRecord::new(story::noon(0), by, "job", AuditAction::Released);
    let released = table.releases().put(&grant, Along::Nothing, &note);
    released.await.unwrap();
}
