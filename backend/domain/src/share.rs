//! Share links: a build for people without an account, for a while.
//!
//! What a link still gives is decided here, from its record and the time alone. Whether its maker may still share, and
//! whether there is a build to give, is asked at each look and at each tap, of the same rules as everyone else's.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    access::{Permission, Permit, Scope},
    actor::Actor,
    download::{Allowance, DailyLimits},
    id::{AppId, BuildId, EnvironmentId, LinkId},
    install::Forecast,
    package::Package,
};

/// The hours that a link may live.
pub const HOURS: std::ops::RangeInclusive<u32> = 1..=30 * 24;

/// The downloads that a link may be limited to.
pub const LIMITS: std::ops::RangeInclusive<u32> = 1..=1000;

/// How many wrong passwords lock a link.
pub const MOST_GUESSES: u32 = 5;

/// For how long they lock it.
pub const LOCKED_FOR: SignedDuration = SignedDuration::from_mins(15);

/// For how long a tap may be repeated without being counted again: a phone that lost the answer asks once more.
pub const REPEATED_FOR: SignedDuration = SignedDuration::from_mins(10);

/// How often.
pub const MOST_REPEATS: u32 = 5;

/// A share link, without what opens it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShareLink {
    /// Its public half, which names it.
    pub id: LinkId,
    /// What it gives.
    pub what: Shared,
    /// Who made it.
    pub by: Actor,
    /// When.
    pub made_at: Timestamp,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// How many downloads it gives; left out, any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// How many downloads it gives in a day, where that is fewer than any link may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_day: Option<u32>,
    /// How many bytes it gives in a day, where that is fewer than any link may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_per_day: Option<u64>,
    /// How many it gave.
    pub used: u32,
    /// When it gave the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
    /// Who revoked it, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Revoked>,
    /// Whether it asks for a password.
    pub has_password: bool,
}

/// What a share link gives.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Shared {
    /// One build.
    Build {
        /// The app.
        app: AppId,
        /// The build.
        build: BuildId,
        /// Its number.
        number: u64,
    },
    /// Whatever an environment serves at the time of the tap.
    Newest {
        /// The app.
        app: AppId,
        /// The environment.
        environment: EnvironmentId,
    },
}

/// That a link was revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Revoked {
    /// By whom.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

/// Whether a link still gives something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "openapi",
    derive(utoipa::ToSchema),
    schema(as = LinkStanding)
)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It does.
    Live,
    /// Its time is over.
    Expired,
    /// Someone revoked it, or the person who made it may no longer share this.
    Revoked,
    /// It gave all the downloads that it had.
    Spent,
}

/// A link, for those who may see that it is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkView {
    /// The link.
    pub link: ShareLink,
    /// Whether it still gives something.
    pub standing: Standing,
}

/// Share links, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinksView {
    /// One's own; for those who manage other people's, all of them.
    pub links: Vec<LinkView>,
    /// When this was true.
    pub as_of: Timestamp,
}

/// A link that was made just now: the only time that its address is told.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MadeLink {
    /// The link.
    pub link: ShareLink,
    /// Its address. Anyone who has it can download, so it is a secret.
    pub address: String,
}

impl std::fmt::Debug for MadeLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MadeLink")
            .field("link", &self.link)
            .finish_non_exhaustive()
    }
}

/// What the holder of a link sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareView {
    /// What is there for them.
    pub shows: Shows,
    /// Until when the link works.
    pub expires_at: Timestamp,
    /// How many downloads it has left; none if it has no limit.
    pub left: Option<u32>,
}

/// What a share link's page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shows {
    /// A build to take.
    Offer(Offer),
    /// It asks for the password first, and tells nothing before.
    Password,
    /// Too many wrong passwords, until then.
    Locked(Timestamp),
    /// It gave what it may give in a day, and goes on then.
    Paused(Timestamp),
    /// There is nothing to give at the moment.
    Nothing(Lack),
    /// The link is over.
    Ended(Standing),
}

/// A build to take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The app's name.
    pub app: String,
    /// The name of the environment that serves it, for a link to the newest.
    pub environment: Option<String>,
    /// The build's number.
    pub number: u64,
    /// The version that people read.
    pub version: Option<String>,
    /// The file's size in bytes.
    pub size: u64,
    /// What the package says of itself.
    pub package: Option<Box<Package>>,
    /// What Android will do, as far as this package alone tells.
    pub warnings: Vec<Forecast>,
}

/// Why a link that works has nothing to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// Nothing is released there yet.
    NotYet,
    /// The build was withdrawn.
    Withdrawn,
    /// It holds no package that Android installs.
    NoPackage,
}

impl ShareLink {
    /// Whether it still gives something.
    pub fn standing(&self, now: Timestamp) -> Standing {
        if self.revoked.is_some() {
            Standing::Revoked
        } else if now >= self.expires_at {
            Standing::Expired
        } else if self.left() == Some(0) {
            Standing::Spent
        } else {
            Standing::Live
        }
    }

    /// How many downloads it has left; none if it has no limit.
    pub fn left(&self) -> Option<u32> {
        self.limit.map(|limit| limit.saturating_sub(self.used))
    }

    /// What it gives in a day at the most: what any link may give, unless it was made to give less.
    pub fn allowance(&self, limits: &DailyLimits) -> Allowance {
        Allowance {
            downloads: self.per_day.map_or(limits.link, |own| own.min(limits.link)),
            bytes: self
                .bytes_per_day
                .map_or(limits.link_bytes, |own| own.min(limits.link_bytes)),
        }
    }

    /// What its holder is permitted: to download this app, from where it says.
    pub fn permit(&self) -> Permit {
        Permit {
            may: vec![Permission::Download],
            apps: Scope::Only(vec![self.what.app().clone()]),
            environments: match &self.what {
                Shared::Build { .. } => Scope::All,
                Shared::Newest { environment, .. } => Scope::Only(vec![environment.clone()]),
            },
        }
    }
}

impl Shared {
    /// The app that it is of.
    pub const fn app(&self) -> &AppId {
        match self {
            Self::Build { app, .. } | Self::Newest { app, .. } => app,
        }
    }
}

/// Until when so many wrong passwords, the last at that time, keep a link locked; none if they do not.
pub fn locked_until(guesses: u32, last: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let until = last.saturating_add(LOCKED_FOR).unwrap_or(Timestamp::MAX);
    (guesses >= MOST_GUESSES && now < until).then_some(until)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minute * 60).unwrap()
    }

    /// A link that works for an hour.
    fn link(limit: Option<u32>, used: u32, revoked: bool) -> ShareLink {
        let by = Actor::local();
        ShareLink {
            id: "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap(),
            what: Shared::Newest {
                app: "wallet".parse().unwrap(),
                environment: "dev".parse().unwrap(),
            },
            by: by.clone(),
            made_at: at(0),
            expires_at: at(60),
            limit,
            per_day: None,
            bytes_per_day: None,
            used,
            last_used_at: None,
            revoked: revoked.then(|| Revoked { by, at: at(1) }),
            has_password: false,
        }
    }

    #[test]
    fn a_link_works_until_it_is_revoked_or_over_or_spent() {
        use Standing::{Expired, Live, Revoked, Spent};
        let table = [
            (link(None, 0, false), 0, Live),
            (link(None, 1_000_000, false), 59, Live),
            (link(None, 0, false), 60, Expired),
            (link(Some(1), 0, false), 1, Live),
            (link(Some(1), 1, false), 1, Spent),
            (link(Some(3), 2, false), 1, Live),
            // More than its limit, however that came about, is no more than spent.
            (link(Some(3), 4, false), 1, Spent),
            (link(Some(1), 1, false), 60, Expired),
            (link(None, 0, true), 2, Revoked),
            (link(Some(1), 1, true), 60, Revoked),
        ];
        for (link, minute, expected) in table {
            assert_eq!(link.standing(at(minute)), expected, "{link:?} at {minute}");
        }
    }

    #[test]
    fn a_link_may_give_less_in_a_day_than_any_link_and_never_more() {
        let limits = DailyLimits {
            principal: 1,
            link: 20,
            link_bytes: 1000,
        };
        let allowance = |per_day, bytes_per_day| {
            let link = ShareLink {
                per_day,
                bytes_per_day,
                ..link(None, 0, false)
            };
            let Allowance { downloads, bytes } = link.allowance(&limits);
            (downloads, bytes)
        };
        assert_eq!(allowance(None, None), (20, 1000));
        assert_eq!(allowance(Some(5), Some(10)), (5, 10));
        // It was made when links might give more.
        assert_eq!(allowance(Some(50), Some(5000)), (20, 1000));
    }

    #[test]
    fn what_is_left_is_never_below_nothing() {
        let left = |limit, used| link(limit, used, false).left();
        assert_eq!(left(None, 7), None);
        assert_eq!(left(Some(3), 1), Some(2));
        assert_eq!(left(Some(3), 9), Some(0));
    }

    #[test]
    fn five_wrong_passwords_lock_a_link_for_a_quarter_of_an_hour() {
        assert_eq!(locked_until(4, at(0), at(0)), None);
        assert_eq!(locked_until(5, at(0), at(0)), Some(at(15)));
        assert_eq!(locked_until(5, at(0), at(14)), Some(at(15)));
        assert_eq!(locked_until(5, at(0), at(15)), None);
    }

    #[test]
    fn a_link_permits_its_own_app_and_place_alone() {
        let permit = link(None, 0, false).permit();
        assert_eq!(permit.may, [Permission::Download]);
        assert!(permit.apps.holds(&"wallet".parse().unwrap()));
        assert!(!permit.apps.holds(&"shop".parse().unwrap()));
        assert!(permit.environments.holds(&"dev".parse().unwrap()));
        assert!(!permit.environments.holds(&"prod".parse().unwrap()));
    }

    #[test]
    fn the_address_of_a_new_link_is_not_printed() {
        let made = MadeLink {
            link: link(None, 0, false),
            address: "https://t.example/share/secret".to_owned(),
        };
        assert!(!format!("{made:?}").contains("secret"));
    }
}
