//! The commands, a file each.

pub(crate) mod audit;
pub(crate) mod build_name;
pub(crate) mod builds;
pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod event;
pub(crate) mod holds;
pub(crate) mod inspect;
pub(crate) mod latest;
pub(crate) mod link;
pub(crate) mod privacy;
pub(crate) mod promotion;
pub(crate) mod push;
pub(crate) mod runs;
pub(crate) mod status;
pub(crate) mod token;
pub(crate) mod whoami;
pub(crate) mod withdrawals;

use std::time::Duration;

use clap::Args;
use domain::Timestamp;

use crate::client::Query;

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
    domain::words::ago(now().duration_since(at).as_secs())
}

/// How long to wait; longer than a year is not waited for.
fn parse_duration(text: &str) -> Result<Duration, String> {
    const YEAR: Duration = Duration::from_hours(366 * 24);
    domain::duration::parse(text)
        .and_then(|length| Duration::try_from(length).ok())
        .filter(|length| *length <= YEAR)
        .ok_or_else(|| format!("write {}, such as 20min", domain::duration::FORM))
}

#[expect(clippy::disallowed_methods, reason = "an edge")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// The first eight characters of a commit, or nothing.
fn commit(revision: Option<&domain::event::Revision>) -> String {
    revision.map_or_else(String::new, |revision| revision.short_commit().to_owned())
}
