//! Measures what each operation of the portal takes of AWS: units of the table, calls of the bucket, time of the processor,
//! memory. Prints JSON, from which `infra/cost` makes the page of costs.
//!
//! `operations [program]`: the functions' program is the one beside this one, or the one that is named. It runs as Lambda
//! runs it, and what it calls is counted on the way. Units and calls are the same on any machine; times are this machine's.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a tool for the person at the terminal"
)]

mod meter;
mod partitions;
mod story;

use std::time::Duration;

use meter::{Counts, Meter, Service};
use serde_json::{Map, Value, json};
use testkit::{
    functions::{Functions, request},
    lambda::{Lambda, Program},
    usage,
};

/// Requests of one kind that are measured, after one that is not: it makes the connections.
const TIMES: u32 = 20;

#[tokio::main]
async fn main() {
    let mut world = Functions::start().await;
    if let Some(program) = std::env::args().nth(1) {
        world.program = Program::new(program, &[]);
    }
    let meters = Meters::start(&mut world).await;
    let mut operations = Map::new();
    let mut note = |name: &str, measured: Value| operations.insert(name.to_owned(), measured);

    let (first, builds) = story::registrations(&world, TIMES).await;
    note(
        "register",
        meters.measure(&world, "action", first, builds).await,
    );
    world.codepipeline.success();
    let (first, events) = story::events(TIMES);
    note(
        "event",
        meters.measure(&world, "events", first, events).await,
    );
    for (name, path) in [
        ("overview", "/"),
        ("tester", "/wallet/dev"),
        ("tap", "/wallet/dev/latest.apk"),
    ] {
        let request = || request("GET", path, "", None);
        let requests = (0..TIMES).map(|_| request()).collect();
        note(
            name,
            meters.measure(&world, "web", request(), requests).await,
        );
    }
    let ticks = (0..TIMES).map(|_| json!({})).collect();
    note(
        "tick",
        meters.measure(&world, "clock", json!({}), ticks).await,
    );
    println!("{}", serde_json::to_string_pretty(&operations).unwrap());
}

/// The meters of both services.
struct Meters {
    table: Meter,
    objects: Meter,
}

impl Meters {
    /// Puts a meter between the functions and each service.
    async fn start(world: &mut Functions) -> Self {
        let table = Meter::start(Service::DynamoDb, world.endpoint("DYNAMODB")).await;
        let objects = Meter::start(Service::S3, world.endpoint("S3")).await;
        world.set_endpoint("DYNAMODB", &table.1);
        world.set_endpoint("S3", &objects.1);
        Self {
            table: table.0,
            objects: objects.0,
        }
    }

    /// Sends the first event, which is not measured, and then the others; the mean of what one of those took.
    async fn measure(
        &self,
        world: &Functions,
        handler: &str,
        first: Value,
        events: Vec<Value>,
    ) -> Value {
        let lambda = world.lambda(handler).await;
        answered(&lambda, first).await;
        self.counts();
        let before = usage::processor(lambda.process());
        let times = f64::from(u32::try_from(events.len()).unwrap());
        for event in events {
            answered(&lambda, event).await;
        }
        let processor = usage::processor(lambda.process()).saturating_sub(before);
        told(
            self.counts(),
            processor,
            times,
            usage::memory(lambda.process()),
        )
    }

    /// What both counted since they were asked last.
    fn counts(&self) -> (Counts, Counts) {
        (self.table.reset(), self.objects.reset())
    }
}

async fn answered(lambda: &Lambda, event: Value) {
    let answer = lambda.invoke(event).await.response();
    let status = answer["statusCode"].as_u64().unwrap_or(200);
    assert!(status < 400, "{answer}");
    let failed = answer["batchItemFailures"].as_array().map_or(0, Vec::len);
    assert_eq!(failed, 0, "{answer}");
}

fn told(counts: (Counts, Counts), processor: Duration, times: f64, memory: u64) -> Value {
    let (table, objects) = counts;
    let mean = |sum: f64| (sum / times * 100.0).round() / 100.0;
    json!({
        "read_units": mean(table.read_units),
        "write_units": mean(table.write_units),
        "table_calls": mean(f64::from(table.table_calls)),
        "object_reads": mean(f64::from(objects.object_reads)),
        "object_writes": mean(f64::from(objects.object_writes)),
        "object_calls": mean(f64::from(objects.object_calls)),
        "processor_ms": mean(processor.as_secs_f64() * 1000.0),
        "memory_mb": memory / 1_000_000,
        "hottest": table.partitions.hottest(times),
    })
}
