//! Who does something, as the audit log keeps it: the actor, how they proved who they are, and from where.

use jiff::Timestamp;

use super::{AuditAction, AuditRecord};
use crate::actor::{Actor, ActorKind};

/// Anyone who asks for something that is noted. An [`Actor`] alone is enough where no more is known.
#[derive(Clone, Copy, Debug)]
pub struct Principal<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// How they proved it: `local`, `session of <issuer>`, `job <id>`, `token <id>`, `schedule`.
    pub proof: &'a str,
    /// From where: the caller's address, where there is one.
    pub from: Option<&'a str>,
}

impl<'a> From<&'a Actor> for Principal<'a> {
    fn from(actor: &'a Actor) -> Self {
        Self {
            actor,
            proof: match actor.kind {
                ActorKind::Local => "local",
                ActorKind::Person => "session",
                ActorKind::Pipeline => "job",
                ActorKind::Portal => "schedule",
                ActorKind::Token => "token",
                ActorKind::Machine => "platform",
                ActorKind::Guest => "share link",
            },
            from: None,
        }
    }
}

impl Principal<'_> {
    /// What they do, about nothing in particular yet.
    pub fn note(self, action: AuditAction, now: Timestamp) -> AuditRecord {
        AuditRecord {
            from: self.from.map(str::to_owned),
            ..AuditRecord::new(now, self.actor.clone(), self.proof, action)
        }
    }
}
