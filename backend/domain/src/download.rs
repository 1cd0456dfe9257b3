//! Links to bytes that were granted.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    actor::Actor,
    digest::Digest,
    id::{AppId, BuildId, EnvironmentId, FileName, LinkId},
};

/// How long a link to bytes works. It is made per tap, so it need not live longer than a tap takes on a slow phone.
pub const LINK_LIFETIME: SignedDuration = SignedDuration::from_mins(5);

/// The seconds of a day.
const DAY: i64 = 24 * 3600;

/// How much is given out in a day of UTC, so that what leaks costs no more than that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DailyLimits {
    /// The most downloads of one principal: a person, all tokens of one owner, a workload.
    pub principal: u32,
    /// The most downloads through one share link.
    pub link: u32,
    /// The most bytes through one share link.
    pub link_bytes: u64,
}

/// What one share link may give in a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The most downloads.
    pub downloads: u32,
    /// The most bytes. The first download of a day is given whatever its size is: else a larger file would be given never.
    pub bytes: u64,
}

/// What was given out on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// When the day ends, in seconds since 1970.
    pub ends: i64,
    /// How many downloads.
    pub downloads: u32,
    /// How many bytes.
    pub bytes: u64,
}

impl DailyLimits {
    /// What applies where nothing is configured.
    pub const USUAL: Self = Self {
        principal: 300,
        link: 200,
        link_bytes: 20 << 30,
    };
}

impl Default for DailyLimits {
    fn default() -> Self {
        Self::USUAL
    }
}

impl Allowance {
    /// Until when no more is given of a file of that size, after what was given on the latest day; none if it is given now.
    pub fn paused_until(
        &self,
        given: Option<Given>,
        size: u64,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let given = given.filter(|given| given.is_of(now))?;
        let over =
            given.downloads >= self.downloads || given.bytes.saturating_add(size) > self.bytes;
        over.then(|| Timestamp::from_second(given.ends).unwrap_or(now))
    }
}

impl Given {
    /// Whether its day is not over yet.
    pub fn is_of(&self, now: Timestamp) -> bool {
        self.ends > now.as_second()
    }
}

/// When the day of UTC ends that a moment is of.
pub fn day_ends(at: Timestamp) -> Timestamp {
    let ends = (at.as_second().div_euclid(DAY) + 1) * DAY;
    Timestamp::from_second(ends).unwrap_or(Timestamp::MAX)
}

/// A link that was granted: who got what, when. Whether the bytes were then fetched, only the bucket knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Download {
    /// The build that the file is of.
    pub build: BuildId,
    /// The app.
    pub app: AppId,
    /// The environment that it was asked for in, when it was asked for as that environment's current build.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentId>,
    /// The file.
    pub artifact: Digest,
    /// The file's name.
    pub name: FileName,
    /// To whom.
    pub by: Actor,
    /// The share link that it was asked for through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkId>,
    /// When.
    pub at: Timestamp,
    /// What the caller's program called itself, at the most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_ends_at_midnight_of_utc() {
        let midnight = at("2026-11-22T00:00:00Z");
        assert_eq!(day_ends(at("2026-11-21T00:00:00Z")), midnight);
        assert_eq!(day_ends(at("2026-11-21T23:59:59.999Z")), midnight);
        assert_eq!(day_ends(midnight), at("2026-11-23T00:00:00Z"));
        assert_eq!(
            day_ends(at("1969-12-31T23:00:00Z")),
            at("1970-01-01T00:00:00Z")
        );
    }

    #[test]
    fn a_link_pauses_where_its_downloads_or_bytes_of_the_day_are_given() {
        let (noon, midnight) = (at("2026-11-21T12:00:00Z"), at("2026-11-22T00:00:00Z"));
        let allowance = Allowance {
            downloads: 3,
            bytes: 100,
        };
        let after = |downloads, bytes, size, now| {
            let ends = midnight.as_second();
            let given = Given {
                ends,
                downloads,
                bytes,
            };
            allowance.paused_until(Some(given), size, now)
        };
        assert_eq!(after(2, 60, 40, noon), None);
        assert_eq!(after(2, 61, 40, noon), Some(midnight));
        assert_eq!(after(3, 0, 1, noon), Some(midnight));
        assert_eq!(after(9, u64::MAX, 1, noon), Some(midnight));
        // The day after, all of it is there again.
        assert_eq!(after(3, 100, 40, midnight), None);
        // A file that is larger than a day's bytes is given once a day.
        assert_eq!(allowance.paused_until(None, 200, noon), None);
        assert_eq!(after(1, 200, 200, noon), Some(midnight));
        assert_eq!(after(1, 200, 200, midnight), None);
    }
}
