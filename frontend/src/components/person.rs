//! Who did something, in words.

use domain::actor::{Actor, ActorKind};

/// Who did something: "by ada@example.com".
pub(crate) fn by(actor: &Actor) -> String {
    match actor.kind {
        ActorKind::Local => "on this computer".to_owned(),
        ActorKind::Person
        | ActorKind::Pipeline
        | ActorKind::Token
        | ActorKind::Machine
        | ActorKind::Guest => format!("by {}", actor.name),
        ActorKind::Portal => "by the portal".to_owned(),
    }
}

/// Who it is, at the head of a line.
pub(crate) fn name(actor: &Actor) -> String {
    match actor.kind {
        ActorKind::Local => "Local user".to_owned(),
        ActorKind::Person
        | ActorKind::Pipeline
        | ActorKind::Token
        | ActorKind::Machine
        | ActorKind::Guest => actor.name.clone(),
        ActorKind::Portal => "The portal".to_owned(),
    }
}
