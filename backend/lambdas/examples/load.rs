//! Taps and pages under load: as many functions as Lambda would start for so many people at once, each busy all the time,
//! beside peers that answer the same tap.
//!
//! `load PROGRAM NODE_SCRIPT GO_PROGRAM`: the functions' program, a script of Node.js, a program of Go. They take turns, so that
//! what else the machine does meets all of them. Prints ratios: the machine, and the table and bucket on it, are shared.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a tool for the person at the terminal"
)]

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::Value;
use testkit::{
    TOWPATH,
    functions::{Functions, request},
    lambda::{Lambda, Program},
    usage,
};

/// Functions of one kind, each with a request of its own.
const INSTANCES: usize = 4;
/// Requests that each answers in one turn.
const REQUESTS: u32 = 100;
const TURNS: usize = 5;
/// More taps than are made in a day, which is as many as the portal allows.
const UNLIMITED: u32 = 100_000;
const TAP: &str = "/wallet/dev/latest.apk";

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut argument = || arguments.next().unwrap();
    let mut world = Functions::start().await;
    world.program = Program::new(argument(), &[]);
    world.register().await;
    let node = Program::new("node", &["--no-warnings", &argument()]);
    let go = Program::new(argument(), &[]);
    let mut sides = Vec::new();
    for (name, path, peer) in [
        ("web, a tap", TAP, None),
        ("Node.js, a tap", TAP, Some(&node)),
        ("Go, a tap", TAP, Some(&go)),
        ("web, a tester's page", "/wallet/dev", None),
        ("web, the overview", "/", None),
    ] {
        sides.push(Side::start(&world, name, path, peer).await);
    }
    for side in &mut sides {
        side.turn().await;
        side.forget();
    }
    for _ in 0..TURNS {
        for side in &mut sides {
            side.turn().await;
        }
    }
    print(&sides);
}

/// What is compared: some functions, and what they were asked so far.
struct Side {
    name: &'static str,
    event: Value,
    functions: Vec<Lambda>,
    took: Vec<Duration>,
    elapsed: Duration,
    processor: Duration,
}

impl Side {
    async fn start(
        world: &Functions,
        name: &'static str,
        path: &str,
        peer: Option<&Program>,
    ) -> Self {
        let config = format!("{TOWPATH}\n[downloads]\nprincipal_per_day = {UNLIMITED}\n");
        let start = async || {
            if let Some(program) = peer {
                return world.peer(program).await;
            }
            world.lambda_with("web", "TOWPATH_CONFIG", &config).await
        };
        Self {
            name,
            event: request("GET", path, "", None),
            functions: join_all((0..INSTANCES).map(|_| start())).await,
            took: Vec::new(),
            elapsed: Duration::ZERO,
            processor: Duration::ZERO,
        }
    }

    /// Each function answers its requests, one after the other, and all of them at once.
    async fn turn(&mut self) {
        let (before, began) = (self.processor_now(), Instant::now());
        let each = self.functions.iter();
        let took = join_all(each.map(|function| busy(function, &self.event))).await;
        self.elapsed += began.elapsed();
        self.processor += self.processor_now().saturating_sub(before);
        self.took.extend(took.into_iter().flatten());
    }

    /// The first requests connect, and are of no interest here.
    fn forget(&mut self) {
        self.took.clear();
        (self.elapsed, self.processor) = (Duration::ZERO, Duration::ZERO);
    }

    fn processor_now(&self) -> Duration {
        let each = self.functions.iter();
        each.map(|function| usage::processor(function.process()))
            .sum()
    }

    fn requests(&self) -> f64 {
        f64::from(u32::try_from(self.took.len()).unwrap())
    }

    /// Milliseconds within which that part of the requests was answered.
    fn within(&self, percent: usize) -> f64 {
        let mut took = self.took.clone();
        took.sort();
        took[(took.len() - 1) * percent / 100].as_secs_f64() * 1e3
    }

    fn figures(&self) -> [f64; 5] {
        let memory = self.functions.iter();
        let memory = memory
            .map(|function| usage::memory(function.process()))
            .max();
        [
            self.elapsed.as_secs_f64() * 1e3 / self.requests(),
            self.within(50),
            self.within(99),
            self.processor.as_secs_f64() * 1e3 / self.requests(),
            f64::from(u32::try_from(memory.unwrap() / 1_000_000).unwrap()),
        ]
    }
}

/// How long each request took.
async fn busy(function: &Lambda, event: &Value) -> Vec<Duration> {
    let mut took = Vec::new();
    for _ in 0..REQUESTS {
        let began = Instant::now();
        let answer = function.invoke(event.clone()).await.response();
        took.push(began.elapsed());
        let status = answer["statusCode"].as_u64().unwrap();
        assert!(status < 400, "{answer}");
    }
    took
}

/// Each side as so many times the first one.
fn print(sides: &[Side]) {
    println!(
        "{INSTANCES} functions of each kind, all busy; so many times what a tap of web takes:"
    );
    println!(
        "  {:<22}{:>12}{:>10}{:>10}{:>12}{:>10}",
        "", "in all", "median", "99 %", "processor", "memory"
    );
    let own = sides[0].figures();
    for side in sides {
        print!("  {:<22}", side.name);
        for ((figure, own), width) in side
            .figures()
            .into_iter()
            .zip(own)
            .zip([12, 10, 10, 12, 10])
        {
            print!("{:>width$.2}", figure / own);
        }
        println!();
    }
    println!(
        "  a tap of web: {:.2} ms in all, median {:.2} ms, 99 % within {:.2} ms, {:.2} ms of processor, {:.0} MB",
        own[0], own[1], own[2], own[3], own[4]
    );
}
