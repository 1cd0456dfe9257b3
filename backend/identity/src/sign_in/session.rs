//! Someone's session: a cookie in their browser, that holds as long as the register has its identity.

use domain::{
    Timestamp,
    actor::Actor,
    digest::Digest,
    id::{PersonId, SessionId},
};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::claims::Person;

/// How often the time of the last use is noted, at the most.
const NOTED: SignedDuration = SignedDuration::from_mins(5);

/// Who is signed in, since when, and when they were last here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    id: SessionId,
    person: PersonId,
    name: String,
    shown: String,
    groups: Vec<String>,
    began: i64,
    seen: i64,
}

impl Session {
    /// How long a session lasts at the most, and so how long after a change of groups at the issuer.
    pub const LIFETIME: SignedDuration = SignedDuration::from_hours(24);

    /// A session of someone who just came in. Of their groups it keeps those that count here, so that the cookie stays
    /// small and says no more than is needed.
    pub(super) fn begin(
        person: Person,
        counts: impl Fn(&str) -> bool,
        id: SessionId,
        now: Timestamp,
    ) -> Self {
        let groups = person.groups.into_iter().filter(|group| counts(group));
        Self {
            shown: person.shown,
            ..Self::of(
                id,
                person.identity.person(),
                person.name,
                groups.collect(),
                now,
            )
        }
    }

    /// The session of someone, from now on.
    pub fn of(
        id: SessionId,
        person: PersonId,
        name: impl Into<String>,
        groups: Vec<String>,
        now: Timestamp,
    ) -> Self {
        let name = name.into();
        Self {
            id,
            person,
            shown: name.clone(),
            name,
            groups,
            began: now.as_second(),
            seen: now.as_second(),
        }
    }

    /// Its identity in the register.
    pub const fn id(&self) -> &SessionId {
        &self.id
    }

    pub const fn person(&self) -> &PersonId {
        &self.person
    }

    /// What records call them.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When it began.
    pub fn began(&self) -> Timestamp {
        Timestamp::from_second(self.began).unwrap_or_default()
    }

    /// Who it is.
    pub fn actor(&self) -> Actor {
        Actor::person(self.person.clone(), &self.name, self.groups.clone())
    }

    /// Those of their groups that it keeps.
    pub fn groups(&self) -> &[String] {
        &self.groups
    }

    /// A digest of all that stays the same while it lasts.
    pub fn facts(&self) -> Digest {
        let Self {
            id,
            person,
            name,
            shown,
            groups,
            began,
            seen: _,
        } = self;
        let text = serde_json::to_string(&(id, person, name, shown, groups, began));
        Digest::of(text.unwrap_or_default().as_bytes())
    }

    /// When the register has to be asked about it at the latest.
    pub fn asked_by(&self) -> i64 {
        self.seen + NOTED.as_secs()
    }

    /// What to call them.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// The same session, used now; none while it was noted lately.
    pub fn used(&self, now: Timestamp) -> Option<Self> {
        (now.as_second() - self.seen >= NOTED.as_secs()).then(|| Self {
            seen: now.as_second(),
            ..self.clone()
        })
    }

    pub(super) fn is_live(&self, idle: SignedDuration, now: Timestamp) -> bool {
        let now = now.as_second();
        // A clock that is a little behind the one that began it is no reason to send anyone away.
        now - self.began < Self::LIFETIME.as_secs() && now - self.seen < idle.as_secs()
    }

    pub(super) fn lasts(&self, idle: SignedDuration, now: Timestamp) -> i64 {
        let left = self.began + Self::LIFETIME.as_secs() - now.as_second();
        left.min(idle.as_secs()).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE: SignedDuration = SignedDuration::from_hours(8);

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + hour * 3600).unwrap()
    }

    fn session() -> Session {
        let person = Person {
            identity: crate::sign_in::Identity {
                issuer: "https://issuer.example".to_owned(),
                subject: "s-1".to_owned(),
            },
            name: "ada@example.com".to_owned(),
            shown: "Ada".to_owned(),
            groups: vec!["canteen".to_owned()],
        };
        let id = "01KAF000000000000000000001".parse().unwrap();
        Session::begin(person, |_| false, id, at(0))
    }

    #[test]
    fn a_session_that_nobody_uses_ends_after_its_idle_time() {
        assert!(session().is_live(IDLE, at(7)));
        assert!(!session().is_live(IDLE, at(8)));
    }

    #[test]
    fn a_session_that_is_used_all_day_ends_after_a_day() {
        let mut session = session();
        for hour in 1..24 {
            assert!(session.is_live(IDLE, at(hour)), "{hour}");
            session = session.used(at(hour)).unwrap();
        }
        assert_eq!(session.lasts(IDLE, at(23)), 3600);
        assert!(!session.is_live(IDLE, at(24)));
    }

    #[test]
    fn a_use_is_noted_every_few_minutes_and_not_each_time() {
        assert_eq!(session().used(at(0)), None);
        assert!(session().used(at(1)).is_some());
    }

    #[test]
    fn groups_that_do_not_count_are_not_kept() {
        assert_eq!(session().actor().groups, Vec::<String>::new());
    }
}
