//! The names of people, which stand beside an entry and not in it, so that they can be erased.
//!
//! What an entry's hash covers has a person's identifier, as `{<identifier>}` wherever their name would be, and in `people` a
//! digest of their name with a salt. Name and salt stand beside it: nobody can put another name there, and without the salt
//! nobody can find the name by trying.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{AuditRecord, Entry};
use crate::{actor::Actor, digest::Digest, id::PersonId, json::canonical};

/// A name shorter than this that is no address is left where it is a part of a text: it may be any word.
const SHORTEST: usize = 8;

/// The name of a person beside an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Named {
    /// The name.
    pub name: String,
    /// What is digested with it.
    pub salt: String,
}

/// Names beside an entry, by person.
pub type Names = BTreeMap<PersonId, Named>;

/// How the names beside an entry fit what the entry says of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Beside {
    /// There is one that is not the name that was noted.
    pub(super) is_wrong: bool,
    /// There are fewer than were noted.
    pub(super) is_erased: bool,
}

impl Named {
    /// What an entry has of it: the SHA-256 of the canonical JSON of salt and name, in a list.
    pub fn digest(&self) -> Digest {
        // Two texts can always be written down.
        let text = canonical::json(&[&self.salt, &self.name]).unwrap_or_default();
        Digest::of(text.as_bytes())
    }
}

impl PersonId {
    /// What is shown of somebody whose name is not kept any more.
    pub fn erased(&self) -> String {
        let short: String = self.as_str().chars().take(8).collect();
        format!("erased person {short}")
    }

    /// What stands in an entry where their name would.
    fn placeholder(&self) -> String {
        format!("{{{self}}}")
    }
}

impl Actor {
    /// Which person answers for it and what they are called, if it is known which.
    fn identified(&self) -> Option<(&PersonId, &str)> {
        let responsible = self.responsible();
        let person = responsible.person.as_ref()?;
        Some((person, &responsible.name))
    }
}

impl AuditRecord {
    /// The people whom it names, and what they are called.
    pub fn named(&self) -> BTreeMap<PersonId, String> {
        let all = std::iter::once(&self.by).chain(&self.about);
        let mut named = BTreeMap::new();
        for (person, name) in all.filter_map(Actor::identified) {
            named
                .entry(person.clone())
                .or_insert_with(|| name.to_owned());
        }
        named
    }

    /// The same as the log keeps it: with a placeholder for each name, and its digest.
    #[must_use]
    pub fn without_names(mut self, names: &Names) -> Self {
        let all = std::iter::once(&self.by).chain(&self.about);
        let all: Vec<(PersonId, String)> = all
            .filter_map(Actor::identified)
            .filter(|(person, _)| names.contains_key(*person))
            .map(|(person, name)| (person.clone(), name.to_owned()))
            .collect();
        for (person, name) in all {
            let placeholder = person.placeholder();
            hide(&mut self.by, &name, &placeholder);
            for text in self.texts() {
                *text = replaced(text, &name, &placeholder);
            }
            if let Some(named) = names.get(&person) {
                self.people.insert(person, named.digest());
            }
        }
        self.about.clear();
        self
    }

    /// The texts in which people may be named.
    fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        self.reason.iter_mut().chain(self.details.values_mut())
    }
}

impl Entry {
    /// The same for people: with the names that are there in their places, and words for those that are not. Its hash is not
    /// that of these words.
    #[must_use]
    pub fn readable(mut self) -> Self {
        let people: Vec<PersonId> = self.note.people.keys().cloned().collect();
        for person in people {
            let placeholder = person.placeholder();
            let name = match self.names.get(&person) {
                Some(named) => named.name.clone(),
                None => person.erased(),
            };
            show(&mut self.note.by, &name, &placeholder);
            for text in self.note.texts() {
                *text = text.replace(&placeholder, &name);
            }
        }
        self
    }

    /// How the names beside it fit.
    pub(super) fn beside(&self) -> Beside {
        let fits = |(person, named): (&PersonId, &Named)| {
            self.note.people.get(person) == Some(&named.digest())
        };
        Beside {
            is_wrong: !self.names.iter().all(fits),
            is_erased: self.names.len() < self.note.people.len(),
        }
    }
}

impl Beside {
    /// The same of an entry as it is written down; `None` if these are no names.
    pub(super) fn of(people: Option<&Value>, names: Option<&Value>) -> Option<Self> {
        let none = serde_json::Map::new();
        let members = |value: Option<&Value>| match value {
            None => Some(none.clone()),
            Some(value) => value.as_object().cloned(),
        };
        let (noted, beside) = (members(people)?, members(names)?);
        let fits = |(person, value): (&String, &Value)| {
            let own = Named::deserialize(value).ok()?.digest().to_string();
            (own == noted.get(person)?.as_str()?).then_some(())
        };
        Some(Self {
            is_wrong: beside.iter().any(|one| fits(one).is_none()),
            is_erased: noted.keys().any(|person| !beside.contains_key(person)),
        })
    }
}

/// A caller's own name and its owner's: a token is called by the name of its owner, too.
fn hide(actor: &mut Actor, name: &str, placeholder: &str) {
    let is_own = actor.responsible().name == name;
    if let Some(owner) = &mut actor.owner {
        hide(owner, name, placeholder);
    }
    if is_own {
        actor.name = actor.name.replacen(name, placeholder, 1);
    }
}

fn show(actor: &mut Actor, name: &str, placeholder: &str) {
    if let Some(owner) = &mut actor.owner {
        show(owner, name, placeholder);
    }
    actor.name = actor.name.replace(placeholder, name);
}

/// A text with another word for a name: where it is all of the text, and where it stands in it as a word of its own. Addresses
/// are the same in capitals.
pub fn replaced(text: &str, name: &str, by: &str) -> String {
    let is_address = name.contains('@');
    if text == name || is_address && text.eq_ignore_ascii_case(name) {
        return by.to_owned();
    }
    let is_telling = is_address || name.chars().count() >= SHORTEST;
    if name.is_empty() || !is_telling {
        return text.to_owned();
    }
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = found(rest, name, is_address) {
        let (before, it, behind) = (
            &rest[..at],
            &rest[at..at + name.len()],
            &rest[at + name.len()..],
        );
        let so_far = result.chars().next_back();
        let alone = !ends_in_name(before.chars().next_back().or(so_far)) && !goes_on(behind);
        result.push_str(before);
        result.push_str(if alone { by } else { it });
        rest = behind;
    }
    result.push_str(rest);
    result
}

fn found(text: &str, name: &str, any_case: bool) -> Option<usize> {
    if !any_case {
        return text.find(name);
    }
    let windows = text.as_bytes().windows(name.len());
    // A name begins and ends with whole characters, so that what equals it does, too.
    windows
        .enumerate()
        .find_map(|(at, it)| it.eq_ignore_ascii_case(name.as_bytes()).then_some(at))
}

/// Whether what stands before a name makes it the end of a longer one.
fn ends_in_name(before: Option<char>) -> bool {
    before.is_some_and(|char| char.is_alphanumeric() || "._%+-@".contains(char))
}

/// Whether a name goes on behind its end. A full stop at the end of a sentence does not.
fn goes_on(behind: &str) -> bool {
    let mut chars = behind.chars();
    match chars.next() {
        Some('.' | '-') => chars.next().is_some_and(char::is_alphanumeric),
        Some(char) => char.is_alphanumeric() || char == '_' || char == '@',
        None => false,
    }
}
