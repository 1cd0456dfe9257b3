//! Prints what a package or a bundle says and what reading it cost, for people and for the benchmark.
//!
//! `cargo run --release -p packages --example inspect -- FILE…`

use std::{path::Path, process::ExitCode, time::Instant};

use futures::executor::block_on;
use packages::{
    apk, bundle,
    source::{LocalFile, Metered, ReadAt as _},
};

fn main() -> ExitCode {
    let mut failed = false;
    for path in std::env::args().skip(1) {
        match LocalFile::open(&path) {
            Ok(file) => report(&path, &Metered::new(file)),
            Err(error) => {
                eprintln!("{path}: {error}");
                failed = true;
            }
        }
    }
    ExitCode::from(u8::from(failed))
}

fn report(path: &str, source: &Metered<LocalFile>) {
    let start = Instant::now();
    let ending = Path::new(path).extension();
    let inspection = if ending.is_some_and(|ending| ending == "aab") {
        block_on(bundle::inspect(source))
    } else {
        block_on(apk::inspect(source))
    };
    let micros = start.elapsed().as_micros();
    let package = inspection.package;
    println!("{package:#?}");
    // One line of key=value, for scripts.
    println!(
        "file={path} size={} micros={micros} requests={} fetched={} peak_kb={}",
        source.size(),
        source.requests(),
        source.fetched(),
        peak_memory().unwrap_or_default(),
    );
}

/// The most memory that this process ever held, in kB, as Linux counts it.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
