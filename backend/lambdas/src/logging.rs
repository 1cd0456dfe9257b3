//! One line of JSON per request, with the identifiers to find it by and never a body or a credential.
//!
//! The level holds for the portal's own crates. Others stay at warnings whatever is asked for: at their finest they write
//! whole requests, and a job's request holds live credentials.

use tracing::Level;
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt,
    prelude::*,
};

/// The crates whose lines follow the level.
const OURS: [&str; 13] = [
    "api",
    "config",
    "domain",
    "http_client",
    "identity",
    "jobs",
    "lambdas",
    "packages",
    "portal",
    "sources",
    "store",
    "targets",
    "web",
];

/// Starts logging to standard output, where Lambda takes it up. `level` is the one that `TOWPATH_LOG` asks for; what is no level
/// counts as `info`.
pub fn start(level: Option<&str>) {
    let level = level
        .and_then(|level| level.parse::<Level>().ok())
        .unwrap_or(Level::INFO);
    let targets = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_targets(OURS.map(|name| (name, level)))
        // The span with the invocation's identifier, without which no line says whose it is.
        .with_target("lambda_runtime", LevelFilter::INFO);
    let lines = fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(true)
        .with_filter(targets);
    // A second start, as in a test, changes nothing.
    let _already = tracing_subscriber::registry().with(lines).try_init();
}

#[cfg(test)]
mod tests {
    use super::OURS;

    #[test]
    fn every_crate_of_the_program_follows_the_level() {
        let backend = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        let crates = std::fs::read_dir(backend).unwrap();
        let names = crates.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        // The command line and the servers of a laptop are in no function.
        let mut linked: Vec<String> = names
            .filter(|name| !["cli", "embedded"].contains(&name.as_str()))
            .map(|name| name.replace('-', "_"))
            .collect();
        linked.sort();
        assert_eq!(linked, OURS);
    }
}
