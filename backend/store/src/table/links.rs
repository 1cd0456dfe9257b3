//! Share links, and how they are used.
//!
//! A use is counted in the transaction that records its download, on condition that there is one left. What a tap brings
//! along to be known by is kept for a while, so that a tap whose answer was lost is repeated and not counted twice.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Timestamp,
    actor::Actor,
    audit::Note,
    digest::Digest,
    download::Download,
    id::LinkId,
    share::{LOCKED_FOR, MOST_GUESSES, MOST_REPEATS, REPEATED_FOR, Revoked, ShareLink},
};
use serde::{Deserialize, Serialize};

use super::{
    Table,
    calls::{Change, Condition, Write, Written},
    downloads, item, keys,
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
    /// The link.
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
    /// The link.
    pub link: &'a LinkId,
    /// What the tap is known by.
    pub name: &'a str,
    /// Whether a password has to have opened it before.
    pub opened: bool,
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

impl Table {
    /// Keeps a new link.
    pub async fn put_link(&self, record: &LinkRecord, note: &Note) -> Result<()> {
        let link = &record.link;
        let end = link.expires_at.as_second();
        let mut item = item::of(&keys::link(&link.id), record)?;
        item.insert(UNTIL.to_owned(), item::number(end));
        item::expire(&mut item, end + KEPT_SECONDS);
        let write = Write::Put(item, Some(Condition::absent()));
        match self.commit(vec![write], std::slice::from_ref(note)).await? {
            Written::Yes => Ok(()),
            Written::Refused(_) | Written::Busy => Err(Error::Conflict {
                what: "a new share link".to_owned(),
            }),
        }
    }

    /// A link as it is at this moment.
    pub async fn link(&self, id: &LinkId) -> Result<Option<LinkRecord>> {
        let item = self.get(&keys::link(id), true).await?;
        item.map(item::read).transpose()
    }

    /// Every link that is live, or ended lately; the newest first.
    pub async fn links(&self) -> Result<Vec<LinkRecord>> {
        let items = self.partition(keys::LINKS, true).await?;
        items.into_iter().rev().map(item::read).collect()
    }

    /// Revokes a link; false if it was revoked before.
    pub async fn revoke_link(&self, id: &LinkId, revoked: &Revoked, note: &Note) -> Result<bool> {
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
        let written = self.commit(writes, std::slice::from_ref(note)).await?;
        Ok(written == Written::Yes)
    }

    /// Counts that a password is tried, before it is looked at, so that no two guesses count as one. How many there were
    /// since the last right one, with this; none if they keep the link locked.
    pub async fn count_guess(&self, id: &LinkId, now: Timestamp) -> Result<Option<u32>> {
        let seconds = now.as_second();
        let counted = |expression, condition, mut values: Vec<(&'static str, AttributeValue)>| {
            values.push((":one", item::number(1)));
            values.push((":now", item::number(seconds)));
            values.push((":most", item::number(MOST_GUESSES)));
            self.update(Change {
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
    pub async fn open_tap(&self, link: &LinkId, name: &str, now: Timestamp) -> Result<()> {
        let forget = Change {
            key: keys::link(link),
            expression: "SET guesses = :none",
            names: Vec::new(),
            condition: Some("attribute_exists(pk)"),
            values: vec![(":none", item::number(0))],
        };
        let mut tries = Tries::of("a share link");
        loop {
            let writes = vec![
                Write::Change(forget.clone()),
                Write::Put(tap_item(link, name, 0, now), Some(Condition::absent())),
            ];
            match self.transact(writes).await? {
                Written::Yes => return Ok(()),
                // It ended and was forgotten meanwhile.
                Written::Refused(_) => {
                    return Err(Error::NotFound {
                        what: format!("share link {link}"),
                    });
                }
                Written::Busy => tries.again().await?,
            }
        }
    }

    /// Counts a tap and records its download, or repeats it; `salt` is as for [`Table::put_download`].
    pub async fn tap(&self, tap: Tap<'_>, download: &Download, salt: &str) -> Result<Tapped> {
        let mut tries = Tries::of("a share link");
        loop {
            match self.count_tap(tap, download, salt).await? {
                Written::Yes => return Ok(Tapped::Counted),
                Written::Refused(places) if !places.contains(&TAP) => return Ok(Tapped::Over),
                Written::Refused(_) => match self.repeat_tap(tap, download, salt).await? {
                    Written::Yes => return Ok(Tapped::Repeated),
                    Written::Refused(places) if places.contains(&TAP) => return Ok(Tapped::Stale),
                    Written::Refused(_) => return Ok(Tapped::Over),
                    Written::Busy => tries.again().await?,
                },
                Written::Busy => tries.again().await?,
            }
        }
    }

    async fn count_tap(&self, tap: Tap<'_>, download: &Download, salt: &str) -> Result<Written> {
        let now = download.at;
        let count = Change {
            key: keys::link(tap.link),
            expression: "SET used = used + :one, last_used_at = :at",
            names: vec![("#limit", "limit")],
            condition: Some(
                "works_until > :now AND attribute_not_exists(revoked) AND (attribute_not_exists(#limit) OR used < #limit)",
            ),
            values: vec![
                (":one", item::number(1)),
                (":now", item::number(now.as_second())),
                (":at", AttributeValue::S(now.to_string())),
            ],
        };
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
        self.transact(vec![Write::Change(count), known, record])
            .await
    }

    async fn repeat_tap(&self, tap: Tap<'_>, download: &Download, salt: &str) -> Result<Written> {
        let now = download.at;
        let works = Condition {
            expression: "works_until > :now AND attribute_not_exists(revoked)",
            values: vec![(":now", item::number(now.as_second()))],
        };
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
        self.transact(vec![
            Write::Check(keys::link(tap.link), works),
            Write::Change(once_more),
            Write::Put(downloads::item(download, salt)?, None),
        ])
        .await
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
