//! Share links, and how they are used.
//!
//! A use is counted in the transaction that records its download, on condition that there is one left. What a tap brings
//! along to be known by is kept for a while, so that a tap whose answer was lost is repeated and not counted twice.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Timestamp,
    actor::Actor,
    audit::AuditRecord,
    digest::Digest,
    download::{Allowance, Download, Given, day_ends},
    id::LinkId,
    share::{LOCKED_FOR, MOST_GUESSES, MOST_REPEATS, REPEATED_FOR, Revoked, ShareLink, Standing},
};
use serde::{Deserialize, Serialize};

use super::{
    calls::{Change, Condition, Write, Written},
    downloads,
    handle::Links,
    item, keys,
    tries::Tries,
};
use crate::{Error, Result};

/// How long a link is known after its end: 30 days.
const KEPT_SECONDS: i64 = 30 * 24 * 3600;

/// How long a tap is kept at the least: a day.
const TAP_KEPT_SECONDS: i64 = 24 * 3600;

/// Until when a link works, in seconds since 1970, for conditions: times as text do not all compare as times.
const UNTIL: &str = "works_until";

/// A link with what opens it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRecord {
    #[serde(flatten)]
    pub link: ShareLink,
    /// Those groups of its maker that had a role when it was made.
    pub groups: Vec<String>,
    /// SHA-256 of its secret.
    pub secret: Digest,
    /// What is kept of its password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<PasswordRecord>,
    /// Passwords that were tried since the last right one.
    pub guesses: u32,
    /// When the last was tried, in seconds since 1970.
    pub guessed_at: i64,
    /// What it gave on the latest day that it gave something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub today: Option<Given>,
}

/// A password as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordRecord {
    /// How often it was hashed.
    pub rounds: u32,
    /// What it was hashed with, in hexadecimal.
    pub salt: String,
    /// What came out, in hexadecimal.
    pub hash: String,
}

/// A tap on a link.
#[derive(Clone, Copy, Debug)]
pub struct Tap<'a> {
    pub link: &'a LinkId,
    /// What the tap is known by.
    pub name: &'a str,
    /// Whether a password has to have opened it before.
    pub opened: bool,
    /// The size of the file that it gives, in bytes.
    pub size: u64,
    /// What the link gives in a day at the most.
    pub allowance: Allowance,
    /// What it gave on its latest day, as it was read last.
    pub today: Option<Given>,
}

/// What became of a tap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tapped {
    /// It was counted.
    Counted,
    /// It was counted before, and is repeated.
    Repeated,
    /// It is too old to be repeated, or was repeated too often, or was not opened by a password.
    Stale,
    /// The link is over.
    Over,
    /// The link gave what it may give in a day.
    Paused,
}

impl LinkRecord {
    /// Its maker, with the groups that they had.
    pub fn owner(&self) -> Actor {
        Actor {
            groups: self.groups.clone(),
            ..self.link.by.clone()
        }
    }
}

impl Links<'_> {
    /// Keeps a new link.
    pub async fn put(self, record: &LinkRecord, note: &AuditRecord) -> Result<()> {
        let link = &record.link;
        let end = link.expires_at.as_second();
        let mut item = item::of(&keys::link(&link.id), record)?;
        item.insert(UNTIL.to_owned(), item::number(end));
        item::expire(&mut item, end + KEPT_SECONDS);
        let write = Write::Put(item, Some(Condition::absent()));
        match self
            .table
            .audit()
            .commit(vec![write], std::slice::from_ref(note))
            .await?
        {
            Written::Yes => Ok(()),
            Written::Refused(_) => Err(Error::Conflict {
                what: "a new share link".to_owned(),
            }),
        }
    }

    /// A link as it is at this moment.
    pub async fn get(self, id: &LinkId) -> Result<Option<LinkRecord>> {
        let item = self.table.calls.get(&keys::link(id), true).await?;
        item.map(item::read).transpose()
    }

    /// Every link that is live, or ended lately; the newest first.
    pub async fn list(self) -> Result<Vec<LinkRecord>> {
        let items = self.table.calls.partition(keys::LINKS, true).await?;
        items.into_iter().rev().map(item::read).collect()
    }

    /// Revokes a link; false if it was revoked before.
    pub async fn revoke(self, id: &LinkId, revoked: &Revoked, note: &AuditRecord) -> Result<bool> {
        let value = serde_dynamo::to_attribute_value(revoked)
            .map_err(|error| Error::corrupt("a revoked share link", error))?;
        let change = Change {
            key: keys::link(id),
            expression: "SET revoked = :revoked",
            names: Vec::new(),
            condition: Some("attribute_exists(pk) AND attribute_not_exists(revoked)"),
            values: vec![(":revoked", value)],
        };
        let writes = vec![Write::Change(change)];
        let written = self
            .table
            .audit()
            .commit(writes, std::slice::from_ref(note))
            .await?;
        Ok(written == Written::Yes)
    }

    /// Counts that a password is tried, before it is looked at, so that no two guesses count as one. How many there were
    /// since the last right one, with this; none if they keep the link locked.
    pub async fn count_guess(self, id: &LinkId, now: Timestamp) -> Result<Option<u32>> {
        let seconds = now.as_second();
        let counted = |expression, condition, mut values: Vec<(&'static str, AttributeValue)>| {
            values.push((":one", item::number(1)));
            values.push((":now", item::number(seconds)));
            values.push((":most", item::number(MOST_GUESSES)));
            self.table.calls.update(Change {
                key: keys::link(id),
                expression,
                names: Vec::new(),
                condition: Some(condition),
                values,
            })
        };
        let one_more = "SET guesses = guesses + :one, guessed_at = :now";
        let mut item = counted(one_more, "guesses < :most", Vec::new()).await?;
        if item.is_none() {
            let then = item::number(seconds - LOCKED_FOR.as_secs());
            let first = "SET guesses = :one, guessed_at = :now";
            let unlocked = "guesses >= :most AND guessed_at <= :then";
            item = counted(first, unlocked, vec![(":then", then)]).await?;
        }
        let record: Option<LinkRecord> = item.map(item::read).transpose()?;
        Ok(record.map(|record| record.guesses))
    }

    /// Lets a tap through whose password was right, and forgets the wrong ones before it.
    pub async fn open_tap(self, link: &LinkId, name: &str, now: Timestamp) -> Result<()> {
        let forget = Change {
            key: keys::link(link),
            expression: "SET guesses = :none",
            names: Vec::new(),
            condition: Some("attribute_exists(pk)"),
            values: vec![(":none", item::number(0))],
        };
        let writes = vec![
            Write::Change(forget),
            Write::Put(tap_item(link, name, 0, now), Some(Condition::absent())),
        ];
        match self.table.calls.transact(writes).await? {
            Written::Yes => Ok(()),
            // It ended and was forgotten meanwhile.
            Written::Refused(_) => Err(Error::NotFound {
                what: format!("share link {link}"),
            }),
        }
    }

    /// Counts a tap and records its download, or repeats it; `salt` is as for [`Downloads::put`](super::Downloads::put). A repeat costs as many
    /// bytes as the first, so the link's day counts both.
    pub async fn tap(self, tap: Tap<'_>, download: &Download, salt: &str) -> Result<Tapped> {
        let mut tap = tap;
        let mut tries = Tries::of("a share link");
        loop {
            let counted = self.count_tap(tap, download, salt).await?;
            let repeats = matches!(&counted, Written::Refused(places) if places.contains(&TAP));
            let written = if repeats {
                self.repeat_tap(tap, download, salt).await?
            } else {
                counted
            };
            match written {
                Written::Yes if repeats => return Ok(Tapped::Repeated),
                Written::Yes => return Ok(Tapped::Counted),
                Written::Refused(places) if places.contains(&TAP) => return Ok(Tapped::Stale),
                Written::Refused(_) => match self.why_refused(tap, repeats, download.at).await? {
                    Refusal::Final(tapped) => return Ok(tapped),
                    // Another tap counted meanwhile, or began the day.
                    Refusal::Meanwhile(today) => {
                        tap.today = today;
                        tries.again().await?;
                    }
                },
            }
        }
    }

    /// Why a link's item was not as a tap expected it.
    async fn why_refused(self, tap: Tap<'_>, repeats: bool, now: Timestamp) -> Result<Refusal> {
        let Some(record) = self.get(tap.link).await? else {
            return Ok(Refusal::Final(Tapped::Over));
        };
        let over = match record.link.standing(now) {
            Standing::Live => false,
            // What was counted before may be repeated.
            Standing::Spent => !repeats,
            Standing::Expired | Standing::Revoked => true,
        };
        if over {
            return Ok(Refusal::Final(Tapped::Over));
        }
        let paused = tap.allowance.paused_until(record.today, tap.size, now);
        Ok(match paused {
            Some(_) => Refusal::Final(Tapped::Paused),
            None => Refusal::Meanwhile(record.today),
        })
    }

    async fn count_tap(self, tap: Tap<'_>, download: &Download, salt: &str) -> Result<Written> {
        let now = download.at;
        let mut count = tap.counts(
            now,
            [
                (
                    "SET today.downloads = today.downloads + :one, today.bytes = today.bytes + :size, used = used + :one, last_used_at = :at",
                    "today.ends > :now AND today.downloads < :most AND today.bytes <= :space AND works_until > :now AND attribute_not_exists(revoked) AND (attribute_not_exists(#limit) OR used < #limit)",
                ),
                (
                    "SET today = :today, used = used + :one, last_used_at = :at",
                    "(attribute_not_exists(today) OR today.ends <= :now) AND works_until > :now AND attribute_not_exists(revoked) AND (attribute_not_exists(#limit) OR used < #limit)",
                ),
            ],
        );
        count.names.push(("#limit", "limit"));
        count
            .values
            .push((":at", AttributeValue::S(now.to_string())));
        let known = if tap.opened {
            // Opened lately, and not counted yet.
            Write::Change(Change {
                key: keys::tap(tap.link, tap.name),
                expression: "SET times = :one",
                names: Vec::new(),
                condition: Some("times < :one AND tapped_at > :since"),
                values: vec![(":one", item::number(1)), (":since", since(now))],
            })
        } else {
            let item = tap_item(tap.link, tap.name, 1, now);
            Write::Put(item, Some(Condition::absent()))
        };
        let record = Write::Put(downloads::item(download, salt)?, None);
        self.table
            .calls
            .transact(vec![Write::Change(count), known, record])
            .await
    }

    async fn repeat_tap(self, tap: Tap<'_>, download: &Download, salt: &str) -> Result<Written> {
        let now = download.at;
        let count = tap.counts(
            now,
            [
                (
                    "SET today.downloads = today.downloads + :one, today.bytes = today.bytes + :size",
                    "today.ends > :now AND today.downloads < :most AND today.bytes <= :space AND works_until > :now AND attribute_not_exists(revoked)",
                ),
                (
                    "SET today = :today",
                    "(attribute_not_exists(today) OR today.ends <= :now) AND works_until > :now AND attribute_not_exists(revoked)",
                ),
            ],
        );
        let once_more = Change {
            key: keys::tap(tap.link, tap.name),
            expression: "SET times = times + :one",
            names: Vec::new(),
            condition: Some("times BETWEEN :one AND :most AND tapped_at > :since"),
            values: vec![
                (":one", item::number(1)),
                (":most", item::number(MOST_REPEATS)),
                (":since", since(now)),
            ],
        };
        self.table
            .calls
            .transact(vec![
                Write::Change(count),
                Write::Change(once_more),
                Write::Put(downloads::item(download, salt)?, None),
            ])
            .await
    }
}

/// What a refused write means.
enum Refusal {
    Final(Tapped),
    /// What the link gave on its day by now.
    Meanwhile(Option<Given>),
}

impl Tap<'_> {
    /// The change that counts this on the link's day: the first expression and condition for a day that has begun, the second
    /// for the first tap of a day.
    fn counts(&self, now: Timestamp, [more, first]: [(&'static str, &'static str); 2]) -> Change {
        let mut values = vec![(":now", item::number(now.as_second()))];
        let (expression, condition) = if self.today.is_some_and(|today| today.is_of(now)) {
            let space = i128::from(self.allowance.bytes) - i128::from(self.size);
            values.push((":size", item::number(self.size)));
            values.push((":most", item::number(self.allowance.downloads)));
            values.push((":space", item::number(space)));
            more
        } else {
            let today = [
                ("ends", item::number(day_ends(now).as_second())),
                ("downloads", item::number(1)),
                ("bytes", item::number(self.size)),
            ];
            let today = today.map(|(name, value)| (name.to_owned(), value));
            values.push((":today", AttributeValue::M(today.into())));
            first
        };
        if expression.contains(":one") {
            values.push((":one", item::number(1)));
        }
        Change {
            key: keys::link(self.link),
            expression,
            names: Vec::new(),
            condition: Some(condition),
            values,
        }
    }
}

/// The tap's place in the transactions above.
const TAP: usize = 1;

fn tap_item(link: &LinkId, name: &str, times: u32, now: Timestamp) -> item::Item {
    let mut item = keys::tap(link, name).attributes();
    item.insert("times".to_owned(), item::number(times));
    item.insert("tapped_at".to_owned(), item::number(now.as_second()));
    item::expire(&mut item, now.as_second() + TAP_KEPT_SECONDS);
    item
}

/// What tapped before this is too old to be repeated.
fn since(now: Timestamp) -> AttributeValue {
    item::number(now.as_second() - REPEATED_FOR.as_secs())
}
