//! Finding what somebody did to the log behind its back.
//!
//! Each entry holds its own hash and that of the one before, so anyone who changes one leaves a trace in it or in the next. Who
//! writes anew everything from some entry on leaves none in the chain: the seals show that.
//!
//! Entries are looked at as they come, and none is kept: memory grows with the seals and the findings, not with the log.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Entry, Fault, Finding, Head,
    names::Beside,
    seals::{Sealed, Seals},
};
use crate::{digest::Digest, json::canonical};

/// So many findings are kept; more are counted.
pub const MOST_FINDINGS: usize = 1000;

/// So many entries of one number are told apart; nothing but an attack has two.
const MOST_OF_ONE_NUMBER: usize = 16;

/// What of an entry is needed to verify the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    number: u64,
    previous: Digest,
    hash: Digest,
    /// Whether its hash is that of its contents.
    genuine: bool,
    /// How the names beside it fit.
    beside: Beside,
}

impl Link {
    /// That of an entry as it is written down; `None` if it is no entry. Members that this program does not know count, too;
    /// the names beside it do not.
    pub fn of(entry: Value) -> Option<Self> {
        let Value::Object(mut members) = entry else {
            return None;
        };
        let hash = digest(&members.remove("hash")?)?;
        let names = members.remove("names");
        let beside = Beside::of(members.get("people"), names.as_ref())?;
        let number = members.get("number")?.as_u64()?;
        let previous = digest(members.get("previous")?)?;
        let text = canonical::whole(&Value::Object(members))?;
        Some(Self {
            number,
            previous,
            hash,
            genuine: Digest::of(text.as_bytes()) == hash,
            beside,
        })
    }

    /// The entry's number and hash.
    pub fn head(&self) -> Head {
        Head {
            number: self.number,
            hash: self.hash,
        }
    }
}

/// A digest as it is written: 64 lower-case digits.
fn digest(value: &Value) -> Option<Digest> {
    let text = value.as_str()?;
    let digest: Digest = text.parse().ok()?;
    (digest.to_string() == text).then_some(digest)
}

impl Entry {
    /// What of it is needed to verify the log.
    pub fn link(&self) -> Link {
        Link {
            number: self.number,
            previous: self.previous,
            hash: self.hash,
            genuine: super::hash(self.number, &self.note, &self.previous) == Some(self.hash),
            beside: self.beside(),
        }
    }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// How many entries were looked at.
    pub entries: u64,
    /// How many of them name somebody whose name is erased.
    pub erased: u64,
    /// What is wrong: first with entries, then with seals, each by number.
    pub findings: Vec<Finding>,
    /// How many findings there are beyond those.
    pub more: u64,
}

/// A log that is being verified, entry by entry, in the order in which they are kept.
#[derive(Clone, Debug)]
pub struct Verifier {
    first: u64,
    /// The greatest number so far.
    last: u64,
    /// The hashes of the entries of that number; none where it cannot be known.
    hashes: Vec<Digest>,
    /// Numbers below `last` that no entry had so far: first and last of each row.
    missing: BTreeMap<u64, u64>,
    /// The heads that the log had.
    sealed: BTreeMap<u64, Vec<Sealed>>,
    /// The last entry that was as sealed.
    agreed: u64,
    entries: u64,
    erased: u64,
    findings: Vec<Finding>,
    of_seals: Vec<Finding>,
    more: u64,
}

impl Verifier {
    /// Verifies a whole log against its seals. `end` is where the log says that it ends, before any of it is read.
    pub fn new(seals: Seals, end: Option<&Head>) -> Self {
        Self::from(&Head::default(), seals, end)
    }

    /// Verifies the part of a log that follows `from`.
    pub fn from(from: &Head, seals: Seals, end: Option<&Head>) -> Self {
        let mut sealed = seals.heads;
        if let Some(end) = end {
            sealed.entry(end.number).or_default().push(Sealed {
                hash: end.hash,
                by: "the log's own end".to_owned(),
            });
        }
        Self {
            first: from.number,
            last: from.number,
            hashes: vec![from.hash],
            missing: BTreeMap::new(),
            sealed,
            agreed: from.number,
            entries: 0,
            erased: 0,
            findings: Vec::new(),
            of_seals: seals.findings,
            more: 0,
        }
    }

    /// The next entry.
    pub fn push(&mut self, link: &Link) {
        self.entries += 1;
        self.erased += u64::from(link.beside.is_erased);
        let number = link.number;
        if !link.genuine {
            let words =
                format!("the contents of entry {number} do not have the hash that it was given");
            self.find(Finding::of(number, Fault::Altered, words));
        }
        if link.beside.is_wrong {
            let words = format!("a name beside entry {number} is not the one that was noted");
            self.find(Finding::of(number, Fault::Altered, words));
        }
        if number <= self.last {
            self.again(link);
            return;
        }
        self.compare();
        if number > self.last.saturating_add(1) {
            self.missing.insert(self.last + 1, number - 1);
            self.forget_missing();
        } else if link.genuine && !self.hashes.is_empty() && !self.hashes.contains(&link.previous) {
            // It was given the hash of other contents: the next one still names the hash that it had.
            let before = self.last.max(1);
            let words = if self.last == 0 {
                "the first entry follows another one".to_owned()
            } else {
                format!("entry {number} follows an entry {before} of another hash")
            };
            self.find(Finding::of(before, Fault::Altered, words));
        }
        self.last = number;
        self.hashes = vec![link.hash];
    }

    /// Something in an entry's place that does not read as one: that of a number, if its place says one, or of the next.
    pub fn push_unreadable(&mut self, number: Option<u64>, why: &str) {
        self.entries += 1;
        let number = number.unwrap_or(self.last.saturating_add(1));
        let words = format!("entry {number} can no longer be read{why}");
        self.find(Finding::of(number, Fault::Altered, words));
        if number <= self.last {
            self.was_missing(number);
            return;
        }
        self.compare();
        if number > self.last.saturating_add(1) {
            self.missing.insert(self.last + 1, number - 1);
            self.forget_missing();
        }
        self.last = number;
        self.hashes.clear();
    }

    /// What was found, when all entries were looked at. `end` is where the log says that it ends now: entries that were added
    /// while it was read are no finding.
    pub fn finish(mut self, end: Option<&Head>) -> Outcome {
        self.compare();
        if let Some(end) = end {
            self.against_end(end);
        }
        let expected = self.sealed.keys().next_back().copied();
        if let Some(expected) = expected.filter(|expected| *expected > self.last) {
            self.find(gone(self.last + 1, expected));
        }
        for (first, last) in std::mem::take(&mut self.missing) {
            self.find(gone(first, last));
        }
        let mut findings = self.findings;
        // What was moved is not altered as well: the former is told first, and the latter then not at all.
        findings.sort_by_key(|finding| {
            let moved = finding.fault == Fault::Reordered;
            (finding.number, !moved, finding.fault)
        });
        let mut told = BTreeSet::new();
        findings.retain(|finding| {
            let moved_or_altered = matches!(finding.fault, Fault::Altered | Fault::Reordered);
            let kind = (!moved_or_altered).then_some(finding.fault);
            told.insert((finding.number, kind))
        });
        let mut of_seals = self.of_seals;
        of_seals.sort_by_key(|finding| (finding.number, finding.fault));
        let space = of_seals.len().min(MOST_FINDINGS);
        let more = self.more + (of_seals.len() - space) as u64;
        of_seals.truncate(space);
        findings.extend(of_seals);
        Outcome {
            entries: self.entries,
            erased: self.erased,
            findings,
            more,
        }
    }

    /// An entry of a number that was passed: one that was missing, or one too many.
    fn again(&mut self, link: &Link) {
        let number = link.number;
        if self.was_missing(number) {
            let words = format!("entry {number} stands behind entry {}", self.last);
            self.find(Finding::of(number, Fault::Reordered, words));
            return;
        }
        // Which of two neighbours is the one that the rest of the log holds to, the next entry says.
        if number == self.last && number > self.first && self.hashes.len() < MOST_OF_ONE_NUMBER {
            self.hashes.push(link.hash);
        }
        let words = format!("there is more than one entry {number}");
        self.find(Finding::of(number, Fault::Inserted, words));
    }

    /// Takes a number from those that are missing; whether it was among them.
    fn was_missing(&mut self, number: u64) -> bool {
        let row = self.missing.range(..=number).next_back();
        let Some((first, last)) = row.map(|(first, last)| (*first, *last)) else {
            return false;
        };
        if last < number {
            return false;
        }
        self.missing.remove(&first);
        if first < number {
            self.missing.insert(first, number - 1);
        }
        if number < last {
            self.missing.insert(number + 1, last);
        }
        true
    }

    /// Compares the last entry with what was sealed.
    fn compare(&mut self) {
        let number = self.last;
        let (Some(sealed), false) = (self.sealed.get(&number), self.hashes.is_empty()) else {
            return;
        };
        let other = sealed
            .iter()
            .find(|sealed| !self.hashes.contains(&sealed.hash));
        let Some(other) = other else {
            self.agreed = number;
            return;
        };
        let words = format!(
            "entry {number} is not the one that {} holds: some entry after entry {}, up to this one, was written anew",
            other.by, self.agreed
        );
        self.find(Finding::of(number, Fault::SealMismatch, words));
    }

    fn against_end(&mut self, end: &Head) {
        if self.last > end.number {
            let first = end.number.max(self.first) + 1;
            let words = format!(
                "{} behind the log's end, which is entry {}",
                if first == self.last {
                    format!("entry {first} stands")
                } else {
                    format!("entries {first} to {} stand", self.last)
                },
                end.number
            );
            self.find(Finding {
                last: self.last,
                ..Finding::of(first, Fault::Inserted, words)
            });
        } else if self.last == end.number
            && !self.hashes.is_empty()
            && !self.hashes.contains(&end.hash)
        {
            let words = format!(
                "entry {} is not the one that the log says it ends with",
                end.number
            );
            self.find(Finding::of(end.number, Fault::SealMismatch, words));
        }
    }

    /// Keeps the rows of missing numbers few: the first is told, and what turns up of it later counts as put in.
    fn forget_missing(&mut self) {
        if self.missing.len() > MOST_FINDINGS
            && let Some((first, last)) = self.missing.pop_first()
        {
            self.find(gone(first, last));
        }
    }

    fn find(&mut self, finding: Finding) {
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(finding);
        } else {
            self.more += 1;
        }
    }
}

/// Everything that is wrong with a whole log that is at hand, whose entries come in the order in which they are kept.
pub fn verify(entries: &[Entry], seals: Seals) -> Vec<Finding> {
    let mut verifier = Verifier::new(seals, None);
    for entry in entries {
        verifier.push(&entry.link());
    }
    verifier.finish(None).findings
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
