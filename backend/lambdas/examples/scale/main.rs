//! Whether history costs anything: a million events of 40,000 runs go through the handler of `events` into the
//! embedded table, and what events and pages take is counted at each power of ten.
//!
//! `scale [events]`: so many events, at least 100. Prints counts and ratios. Fails if a page reads more bytes at the end than
//! at 100 events, by more than 5 %. Wants 4 GB of memory for a million: the table is kept there.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for the person at the terminal"
)]

mod overview;
mod pages;
mod team;

use std::{process::ExitCode, time::Instant};

use futures::{StreamExt, stream};
use pages::Shown;
use store::table::Reading;
use team::{MEAN_EVENTS, Team};
use testkit::usage;

/// Where the history is measured first.
const FIRST: u32 = 100;
const ALL: u32 = 1_000_000;
/// Runs that are told of at one time, as those of one team are.
const AT_ONCE: usize = 8;
/// Runs between two signs of life.
const SAID: u32 = 1_000;
/// A page may read so many times the bytes at the end.
const GROWTH: f64 = 1.05;

#[tokio::main]
async fn main() -> ExitCode {
    let events = std::env::args().nth(1).map(|text| text.parse().unwrap());
    let events: u32 = events.unwrap_or(ALL).max(FIRST);
    let team = Team::start().await;
    println!("events: what each of them takes, in the mean of those since the line above");
    let mut measured = Vec::new();
    let (mut told, mut wanted) = (0, FIRST);
    while wanted <= events {
        let runs = told..wanted / MEAN_EVENTS;
        told = runs.end;
        tell(&team, runs, events / MEAN_EVENTS).await.print(wanted);
        measured.push((wanted, pages::measure(&team).await));
        wanted = wanted.saturating_mul(10);
    }
    pages::print(&measured);
    overview::print().await;
    let peak = usage::memory(std::process::id()) / 1_000_000;
    println!("this process held {peak} MB at the most, the table included");
    let grown = grown(&measured);
    for (page, ratio) in &grown {
        eprintln!(
            "scale: {page} reads {ratio:.2} times the bytes at the end: {GROWTH} are allowed"
        );
    }
    if grown.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// What events took.
struct Took {
    events: u32,
    reading: Reading,
    processor: f64,
}

impl Took {
    fn print(&self, in_all: u32) {
        let events = f64::from(self.events);
        #[expect(clippy::cast_precision_loss, reason = "a mean")]
        let mean = |sum: u64| sum as f64 / events;
        println!(
            "  to {in_all:>9} events   {:.2} written, {:.2} read units, {:.2} requests, {:>5.0} bytes read   {:>5.0} µs of \
             processor, the table's part included",
            self.reading.write_units / events,
            self.reading.read_units / events,
            mean(self.reading.requests),
            mean(self.reading.bytes_read),
            self.processor / events * 1e6,
        );
    }
}

/// Has the handler told of these runs, of so many in all.
async fn tell(team: &Team, runs: std::ops::Range<u32>, of: u32) -> Took {
    let process = std::process::id();
    let (processor, began) = (usage::processor(process), Instant::now());
    team.portal.meter.reset();
    let first = runs.start;
    let events = stream::iter(runs)
        .map(|run| async move {
            let events = team.tell(run).await;
            if run % SAID == 0 && run > first {
                let pace = f64::from(run - first) / began.elapsed().as_secs_f64();
                let left = f64::from(of - run) / pace / 60.0;
                eprintln!("  {run} of {of} runs, about {left:.0} minutes to go");
            }
            events
        })
        .buffer_unordered(AT_ONCE)
        .fold(0, async |sum, events| sum + events)
        .await;
    Took {
        events,
        reading: team.portal.meter.reset(),
        processor: usage::processor(process)
            .saturating_sub(processor)
            .as_secs_f64(),
    }
}

/// The pages that read more than they may at the end, and how many times what they read at first.
fn grown(measured: &[(u32, Vec<Shown>)]) -> Vec<(&'static str, f64)> {
    let ((_, first), (_, last)) = (measured.first().unwrap(), measured.last().unwrap());
    let pages = first.iter().zip(last);
    pages
        .map(|(first, last)| (first.page, last.growth_since(first)))
        .filter(|(_, ratio)| *ratio > GROWTH)
        .collect()
}
