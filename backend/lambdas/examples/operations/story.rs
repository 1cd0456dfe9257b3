//! What the functions are sent: a run's events, and the jobs of runs that registered a build.

use domain::Timestamp;
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::{
    functions::{Functions, batch, job},
    run_events::ToldRun,
    zip::{signed_apk, zipped},
};

/// Bytes of the application that is registered.
pub(crate) const APPLICATION: usize = 25_000_000;

/// One job that registers a build, and so many more, each of another run with another application.
pub(crate) async fn registrations(world: &Functions, times: u32) -> (Value, Vec<Value>) {
    let mut jobs = Vec::new();
    for number in 0..=times {
        let key = format!("wallet-dev/BuildOutpu/{number}");
        world.put_artifact(&key, application(number)).await;
        let parameters = json!({
            "do": "register", "app": "wallet", "environment": "dev",
            "pipeline": "wallet-dev", "execution": format!("x{number}"),
            "commit": "8cf40f2a", "message": "Fix the camera", "branch": "main", "repository": "acme/wallet",
        });
        let id = format!("11111111-abcd-1111-abcd-{number:012}");
        jobs.push(job(&id, &parameters.to_string(), &key));
    }
    (jobs.remove(0), jobs)
}

/// An artifact zip with a signed package, and as much beside it as a real application has.
fn application(number: u32) -> Vec<u8> {
    // Does not deflate, as little of a package does.
    let mut state = u64::from(number) + 1;
    let mut filler = Vec::with_capacity(APPLICATION);
    while filler.len() < APPLICATION {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        filler.extend_from_slice(&state.to_le_bytes());
    }
    zipped(&[
        ("build/app-release.apk", &signed_apk()),
        ("build/app-release.aab", &filler),
        ("build/mapping.txt", b"a -> b"),
    ])
}

/// A batch of one event, and the batches of so many runs, each of all events of a run.
pub(crate) fn events(runs: u32) -> (Value, Vec<Value>) {
    let mut batches = run(0);
    for number in 1..=runs {
        batches.extend(run(number));
    }
    (batches.remove(0), batches)
}

/// A run of five stages of one action each, from its start to its end: as many batches of one event.
fn run(number: u32) -> Vec<Value> {
    let first: Timestamp = "2026-11-20T03:00:00Z".parse().unwrap();
    let run = ToldRun {
        pipeline: "wallet-dev",
        number,
        begins: first + SignedDuration::from_mins(10) * i32::try_from(number).unwrap(),
        stages: &["Source", "Build", "Test", "Register", "Deploy"].map(|stage| (stage, 1)),
        fails: false,
    };
    let events = run.events();
    let one = |event: &Value| batch(&[&event.to_string()]);
    events.iter().map(one).collect()
}
