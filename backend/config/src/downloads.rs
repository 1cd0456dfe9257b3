//! `[downloads]`: how much is given out in a day.

use domain::download::DailyLimits;
use schemars::JsonSchema;

use super::reader::{Document, Section};

pub(super) const KEYS: [&str; 3] = ["principal_per_day", "link_per_day", "link_gib_per_day"];

const MOST_DOWNLOADS: u32 = 100_000;
const MOST_GIB: u32 = 10_000;

/// How much is given out in a day of UTC. The reader makes what the portal uses of it, so this is for the schema alone.
#[expect(
    dead_code,
    clippy::struct_field_names,
    reason = "for the schema alone, whose keys these are"
)]
#[derive(JsonSchema)]
#[schemars(rename = "Downloads", deny_unknown_fields)]
pub(super) struct Downloads {
    /// The most downloads of one person, of all tokens of one owner, or of one workload. Left out, 300.
    #[schemars(range(min = 1, max = MOST_DOWNLOADS), extend("type" = "integer"))]
    principal_per_day: Option<u32>,
    /// The most downloads through one share link, which may be made to give fewer. Left out, 200.
    #[schemars(range(min = 1, max = MOST_DOWNLOADS), extend("type" = "integer"))]
    link_per_day: Option<u32>,
    /// The most GiB through one share link, which may be made to give fewer. Left out, 20.
    #[schemars(range(min = 1, max = MOST_GIB), extend("type" = "integer"))]
    link_gib_per_day: Option<u32>,
}

pub(super) fn limits(document: &Document<'_>, top: &Section<'_, '_>) -> DailyLimits {
    let usual = DailyLimits::USUAL;
    let Some((table, span)) = top.table("downloads", "{ link_per_day = 200 }") else {
        return usual;
    };
    let section = Section::open(document, "[downloads]", table, span, &KEYS);
    let downloads = |key| section.number(key, 1, MOST_DOWNLOADS);
    let gib = section.number("link_gib_per_day", 1, MOST_GIB);
    DailyLimits {
        principal: downloads("principal_per_day").unwrap_or(usual.principal),
        link: downloads("link_per_day").unwrap_or(usual.link),
        link_bytes: gib.map_or(usual.link_bytes, |gib| u64::from(gib) << 30),
    }
}
