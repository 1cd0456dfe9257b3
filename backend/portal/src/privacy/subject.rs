//! Whom it is about.

use domain::{
    actor::{Actor, ActorKind},
    id::PersonId,
    page::Cursor,
};
use store::table::{PersonRecord, Subject, begins_a_part};

use crate::{Error, Result, access::Action, privacy::Privacy};

/// The most characters of what somebody is called.
const LONGEST: usize = 200;

/// Whom somebody means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Whom<'a> {
    /// Their address, their identifier, or what the issuer calls them; left out, the caller.
    pub(super) person: Option<&'a str>,
    /// The issuer, where `person` is its name for them.
    pub(super) issuer: Option<&'a str>,
}

/// Somebody of whom something may be kept.
pub(super) struct Known {
    pub(super) subject: Subject,
    /// How they signed in last, unless that is not kept any more.
    pub(super) record: Option<PersonRecord>,
}

impl Privacy<'_> {
    /// Who it is, for anyone who may know all of anybody.
    pub(super) async fn anybody(self, actor: &Actor, whom: Whom<'_>) -> Result<Known> {
        self.portal.authorise(actor, Action::ManagePrivacy)?;
        let typed = whom.person.map(str::trim).unwrap_or_default();
        let issuer = whom.issuer.map(str::trim);
        if typed.is_empty() || typed.chars().count() > LONGEST {
            let detail =
                "give the person's address, their identifier, or what the issuer calls them";
            return Err(Error::invalid("person", detail));
        }
        let people = self.portal.table.people().all().await?;
        if let Some(issuer) = issuer.filter(|issuer| !issuer.is_empty()) {
            return self.known(PersonId::of(issuer, typed), people).await;
        }
        if let Ok(id) = typed.parse() {
            return self.known(id, people).await;
        }
        let is_meant = |known: &&PersonRecord| {
            known.name.eq_ignore_ascii_case(typed) || known.subject == typed
        };
        let meant: Vec<&PersonRecord> = people.iter().filter(is_meant).collect();
        match meant.as_slice() {
            [one] => {
                let id = one.id.clone();
                self.known(id, people).await
            }
            [] => Err(Error::not_found(format!(
                "person called {typed} who signed in lately: write the identifier that an entry of the audit log gives as `person`, or the issuer with its name for them. Anyone who is erased has no name any more"
            ))),
            several => {
                let one = |known: &&PersonRecord| {
                    format!(
                        "{} ({} of {}, signed in at {:.0})",
                        known.id, known.subject, known.issuer, known.signed_in_at
                    )
                };
                let several: Vec<String> = several.iter().map(one).collect();
                Err(Error::Conflict {
                    detail: format!(
                        "several people have been called {typed}: write the identifier of one of them: {}",
                        several.join(", ")
                    ),
                })
            }
        }
    }

    /// The caller, if that is a person who is signed in. A token is not: what is kept of its owner is for the owner alone.
    pub(super) async fn oneself(self, actor: &Actor) -> Result<Known> {
        match (&actor.person, actor.kind) {
            (Some(person), ActorKind::Person) => {
                let people = self.portal.table.people().all().await?;
                self.known(person.clone(), people).await
            }
            _ => Err(Error::Forbidden {
                who: actor.name.clone(),
                what: "see what is kept of a person, which is for people who signed in".into(),
                why: String::new(),
            }),
        }
    }

    /// Whether somebody means themselves: by nothing, by their identifier, or by what they are called.
    pub(super) fn is_oneself(actor: &Actor, whom: Whom<'_>) -> bool {
        let Some(own) = actor
            .person
            .as_ref()
            .filter(|_| actor.kind == ActorKind::Person)
        else {
            return whom.person.is_none();
        };
        match (whom.person.map(str::trim), whom.issuer.map(str::trim)) {
            (None, _) => true,
            (Some(typed), Some(issuer)) if !issuer.is_empty() => {
                PersonId::of(issuer, typed) == *own
            }
            (Some(typed), _) => typed == own.as_str() || typed.eq_ignore_ascii_case(&actor.name),
        }
    }

    async fn known(self, id: PersonId, people: Vec<PersonRecord>) -> Result<Known> {
        let table = &self.portal.table;
        let mut names = table.people().names(&id).await?;
        let (own, others): (Vec<_>, Vec<_>) = people.into_iter().partition(|it| it.id == id);
        let record = own.into_iter().next();
        names.extend(record.as_ref().map(|record| record.name.clone()));
        names.sort_unstable();
        names.dedup();
        // What an earlier erasure put in the place of a name is none.
        names.retain(|name| *name != id.erased());
        let is_theirs = |name: &&String| {
            let has_it = |other: &PersonRecord| other.name.eq_ignore_ascii_case(name);
            name.contains('@') && !others.iter().any(has_it)
        };
        let texts: Vec<String> = names.iter().filter(is_theirs).cloned().collect();
        // An address that has changed hands says of nobody who it was.
        names.retain(|name| texts.contains(name));
        Ok(Known {
            subject: Subject { id, names, texts },
            record,
        })
    }
}

/// Where a part begins, before anything is done for it: a cursor that no answer gave is the caller's mistake.
pub(super) fn part_of(cursor: Option<&Cursor>) -> Result<Option<Cursor>> {
    match cursor {
        Some(cursor) if !begins_a_part(cursor) => Err(Error::invalid(
            "cursor",
            "a cursor is `next` of the answer before",
        )),
        cursor => Ok(cursor.cloned()),
    }
}
