//! Share links: a build for people without an account.
//!
//! A link's address holds a secret whose digest alone is kept. Looking at it changes nothing and makes no link to bytes, so
//! that whatever opens addresses by itself neither spends nor learns more than its page; only a tap does, which is a form.
//! What a tap gives is chosen by the same functions as everyone's downloads, for a guest who may do what the link permits as
//! long as its maker may share it. So a link ends with its maker's right.

mod guest;
mod list;
mod make;

pub use guest::{Opened, Tapper};
pub(crate) use list::note;

use domain::{Timestamp, actor::Actor, share::Shared};
use identity::{
    LinkText,
    credential::Secret,
    lockout::{Guessed, Guesser},
};
use store::table::LinkRecord;

use crate::{Error, Result, handle::handle, lockout::Lockouts};

handle! {
    /// Share links.
    pub struct Links
}

/// Anyone who holds that link.
fn holder(record: &LinkRecord) -> Actor {
    Actor::guest(record.owner(), record.link.permit())
}

/// What a link gives, for the audit log.
fn words(what: &Shared) -> String {
    match what {
        Shared::Build { number, .. } => format!("build {number}"),
        Shared::Newest { environment, .. } => format!("what {environment} serves"),
    }
}

impl Links<'_> {
    /// The link of an address. A wrong secret is answered like a link that never was, and takes as long. Anyone who shows too
    /// many that lead nowhere has to wait, also with one that does.
    async fn held(
        self,
        credential: &str,
        from: Option<&str>,
        now: Timestamp,
    ) -> Result<LinkRecord> {
        let nothing = || Error::not_found("share link at this address");
        let credential = LinkText::parse(credential).ok_or_else(nothing)?;
        let guesser = Guesser::at_address(Guessed::ShareLinks, from);
        let table = &self.portal.table;
        let (record, made) = table
            .lockouts()
            .link_and_guesses(&credential.id, guesser.key())
            .await?;
        if let Some(locked) = Lockouts::of(self.portal)
            .locked_out(&guesser, made.as_ref(), now)
            .await?
        {
            return Err(Error::LockedOut {
                until: locked.until,
            });
        }
        let kept = record.as_ref().map(|record| record.secret);
        let kept = kept.unwrap_or_else(|| Secret::new([0; 32]).digest());
        let right = credential.secret.is(&kept);
        if let Some(record) = record.filter(|_| right) {
            return Ok(record);
        }
        Lockouts::of(self.portal).count(&guesser, now).await?;
        Err(nothing())
    }
}
