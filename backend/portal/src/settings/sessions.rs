//! Who is signed in where, and ending that from elsewhere.
//!
//! A session is a sealed cookie; the register says whether it has been ended. The register is asked when a cookie's use is
//! noted, every five minutes, so that a request in between costs nothing and an end holds soon after.

use std::collections::BTreeMap;

use api::sessions::{EndAll, Ended, SessionView, SessionsView};
use domain::{
    Timestamp,
    actor::{Actor, ActorKind},
    audit::{AuditAction, AuditRecord, Principal},
    device,
    id::{PersonId, SessionId},
    promotion::WORDS_LIMIT,
    text::{is_shown, written},
};
use identity::sign_in::{Identity, Session};
use jiff::SignedDuration;
use store::table::{PersonRecord, SessionRecord};

use crate::{Error, Result, access::Action, handle::handle};

/// The most characters that are kept of what a browser calls itself, and of an address.
const LONGEST: usize = 200;

/// Which session asks, and how long one lasts that nobody uses.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// The session; none for programs.
    pub session: Option<&'a Session>,
    /// The idle time.
    pub idle: SignedDuration,
}

handle! {
    /// Where people are signed in.
    pub struct Sessions
}

impl Sessions<'_> {
    /// Registers a session that begins: with that, it can be seen and ended elsewhere. Done at sign-in, for anyone who has
    /// just come in. What is kept of them from now on counts for their approvals, and the tokens that were made by anyone who
    /// had their address before it was kept which person made one become theirs.
    pub async fn begin(
        self,
        session: &Session,
        identity: &Identity,
        address: Option<&str>,
        user_agent: Option<&str>,
    ) -> Result<()> {
        let short = |text: &str| {
            let printable = text.chars().filter(|c| is_shown(*c));
            printable.take(LONGEST).collect::<String>()
        };
        let record = SessionRecord {
            id: session.id().clone(),
            person: session.person().clone(),
            began: session.began(),
            seen: session.began(),
            until: session.began() + Session::LIFETIME,
            user_agent: user_agent.map(short),
            address: address.map(short),
            facts: Some(session.facts()),
        };
        let person = PersonRecord {
            id: session.person().clone(),
            issuer: identity.issuer.clone(),
            subject: identity.subject.clone(),
            name: session.name().to_owned(),
            groups: session.groups().to_vec(),
            signed_in_at: session.began(),
        };
        let table = &self.portal.table;
        table.people().put(&person).await?;
        let claimed = table.tokens().claim(&person.name, &person.id).await?;
        if claimed > 0 {
            tracing::info!(
                person = person.name,
                claimed,
                "tokens are known to be somebody's"
            );
        }
        Ok(table.sessions().put(&record).await?)
    }

    /// Whether a session is registered as its cookie has it. Asked before there is anyone to ask for a role.
    pub async fn has(self, session: &Session) -> Result<bool> {
        let (person, id, facts) = (session.person(), session.id(), session.facts());
        Ok(self.portal.table.sessions().has(person, id, &facts).await?)
    }

    /// Notes that a session is in use; false if it was ended, or is registered otherwise.
    pub async fn touch(self, session: &Session, now: Timestamp) -> Result<bool> {
        let (person, id, facts) = (session.person(), session.id(), session.facts());
        let table = &self.portal.table;
        Ok(table.sessions().touch(person, id, &facts, now).await?)
    }

    /// Ends a session that its own browser gives up.
    pub async fn leave(self, session: &Session) -> Result<()> {
        let table = &self.portal.table;
        table
            .sessions()
            .leave(session.person(), session.id())
            .await?;
        Ok(())
    }

    /// The caller's own sessions.
    pub async fn list(
        self,
        actor: &Actor,
        asking: Asking<'_>,
        now: Timestamp,
    ) -> Result<SessionsView> {
        has_sessions(actor)?;
        let live = match &actor.person {
            Some(person) => self.live(person, asking.idle, now).await?,
            None => Vec::new(),
        };
        let current = asking.session.map(Session::id);
        let mut sessions: Vec<_> = live
            .into_iter()
            .map(|record| SessionView {
                device: device::words(record.user_agent.as_deref()),
                current: current == Some(&record.id),
                id: record.id,
                address: record.address,
                began: record.began,
                seen: record.seen,
                until: record.until,
            })
            .collect();
        sessions.sort_by_key(|session| (!session.current, std::cmp::Reverse(session.seen)));
        Ok(SessionsView { sessions })
    }

    /// Ends one of the caller's own sessions. One that is over needs no ending.
    pub async fn end<'a>(
        self,
        who: impl Into<Principal<'a>>,
        id: &SessionId,
        now: Timestamp,
    ) -> Result<()> {
        let who = who.into();
        has_sessions(who.actor)?;
        let note = note(who, who.actor.clone(), 1, None, now);
        let table = &self.portal.table;
        if let Some(person) = &who.actor.person
            && table.sessions().end(person, id, &note).await?
        {
            return Ok(());
        }
        Err(Error::not_found(
            "such session of yours: it is over already",
        ))
    }

    /// Ends the caller's own sessions but the one that asks.
    pub async fn end_others<'a>(
        self,
        who: impl Into<Principal<'a>>,
        asking: Asking<'_>,
        now: Timestamp,
    ) -> Result<Ended> {
        let who = who.into();
        has_sessions(who.actor)?;
        let keep = asking.session.map(Session::id);
        match &who.actor.person {
            Some(person) => {
                let whose = (person, who.actor.name.as_str());
                self.end_all_but(who, whose, keep, None, now).await
            }
            None => Ok(Ended { ended: 0 }),
        }
    }

    /// Ends all sessions of someone, also the caller's own; where several people have had an address, of all of them.
    pub async fn end_all_of<'a>(
        self,
        who: impl Into<Principal<'a>>,
        asked: &EndAll,
        now: Timestamp,
    ) -> Result<Ended> {
        let who = who.into();
        self.portal
            .authorise(who.actor, Action::ManageCredentials)?;
        let people = self.people_called(&asked.person).await?;
        let reason = asked.reason.as_deref().map(str::trim);
        let reason = reason.filter(|reason| !reason.is_empty());
        if let Some(Err(why)) = reason.map(|reason| written(reason, WORDS_LIMIT)) {
            return Err(Error::of_reason(why));
        }
        let mut ended = 0;
        for PersonRecord { id, name, .. } in &people {
            let whose = (id, name.as_str());
            ended += self.end_all_but(who, whose, None, reason, now).await?.ended;
        }
        Ok(Ended { ended })
    }

    /// Who has signed in by that name, or is that person.
    async fn people_called(self, typed: &str) -> Result<Vec<PersonRecord>> {
        let name = person(typed)?;
        let mut people = self.portal.table.people().all().await?;
        people.retain(|known| known.name == name || known.id.as_str() == name);
        if people.is_empty() {
            let detail = format!(
                "person called {name}: write the address as the audit log has it, or the identifier that an entry gives as `person`"
            );
            return Err(Error::not_found(detail));
        }
        Ok(people)
    }

    pub(crate) async fn end_all_but(
        self,
        who: Principal<'_>,
        (person, name): (&PersonId, &str),
        keep: Option<&SessionId>,
        reason: Option<&str>,
        now: Timestamp,
    ) -> Result<Ended> {
        let table = &self.portal.table;
        let all = table.sessions().list(person).await?.into_iter();
        let ids = all.map(|record| record.id);
        let ids: Vec<SessionId> = ids.filter(|id| Some(id) != keep).collect();
        let whose = Actor::person(person.clone(), name, Vec::new());
        let note = |count| note(who, whose.clone(), count, reason, now);
        table.sessions().end_all(person, &ids, note).await?;
        Ok(Ended { ended: ids.len() })
    }

    /// Those that are neither ended nor over by themselves.
    async fn live(
        self,
        person: &PersonId,
        idle: SignedDuration,
        now: Timestamp,
    ) -> Result<Vec<SessionRecord>> {
        let mut all = self.portal.table.sessions().list(person).await?;
        all.retain(|record| now < record.until && now < record.seen + idle);
        Ok(all)
    }
}

/// Only people sign in, so nobody else has sessions.
fn has_sessions(actor: &Actor) -> Result<()> {
    match actor.kind {
        ActorKind::Person | ActorKind::Local => Ok(()),
        ActorKind::Pipeline
        | ActorKind::Portal
        | ActorKind::Token
        | ActorKind::Machine
        | ActorKind::Guest => Err(Error::Forbidden {
            who: actor.name.clone(),
            what: "see or end sessions, which are for people who signed in".into(),
            why: String::new(),
        }),
    }
}

/// A person's name as sessions are kept under it. Addresses are the same in capitals.
fn person(typed: &str) -> Result<String> {
    let typed = typed.trim();
    if typed.is_empty() || typed.chars().count() > LONGEST {
        let detail = "give the person's address, or what the issuer calls them";
        return Err(Error::invalid("person", detail));
    }
    Ok(if typed.contains('@') {
        typed.to_lowercase()
    } else {
        typed.to_owned()
    })
}

fn note(
    who: Principal<'_>,
    whose: Actor,
    count: usize,
    reason: Option<&str>,
    now: Timestamp,
) -> AuditRecord {
    AuditRecord {
        reason: reason.map(str::to_owned),
        details: BTreeMap::from([
            ("of".to_owned(), whose.name.clone()),
            ("sessions".to_owned(), count.to_string()),
        ]),
        about: vec![whose],
        ..who.note(AuditAction::SessionEnded, now)
    }
}
