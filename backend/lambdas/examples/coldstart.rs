//! Measures a function from the start of its process: the time to its first answer and to its second, the processor's time
//! and the memory that the first took.
//!
//! `coldstart [program [script of Node.js]]`: the functions' program is the one beside this one, or the one that is named.
//! With a script, a tap of `web` is measured beside one of the script, in turns, and told as ratios.

#![expect(clippy::print_stdout, reason = "a tool for the person at the terminal")]

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::{
    functions::{Functions, job, request},
    lambda::{Lambda, Program},
    usage,
};

const TRIES: usize = 21;
const JOB: &str = "11111111-abcd-1111-abcd-111111abcdef";

#[tokio::main]
async fn main() {
    let mut world = Functions::start().await;
    let mut arguments = std::env::args().skip(1);
    if let Some(program) = arguments.next() {
        world.program = Program::new(program, &[]);
    }
    world.register().await;
    for (handler, event) in [
        ("web", request("GET", "/healthz", "", None)),
        ("events", json!({"Records": []})),
        ("action", job(JOB, "", "key")),
        ("unanswered", json!({"requestPayload": job(JOB, "", "key")})),
        ("clock", json!({})),
    ] {
        let mut tries = Vec::new();
        for _ in 0..TRIES {
            tries.push(measure(world.lambda(handler), &event).await);
        }
        print(handler, &Measured::median(&tries));
    }
    if let Some(script) = arguments.next() {
        compare(&world, &Program::new("node", &["--no-warnings", &script])).await;
    }
}

/// A tap, answered by `web` and by a script in turns, so that what else the machine does meets both.
async fn compare(world: &Functions, node: &Program) {
    let tap = request("GET", "/wallet/dev/latest.apk", "", None);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..TRIES {
        ours.push(measure(world.lambda("web"), &tap).await);
        theirs.push(measure(world.peer(node), &tap).await);
    }
    let (ours, theirs) = (Measured::median(&ours), Measured::median(&theirs));
    println!("a tap, to its redirect:");
    print("web", &ours);
    print("Node.js", &theirs);
    let ratio = |of: fn(&Measured) -> Duration| of(&theirs).as_secs_f64() / of(&ours).as_secs_f64();
    println!(
        "  Node.js takes {:.1} times as long to the first answer, {:.1} times as long to the second, \
         {:.1} times the processor, {:.1} times the memory",
        ratio(|it| it.first),
        ratio(|it| it.second),
        ratio(|it| it.processor),
        theirs.megabytes() / ours.megabytes(),
    );
}

/// What one process took.
#[derive(Clone, Copy)]
struct Measured {
    first: Duration,
    second: Duration,
    processor: Duration,
    memory: u64,
}

impl Measured {
    /// The median of each.
    fn median(tries: &[Self]) -> Self {
        Self {
            first: median(tries, |it| it.first),
            second: median(tries, |it| it.second),
            processor: median(tries, |it| it.processor),
            memory: median(tries, |it| it.memory),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "no function has that much")]
    fn megabytes(&self) -> f64 {
        self.memory as f64 / 1e6
    }
}

fn median<T: Ord>(tries: &[Measured], of: fn(&Measured) -> T) -> T {
    let mut values: Vec<T> = tries.iter().map(of).collect();
    values.sort();
    values.swap_remove(tries.len() / 2)
}

/// Starts a function and measures it.
async fn measure(lambda: impl Future<Output = Lambda>, event: &Value) -> Measured {
    let start = Instant::now();
    let lambda = lambda.await;
    answered(&lambda, event).await;
    let first = start.elapsed();
    let processor = usage::processor(lambda.process());
    let memory = usage::memory(lambda.process());
    let start = Instant::now();
    answered(&lambda, event).await;
    Measured {
        first,
        second: start.elapsed(),
        processor,
        memory,
    }
}

/// An answer that is none of an error: a peer that fails fast would look good.
async fn answered(lambda: &Lambda, event: &Value) {
    let answer = lambda.invoke(event.clone()).await.response();
    let status = answer["statusCode"].as_u64().unwrap_or(200);
    assert!(status < 400, "{answer}");
}

fn print(name: &str, it: &Measured) {
    println!(
        "  {name:10} first answer {:>7.1?}, of that on the processor {:>7.1?}   second {:>7.1?}   memory {:>5.1} MB",
        it.first,
        it.processor,
        it.second,
        it.megabytes(),
    );
}
