//! Prints, for each function, the time from the start of its process to its first answer, and of a warm one.
//!
//! `cargo build --release -p lambdas && cargo run --release -p lambdas --example coldstart`

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a tool for the person at the terminal"
)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::time::{Duration, Instant};

use common::world::{World, job};
use serde_json::{Value, json};

const TRIES: usize = 21;

#[tokio::main]
async fn main() {
    let world = World::start().await;
    let web = json!({
        "version": "2.0",
        "rawPath": "/healthz",
        "rawQueryString": "",
        "headers": {"host": "127.0.0.1"},
        "requestContext": {"http": {"method": "GET", "path": "/healthz"}, "stage": "$default"},
        "isBase64Encoded": false,
    });
    let action = job("11111111-abcd-1111-abcd-111111abcdef", "", "key");
    for (handler, event) in [
        ("web", web),
        ("events", json!({"Records": []})),
        ("action", action),
        ("clock", json!({})),
    ] {
        let (cold, warm) = measure(&world, handler, &event).await;
        println!("{handler:7} first answer {cold:>7.1?}   then {warm:>7.1?}");
    }
}

/// The medians of the first and the second answer.
async fn measure(world: &World, handler: &str, event: &Value) -> (Duration, Duration) {
    let (mut cold, mut warm) = (Vec::new(), Vec::new());
    for _ in 0..TRIES {
        let start = Instant::now();
        let lambda = world.lambda(handler).await;
        lambda.invoke(event.clone()).await.response();
        cold.push(start.elapsed());
        let start = Instant::now();
        lambda.invoke(event.clone()).await.response();
        warm.push(start.elapsed());
    }
    (median(cold), median(warm))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
