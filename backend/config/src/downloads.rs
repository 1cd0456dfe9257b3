//! `[downloads]`: how much is given out in a day.

use domain::download::DailyLimits;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::reader::{Given, Leaf};

const MOST_DOWNLOADS: u32 = 100_000;
const MOST_GIB: u32 = 10_000;

/// How much is given out in a day of UTC.
#[expect(clippy::struct_field_names, reason = "keys of the file")]
#[derive(Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, example = json!({"link_per_day": 200}))]
pub(crate) struct Downloads {
    /// The most downloads of one person, of all tokens of one owner, or of one workload. Left out, 300.
    #[schemars(range(min = 1, max = MOST_DOWNLOADS))]
    principal_per_day: Option<Given<u32>>,
    /// The most downloads through one share link, which may be made to give fewer. Left out, 200.
    #[schemars(range(min = 1, max = MOST_DOWNLOADS))]
    link_per_day: Option<Given<u32>>,
    /// The most GiB through one share link, which may be made to give fewer. Left out, 20.
    #[schemars(range(min = 1, max = MOST_GIB))]
    link_gib_per_day: Option<Given<u32>>,
}

pub(crate) fn limits(downloads: &impl Leaf<Downloads>) -> DailyLimits {
    let usual = DailyLimits::USUAL;
    let Some(downloads) = downloads.value() else {
        return usual;
    };
    let number = |given: &Option<Given<u32>>| given.value().copied();
    let gib = number(&downloads.link_gib_per_day);
    DailyLimits {
        principal: number(&downloads.principal_per_day).unwrap_or(usual.principal),
        link: number(&downloads.link_per_day).unwrap_or(usual.link),
        link_bytes: gib.map_or(usual.link_bytes, |gib| u64::from(gib) << 30),
    }
}
