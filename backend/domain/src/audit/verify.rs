//! Finding what somebody did to the log behind its back.
//!
//! Each entry holds its own hash and that of the one before, so whoever changes one leaves a trace in it or in the next. Who
//! writes anew everything from some entry on leaves none in the chain: seals, which nobody can overwrite, show that.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::{Deserialize, Serialize};

use super::{Entry, Head, Seal};
use crate::digest::Digest;

/// Something that is wrong with the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Finding {
    /// The number of the entry that it concerns; of missing ones, the first.
    pub number: u64,
    /// Of a row of missing ones, the last; else the same.
    pub last: u64,
    /// What is wrong.
    pub fault: Fault,
    /// The same for people, with how it shows.
    pub words: String,
}

/// What is wrong with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// It does not say what it said.
    Altered,
    /// It is gone.
    Missing,
    /// It was put in.
    Inserted,
    /// It stands where it did not.
    Reordered,
    /// It is not what the log was sealed with.
    SealMismatch,
}

/// What of an entry is needed to verify the log: small, so that a long log can be read a page at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    number: u64,
    previous: Digest,
    hash: Digest,
    /// Whether its hash is that of its contents.
    genuine: bool,
}

impl Entry {
    /// What of it is needed to verify the log.
    pub fn link(&self) -> Link {
        Link {
            number: self.number,
            previous: self.previous,
            hash: self.hash,
            genuine: super::hash(self.number, &self.note, &self.previous) == Some(self.hash),
        }
    }
}

/// Everything that is wrong with a whole log, whose entries come in the order in which they are kept; by number. Empty if
/// nothing is.
pub fn verify(entries: &[Entry], seals: &[Seal]) -> Vec<Finding> {
    let links: Vec<Link> = entries.iter().map(Entry::link).collect();
    verify_links(&Head::default(), &links, seals, None)
}

/// The same for the part of a log that follows `from`. With `head`, where the log says that it ends, entries that are missing
/// at the end are found too, and such as were put behind it.
pub fn verify_links(
    from: &Head,
    links: &[Link],
    seals: &[Seal],
    head: Option<&Head>,
) -> Vec<Finding> {
    let trusted: HashSet<Digest> = seals
        .iter()
        .map(|seal| seal.head.hash)
        .chain(head.map(|head| head.hash))
        .collect();
    let (log, mut findings) = one_of_each_number(links, &trusted);
    findings.extend(out_of_order(links, &log));
    findings.extend(altered(from, &log));
    findings.extend(missing(from, &log));
    findings.extend(rewritten(from, &log));
    findings.extend(against_seals(from, &log, seals));
    findings.extend(
        head.into_iter()
            .flat_map(|head| against_head(from, &log, head)),
    );
    // What was moved is not altered as well: the former is told first, and the latter then not at all.
    findings.sort_by_key(|finding| {
        let moved = finding.fault == Fault::Reordered;
        (finding.number, !moved, finding.fault)
    });
    let mut told = BTreeSet::new();
    findings.retain(|finding| {
        let moved_or_altered = matches!(finding.fault, Fault::Altered | Fault::Reordered);
        let kind = if moved_or_altered {
            None
        } else {
            Some(finding.fault)
        };
        told.insert((finding.number, kind))
    });
    findings
}

type Log<'l> = BTreeMap<u64, &'l Link>;

/// The entries by number. Where several have one number, the one that the rest of the log holds to stays; the others were
/// put in.
fn one_of_each_number<'l>(links: &'l [Link], trusted: &HashSet<Digest>) -> (Log<'l>, Vec<Finding>) {
    let followed: HashSet<(u64, Digest)> = links
        .iter()
        .map(|link| (link.number, link.previous))
        .collect();
    let standing = |link: &Link| {
        let held_to = trusted.contains(&link.hash)
            || followed.contains(&(link.number.saturating_add(1), link.hash));
        (held_to, link.genuine)
    };
    let mut log = Log::new();
    let mut findings = Vec::new();
    for link in links {
        let number = link.number;
        let Some(first) = log.insert(number, link) else {
            continue;
        };
        if standing(first) >= standing(link) {
            log.insert(number, first);
        }
        findings.push(Finding::of(
            number,
            Fault::Inserted,
            format!("there is more than one entry {number}"),
        ));
    }
    (log, findings)
}

/// Entries that stand behind one of a greater number.
fn out_of_order(links: &[Link], log: &Log<'_>) -> Vec<Finding> {
    let mut greatest = 0;
    let mut findings = Vec::new();
    for link in links {
        let number = link.number;
        let only_one = log.get(&number).is_some_and(|kept| **kept == *link);
        if number < greatest && only_one {
            findings.push(Finding::of(
                number,
                Fault::Reordered,
                format!("entry {number} stands behind entry {greatest}"),
            ));
        }
        greatest = greatest.max(number);
    }
    findings
}

/// Entries whose hash is not that of their contents: their number is part of these, so one that follows another entry than
/// the one before it was moved.
fn altered(from: &Head, log: &Log<'_>) -> Vec<Finding> {
    let places: BTreeMap<Digest, u64> = log
        .values()
        .map(|link| (link.hash, link.number))
        .chain([(from.hash, from.number)])
        .collect();
    log.values()
        .filter(|link| !link.genuine)
        .map(|link| {
            let number = link.number;
            match places.get(&link.previous) {
                Some(place) if place.saturating_add(1) != number => Finding::of(
                    number,
                    Fault::Reordered,
                    format!("entry {number} was written to follow entry {place}"),
                ),
                Some(_) | None => Finding::of(
                    number,
                    Fault::Altered,
                    format!(
                        "the contents of entry {number} do not have the hash that it was given"
                    ),
                ),
            }
        })
        .collect()
}

/// Numbers that no entry has, between others.
fn missing(from: &Head, log: &Log<'_>) -> Vec<Finding> {
    let mut next = from.number.saturating_add(1);
    let mut findings = Vec::new();
    for number in log.keys().copied() {
        if number > next {
            findings.push(gone(next, number - 1));
        }
        next = number.saturating_add(1);
    }
    findings
}

/// Entries that were given the hash of other contents: the next one still names the hash that they had.
fn rewritten(from: &Head, log: &Log<'_>) -> Vec<Finding> {
    let mut last = from.clone();
    let mut findings = Vec::new();
    for link in log.values() {
        let follows = last.number.checked_add(1) == Some(link.number);
        if follows && link.genuine && link.previous != last.hash {
            let number = link.number;
            let before = last.number.max(1);
            let words = if last.number == 0 {
                "the first entry follows another one".to_owned()
            } else {
                format!("entry {number} follows an entry {before} of another hash")
            };
            findings.push(Finding::of(before, Fault::Altered, words));
        }
        last = link.head();
    }
    findings
}

fn against_seals(from: &Head, log: &Log<'_>, seals: &[Seal]) -> Vec<Finding> {
    let last = log.keys().next_back().copied().unwrap_or(from.number);
    let mut findings = Vec::new();
    let mut agreed = from.number;
    let mut seals: Vec<&Seal> = seals.iter().collect();
    seals.sort_by_key(|seal| seal.head.number);
    for seal in seals {
        let Head { number, hash } = seal.head;
        let kept = match log.get(&number) {
            Some(link) => Some(link.hash),
            None if number == from.number => Some(from.hash),
            None => None,
        };
        match kept {
            Some(kept) if kept == hash => agreed = agreed.max(number),
            Some(_) => findings.push(Finding::of(
                number,
                Fault::SealMismatch,
                format!(
                    "entry {number} is not the one that was sealed on {}: some entry behind {agreed} and up to it was written anew",
                    seal.day
                ),
            )),
            None if number > last => findings.push(gone(last.saturating_add(1), number)),
            None => {}
        }
    }
    findings
}

fn against_head(from: &Head, log: &Log<'_>, head: &Head) -> Vec<Finding> {
    let mut findings: Vec<Finding> = log
        .range(head.number.saturating_add(1)..)
        .map(|(number, _)| {
            let words = format!(
                "entry {number} stands behind the log's end, which is entry {}",
                head.number
            );
            Finding::of(*number, Fault::Inserted, words)
        })
        .collect();
    match log.get(&head.number) {
        Some(link) if link.hash == head.hash => {}
        Some(_) => findings.push(Finding::of(
            head.number,
            Fault::SealMismatch,
            format!(
                "entry {} is not the one that the log says it ends with",
                head.number
            ),
        )),
        None => {
            let last = log.range(..head.number).next_back();
            let last = last.map_or(from.number, |(last, _)| *last);
            if last < head.number {
                findings.push(gone(last + 1, head.number));
            }
        }
    }
    findings
}

fn gone(first: u64, last: u64) -> Finding {
    let words = if first == last {
        format!("entry {first} is missing")
    } else {
        format!("entries {first} to {last} are missing")
    };
    Finding {
        last,
        ..Finding::of(first, Fault::Missing, words)
    }
}

impl Link {
    fn head(&self) -> Head {
        Head {
            number: self.number,
            hash: self.hash,
        }
    }
}

impl Finding {
    fn of(number: u64, fault: Fault, words: impl Into<String>) -> Self {
        Self {
            number,
            last: number,
            fault,
            words: words.into(),
        }
    }
}
