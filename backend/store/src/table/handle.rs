//! Handles: the records of one subject, by the table that they are in.

/// Defines a handle: a reference to the table, cheap to copy, that methods take by value.
macro_rules! handle {
    ($(#[$about:meta])* $visibility:vis struct $name:ident) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug)]
        $visibility struct $name<'t> {
            pub(crate) table: &'t $crate::Table,
        }

        impl<'t> $name<'t> {
            pub(crate) const fn of(table: &'t $crate::Table) -> Self {
                Self { table }
            }
        }
    };
}

handle! {
    /// The audit log, its seals, and the configuration that was last noted.
    pub struct Audit
}

handle! {
    /// Builds, their registrations and uploads.
    pub struct Builds
}

handle! {
    /// Downloads, and how many there were in a day.
    pub struct Downloads
}

handle! {
    /// Events of sources.
    pub struct Events
}

handle! {
    /// Wrong guesses at secrets.
    pub struct Lockouts
}

handle! {
    /// Holds on environments and on automatic promotion.
    pub struct Holds
}

handle! {
    /// Objects that are damaged, and looking for them.
    pub struct Integrity
}

handle! {
    /// Share links.
    pub struct Links
}

handle! {
    /// People, their names beside the audit log, and what is kept of them.
    pub struct People
}

handle! {
    pub struct Promotions
}

handle! {
    /// What environments serve and served, and withdrawals.
    pub struct Releases
}

handle! {
    /// Runs of pipelines, their steps, and the overview.
    pub struct Runs
}

handle! {
    /// Where people are signed in.
    pub struct Sessions
}

handle! {
    /// API tokens.
    pub struct Tokens
}
