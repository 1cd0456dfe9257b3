//! `towpath audit`: reading the audit log, taking it away, and finding what was done to it behind everyone's back.

pub(crate) mod export;
pub(crate) mod list;
mod months;
pub(crate) mod verify;

use clap::Subcommand;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// List who did what, newest first
    List(list::ListingOptions),
    /// Find entries that were altered, are missing, were put in or moved, and seals that are missing, hidden or written over; exit
    /// code 7 if there are any
    Verify(verify::VerifyOptions),
    /// Take entries away, the oldest first: as JSON lines, with which the log can be verified anywhere, or as CSV
    Export(export::ExportOptions),
}
