//! The commands, a file each.

pub(crate) mod builds;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod event;
pub(crate) mod latest;
pub(crate) mod push;
pub(crate) mod runs;
pub(crate) mod status;

use clap::Args;
use domain::Timestamp;

use crate::api::Query;

/// Which part of a list to show.
#[derive(Args)]
pub(crate) struct ListOptions {
    /// How many, 1 to 100
    #[arg(long, default_value_t = 25, value_parser = clap::value_parser!(u8).range(1..=100))]
    limit: u8,
    /// Where to start: what the page before ended with
    #[arg(long)]
    cursor: Option<String>,
}

impl ListOptions {
    fn query(&self) -> Query {
        let cursor = self.cursor.clone().map(|cursor| ("cursor", cursor));
        [("limit", self.limit.to_string())]
            .into_iter()
            .chain(cursor)
            .collect()
    }
}

/// How long ago something was.
fn ago(at: Timestamp) -> String {
    portal::words::ago(now().duration_since(at).as_secs())
}

#[expect(clippy::disallowed_methods, reason = "an edge")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// The first eight characters of a commit, or nothing.
fn commit(revision: Option<&domain::event::Revision>) -> String {
    revision.map_or_else(String::new, |revision| revision.short_commit().to_owned())
}
