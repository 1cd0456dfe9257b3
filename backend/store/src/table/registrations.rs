//! Registrations: what makes a build register once, however often its job is delivered.

use domain::{Timestamp, id::BuildId};

/// How far a registration is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registration {
    /// Begun, now or before; whoever holds this may go on.
    Pending(PendingRegistration),
    /// It made this build.
    Done {
        /// The build.
        build: BuildId,
        /// Its number within the app.
        number: u64,
    },
}

/// A registration that has made no build yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingRegistration {
    /// Its identity: SHA-256 of its key, in hexadecimal.
    pub id: String,
    /// When it was last begun.
    pub since: Timestamp,
    /// Keys of objects that it may have left behind, beside those in its own staging folder.
    pub objects: Vec<String>,
}

/// What completing a registration did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Completed {
    /// The build is registered.
    Done,
    /// Another delivery of the same job was faster, and made this build.
    AlreadyDone {
        /// The build.
        build: BuildId,
        /// Its number within the app.
        number: u64,
    },
}
