//! How far a look at a promotion takes it.

/// What a look at a promotion came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Something changed: look again.
    Changed,
    /// It was started just now, by this process: its target is to be called.
    Started,
    /// A part of its files was copied, and that is noted: look again for the next one.
    Copied,
    /// There is nothing more to do now.
    Idle,
    /// Its target was tried in vain, for this reason, and is to be tried again later.
    Tried(String),
}
