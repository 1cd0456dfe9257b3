//! Finding what was done to the seals: every version of every object that lies where seals do is looked at.
//!
//! An object that is locked can still be hidden by a newer version or by a delete marker. So the oldest version of a key counts,
//! and a second one or a delete marker is a finding.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Fault, Finding, Head,
    seal::{DaySeal, FOLDER, FORMAT, LastSeal, Seal},
};
use crate::{digest::Digest, json};

/// One version of an object that lies where seals do, or a delete marker over it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SealVersion {
    /// The object's key.
    pub key: String,
    /// The version's id.
    pub version: String,
    /// Whether it is a delete marker.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub delete_marker: bool,
    /// When the bucket got it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written_at: Option<Timestamp>,
    /// The object's text; needed of the oldest version alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// How the version is locked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock: Option<Lock>,
}

/// How an object's version is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Lock {
    /// In which mode.
    pub mode: LockMode,
    /// Until when.
    pub until: Timestamp,
}

/// Who may delete a locked version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum LockMode {
    /// Anyone who has `s3:BypassGovernanceRetention`.
    Governance,
    /// Nobody, before its time.
    Compliance,
}

/// How many seals are locked in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Locks {
    /// In compliance mode: nobody can delete them before their time.
    pub compliance: u64,
    /// In governance mode: an account with a special right can delete them.
    pub governance: u64,
    /// Without a lock that could be seen.
    pub none: u64,
}

impl Locks {
    /// The same for people; nothing where there is no seal.
    pub fn words(self) -> Option<String> {
        let Self {
            compliance,
            governance,
            none,
        } = self;
        let sentence = match (compliance, governance, none) {
            (0, 0, 0) => return None,
            (_, 0, 0) => {
                "all seals are locked in compliance mode: nobody can delete one before its time"
                    .to_owned()
            }
            (0, _, 0) => "all seals are locked in governance mode: anyone who has s3:BypassGovernanceRetention can delete one"
                .to_owned(),
            (0, 0, _) => "no lock of a seal could be seen: the bucket has no Object Lock, or s3:GetObjectRetention is missing"
                .to_owned(),
            _ => format!(
                "of the seals, {compliance} are locked in compliance mode, {governance} in governance mode (anyone who has s3:BypassGovernanceRetention can delete those), and of {none} no lock could be seen"
            ),
        };
        Some(sentence)
    }
}

/// The greatest number that fits a key.
const LAST: u64 = 9_999_999_999;

/// What lies where seals do, as it is found. Takes about 300 bytes a seal.
#[derive(Clone, Debug, Default)]
pub struct SealsFound {
    keys: BTreeMap<String, Object>,
}

#[derive(Clone, Debug, Default)]
struct Object {
    versions: usize,
    markers: usize,
    /// What the oldest version holds.
    oldest: Option<Result<Read, String>>,
    lock: Option<Lock>,
}

#[derive(Clone, Debug)]
enum Read {
    Numbered(Seal),
    OfDay(DaySeal),
}

/// The seals, looked at.
#[derive(Clone, Debug, Default)]
pub struct Seals {
    /// How many there are.
    pub count: usize,
    /// How many of those have no number, because an earlier version wrote them: one a day.
    pub unnumbered: usize,
    /// How they are locked.
    pub locks: Locks,
    /// The newest of those with a number.
    pub newest: Option<Seal>,
    /// The newest of the days' seals.
    pub newest_day: Option<DaySeal>,
    /// When the log was sealed for the first time.
    pub first_sealed_at: Option<Timestamp>,
    /// What the log is held against, by the number of the entry.
    pub(super) heads: BTreeMap<u64, Vec<Sealed>>,
    /// What is wrong with them.
    pub(super) findings: Vec<Finding>,
}

/// A head that the log had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sealed {
    pub(super) hash: Digest,
    /// What says so, in words.
    pub(super) by: String,
}

impl SealsFound {
    /// One more version. Those of a key come the newest first, as S3 lists them.
    pub fn push(&mut self, version: SealVersion) {
        let object = self.keys.entry(version.key).or_default();
        if version.delete_marker {
            object.markers += 1;
            return;
        }
        object.versions += 1;
        object.lock = version.lock;
        object.oldest = Some(match version.text {
            Some(text) => read(&text),
            None => Err("its bytes could not be read".to_owned()),
        });
    }

    /// Looks at them all. `known` is the number of the newest seal, where something else than the bucket knows it.
    pub fn check(self, known: Option<u64>) -> Seals {
        let mut seals = Seals::default();
        let mut numbered: BTreeMap<u64, Vec<Option<Seal>>> = BTreeMap::new();
        let mut days: Vec<DaySeal> = Vec::new();
        for (key, object) in self.keys {
            let (number, name) = name_of(&key);
            seals.versions(number, &name, &object);
            let read = match object.oldest {
                Some(Ok(read)) if read.key() == key => Ok(read),
                Some(Ok(_)) => Err("its contents belong to another key".to_owned()),
                Some(Err(why)) => Err(why),
                // Nothing but delete markers: already said.
                None => {
                    if number > 0 {
                        numbered.entry(number).or_default().push(None);
                    }
                    continue;
                }
            };
            seals.count += 1;
            seals.locks.count(object.lock);
            match read {
                Ok(Read::Numbered(seal)) => {
                    seals.hold(&seal.head, seal.sealed_at, &name);
                    numbered.entry(seal.number).or_default().push(Some(seal));
                }
                Ok(Read::OfDay(seal)) => {
                    seals.unnumbered += 1;
                    seals.hold(&seal.head, seal.sealed_at, &name);
                    days.push(seal);
                }
                Err(why) => {
                    seals.find(
                        number,
                        Fault::SealForged,
                        format!("{name} is no seal: {why}"),
                    );
                    if number > 0 {
                        numbered.entry(number).or_default().push(None);
                    }
                }
            }
        }
        days.sort_by_key(|seal| (seal.sealed_at, seal.day));
        seals.row(&numbered, &days, known);
        seals.newest = numbered.into_values().flatten().flatten().next_back();
        seals.newest_day = days.pop();
        seals
    }
}

impl Seals {
    /// What the next seal follows.
    pub fn last(&self) -> LastSeal {
        match (&self.newest, &self.newest_day) {
            (Some(seal), _) => seal.as_last(),
            (None, Some(day)) => day.as_last(),
            (None, None) => LastSeal::default(),
        }
    }

    /// What is wrong with them, by number.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    fn hold(&mut self, head: &Head, sealed_at: Timestamp, name: &str) {
        let first = self
            .first_sealed_at
            .map_or(sealed_at, |first| first.min(sealed_at));
        self.first_sealed_at = Some(first);
        self.heads.entry(head.number).or_default().push(Sealed {
            hash: head.hash,
            by: name.to_owned(),
        });
    }

    fn find(&mut self, number: u64, fault: Fault, words: String) {
        self.findings.push(Finding::of(number, fault, words));
    }

    /// A locked object has one version, and nothing else is put over it.
    fn versions(&mut self, number: u64, name: &str, object: &Object) {
        if object.versions > 1 {
            let words = format!(
                "{name} has {} versions: somebody wrote over it",
                object.versions
            );
            self.find(number, Fault::SealReplaced, words);
        }
        if object.markers > 0 {
            let words = format!("{name} has a delete marker: somebody deleted it");
            self.find(number, Fault::SealDeleted, words);
        }
    }

    /// Numbers follow each other, and so do the seals' digests and heads.
    fn row(
        &mut self,
        numbered: &BTreeMap<u64, Vec<Option<Seal>>>,
        days: &[DaySeal],
        known: Option<u64>,
    ) {
        let mut before: (u64, &[Option<Seal>]) = (0, &[]);
        for (&number, seals) in numbered {
            if number > before.0.saturating_add(1) {
                self.gone(before.0 + 1, number - 1);
            }
            if seals.len() > 1 {
                let words = format!("there are {} seals {number}", seals.len());
                self.find(number, Fault::SealReplaced, words);
            }
            for seal in seals.iter().flatten() {
                let follows = if number == 1 {
                    follows_day(seal, days)
                } else if before.0 == number - 1 {
                    follows(seal, before.1)
                } else {
                    Ok(())
                };
                if let Err(why) = follows {
                    self.find(number, Fault::SealForged, format!("seal {number} {why}"));
                }
            }
            before = (number, seals);
        }
        if let Some(known) = known.filter(|known| *known > before.0) {
            self.gone(before.0 + 1, known);
        }
    }

    fn gone(&mut self, first: u64, last: u64) {
        let words = if first == last {
            format!("seal {first} is missing")
        } else {
            format!("seals {first} to {last} are missing")
        };
        self.findings.push(Finding {
            last,
            ..Finding::of(first, Fault::SealMissing, words)
        });
    }
}

fn follows(seal: &Seal, before: &[Option<Seal>]) -> Result<(), &'static str> {
    let mut known = before.iter().flatten().peekable();
    if known.peek().is_none() {
        // What cannot be read is said already.
        return Ok(());
    }
    let mut known = known.filter(|before| before.as_last().digest == seal.previous);
    match known.next() {
        None => Err("does not follow the seal before it"),
        Some(before) if before.head.number > seal.head.number => {
            Err("ends before the seal before it does")
        }
        Some(_) => Ok(()),
    }
}

/// The first one follows the newest day's seal of its time.
fn follows_day(seal: &Seal, days: &[DaySeal]) -> Result<(), &'static str> {
    let mut before = days.iter().filter(|day| day.sealed_at <= seal.sealed_at);
    let expected = before.next_back().map(DaySeal::as_last).unwrap_or_default();
    if seal.previous == expected.digest {
        Ok(())
    } else {
        Err("does not follow the newest day's seal before it")
    }
}

impl Locks {
    fn count(&mut self, lock: Option<Lock>) {
        match lock.map(|lock| lock.mode) {
            Some(LockMode::Compliance) => self.compliance += 1,
            Some(LockMode::Governance) => self.governance += 1,
            None => self.none += 1,
        }
    }
}

impl Read {
    fn key(&self) -> String {
        match self {
            Self::Numbered(seal) => seal.key(),
            Self::OfDay(seal) => seal.key(),
        }
    }
}

fn read(text: &str) -> Result<Read, String> {
    let value = json::value(text.as_bytes()).map_err(|error| error.to_string())?;
    if value.get("day").is_some() {
        let seal = serde_json::from_value(value).map_err(|error| error.to_string())?;
        return Ok(Read::OfDay(seal));
    }
    let seal: Seal = serde_json::from_value(value).map_err(|error| error.to_string())?;
    if seal.format != FORMAT {
        return Err(format!("its format is {}, not {FORMAT}", seal.format));
    }
    if !(1..=LAST).contains(&seal.number) || seal.text() != text {
        return Err("it is not written as seals are".to_owned());
    }
    Ok(Read::Numbered(seal))
}

/// The number that a key says, 0 for a day's, and its name for people.
fn name_of(key: &str) -> (u64, String) {
    let name = key.strip_prefix(FOLDER).unwrap_or(key);
    let digits = name.split_once('-').map_or("", |(digits, _)| digits);
    let number = match digits.parse() {
        Ok(number) if digits.len() == 10 => number,
        Ok(_) | Err(_) => 0,
    };
    let day = name.strip_suffix(".json").unwrap_or(name);
    match (number, day.parse::<jiff::civil::Date>()) {
        (0, Ok(day)) => (0, format!("the seal of {day}")),
        (0, Err(_)) => (0, format!("the object {key}")),
        (number, _) => (number, format!("seal {number}")),
    }
}

/// The keys whose oldest version is the last one among `versions`, with that version: what has to be read.
pub fn oldest(versions: &[SealVersion]) -> BTreeSet<(String, String)> {
    let mut oldest = BTreeMap::new();
    for version in versions.iter().filter(|version| !version.delete_marker) {
        oldest.insert(version.key.clone(), version.version.clone());
    }
    oldest.into_iter().collect()
}
