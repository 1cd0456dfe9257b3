//! Erasing a person's name.
//!
//! It goes a part of the table at a time, and every step of it can be done again: whatever breaks off is begun anew. What says who
//! the person was goes last, so that they are found by their address until then.

use std::collections::BTreeMap;

use api::privacy::{Erase, Erasing, Remaining};
use domain::{
    Timestamp,
    actor::{Actor, ActorKind},
    audit::{AuditAction, AuditRecord, Principal},
    id::PersonId,
    page::Cursor,
    promotion::WORDS_LIMIT,
    share::Revoked,
    text::written,
};
use store::table::RevokedToken;

use super::subject::{Known, Whom, part_of};
use crate::{Error, Result, links, privacy::Privacy, tokens};

/// So many parts of the table are looked through for one answer, unless so many records were changed before.
const PARTS: usize = 25;
const CHANGES: usize = 300;

/// What no erasure reaches; `docs/privacy.md` says the same.
const REMAINS: [(&str, &str); 9] = [
    (
        "the person's identifier in records and in the audit log, a digest of the issuer and of its name for them",
        "as long as the record; in the audit log for good",
    ),
    (
        "entries of the audit log that a version before names were kept beside them wrote",
        "for good: their names are part of the chain",
    ),
    (
        "addresses of callers in the audit log, and names that somebody typed into a reason of it",
        "for good: they are part of the chain",
    ),
    (
        "logs of the functions, of the gateway and of the queues, and lines that were exported from them",
        "as long as the log groups keep them",
    ),
    (
        "access logs of the buckets",
        "as long as their bucket keeps them",
    ),
    (
        "payloads that webhooks and EventBridge delivered, with the people whom commits and runs name",
        "400 days, and 14 days in a dead-letter queue",
    ),
    (
        "files of builds, and what is written in them",
        "as long as the build",
    ),
    (
        "backups of the table (point-in-time recovery), and earlier versions of objects",
        "35 days, and as the bucket's lifecycle says",
    ),
    (
        "sessions in browsers that were just ended",
        "five minutes: what is done in them meanwhile names the person again, so erase once more",
    ),
];

impl Privacy<'_> {
    /// Erases a person's name, as far as one call gets: begins with what lets them in, goes on with records, and ends with what
    /// says who they were. Decisions that they took part in stay as they are, by their identifier.
    pub async fn erase<'a>(
        self,
        who: impl Into<Principal<'a>>,
        asked: &Erase,
        now: Timestamp,
    ) -> Result<Erasing> {
        let who = who.into();
        let whom = Whom {
            person: Some(&asked.person),
            issuer: asked.issuer.as_deref(),
        };
        let known = self.anybody(who.actor, whom).await?;
        let reason = &known
            .subject
            .unnamed(written(&asked.reason, WORDS_LIMIT).map_err(Error::of_reason)?);
        let mut next = part_of(asked.cursor.as_ref())?;
        let mut done = begun(&known);
        let is_own = is_own(who.actor, &known.subject.id);
        // At each part, since callers can begin at any: nothing goes without a note, nor while something lets the person in.
        let from = asked.cursor.as_ref();
        let mut erased = note(
            who,
            AuditAction::PrivacyErased,
            &known.subject.id,
            from,
            now,
        );
        erased.reason = Some(reason.to_owned());
        self.portal.table.audit().note(&erased).await?;
        self.revoke(who, &known, reason, &mut done, now).await?;
        let table = &self.portal.table;
        let mut changed = 0;
        for _ in 0..PARTS {
            let part = table
                .people()
                .forget_in(&known.subject, next.as_ref())
                .await?;
            changed += part.found.values().sum::<usize>();
            done.add(part.found);
            next = part.next;
            if next.is_none() || changed >= CHANGES {
                break;
            }
        }
        if next.is_none() {
            if is_own {
                done.sessions += self.end_all_of(who, &known, reason, now).await?;
            }
            done.names = table.people().erase_names(&known.subject.id).await?;
            if let Some(record) = &known.record {
                table.people().forget_person(record).await?;
            }
        }
        done.next = next;
        Ok(done)
    }

    /// Whether this erasure, which is over, was the caller's own: their session has ended with it.
    pub fn has_signed_out(actor: &Actor, done: &Erasing) -> bool {
        done.next.is_none() && is_own(actor, &done.person)
    }

    /// Ends the person's sessions, tokens and links; the session of anyone who erases themselves ends at the end.
    async fn revoke(
        self,
        who: Principal<'_>,
        known: &Known,
        reason: &str,
        done: &mut Erasing,
        now: Timestamp,
    ) -> Result<()> {
        let (id, table) = (&known.subject.id, &self.portal.table);
        if !is_own(who.actor, id) {
            done.sessions = self.end_all_of(who, known, reason, now).await?;
        }
        for name in &known.subject.texts {
            table.tokens().claim(name, id).await?;
        }
        let is_theirs = |actor: &Actor| actor.responsible().person.as_ref() == Some(id);
        for token in table.tokens().list().await? {
            if is_theirs(&token.owner) && token.is_live(now) {
                let revoked = RevokedToken {
                    at: now,
                    by: who.actor.clone(),
                };
                let note = tokens::note(who, AuditAction::TokenRevoked, &token, now);
                let revoked = table.tokens().revoke(&token, &revoked, &note).await?;
                done.tokens += usize::from(revoked);
            }
        }
        for record in table.links().list().await? {
            let link = &record.link;
            if is_theirs(&link.by) && link.revoked.is_none() && now < link.expires_at {
                let revoked = Revoked {
                    by: who.actor.clone(),
                    at: now,
                };
                let note = links::note(who, AuditAction::LinkRevoked, link, now);
                let revoked = table.links().revoke(&link.id, &revoked, &note).await?;
                done.links += usize::from(revoked);
            }
        }
        Ok(())
    }

    async fn end_all_of(
        self,
        who: Principal<'_>,
        known: &Known,
        reason: &str,
        now: Timestamp,
    ) -> Result<usize> {
        let id = &known.subject.id;
        let name = known.subject.names.first().cloned();
        let name = name.unwrap_or_else(|| id.erased());
        let ended = self
            .portal
            .sessions()
            .end_all_but(who, (id, &name), None, Some(reason), now);
        Ok(ended.await?.ended)
    }
}

fn is_own(actor: &Actor, person: &PersonId) -> bool {
    actor.kind == ActorKind::Person && actor.person.as_ref() == Some(person)
}

/// An erasure that has changed nothing yet.
fn begun(known: &Known) -> Erasing {
    let remaining = |(what, until): (&str, &str)| Remaining {
        what: what.to_owned(),
        until: until.to_owned(),
    };
    Erasing {
        person: known.subject.id.clone(),
        sessions: 0,
        tokens: 0,
        links: 0,
        records: BTreeMap::new(),
        names: false,
        next: None,
        remains: REMAINS.map(remaining).into(),
    }
}

/// What the audit log says of it: the person's identifier, and no name; and whether it is a part after the first.
pub(super) fn note(
    who: Principal<'_>,
    action: AuditAction,
    person: &PersonId,
    from: Option<&Cursor>,
    now: Timestamp,
) -> AuditRecord {
    let mut note = who.note(action, now);
    if from.is_some() {
        note.details
            .insert("part".to_owned(), "a later one".to_owned());
    }
    let person = person.to_string();
    note.details.insert("person".to_owned(), person);
    note
}
