//! What people say to a promotion.

use super::{Promotion, State};
use crate::{actor::Actor, digest::Digest};

/// What a person says to a promotion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer<'a> {
    /// They agree.
    Approve {
        /// The digest of the bytes that they saw.
        seen: Digest,
        /// What they add, if anything.
        comment: Option<&'a str>,
    },
    /// They do not agree, and why.
    Reject(&'a str),
    /// They cancel it before it has started, and why.
    Cancel(&'a str),
    /// They end it while its target is at work, and why.
    Abandon(&'a str),
}

impl Promotion {
    /// Whether a person has given the same answer before.
    pub fn has_answer(&self, by: &Actor, answer: Answer<'_>) -> bool {
        match (answer, &self.state) {
            (Answer::Approve { seen, .. }, _) => {
                let mut given = self.approvals.iter();
                given.any(|given| given.by.is_same_as(by) && given.digest == seen)
            }
            (Answer::Reject(_), State::Rejected { by: ended, .. })
            | (Answer::Cancel(_), State::Canceled { by: ended, .. })
            | (Answer::Abandon(_), State::Abandoned { by: ended, .. }) => ended.is_same_as(by),
            (Answer::Reject(_) | Answer::Cancel(_) | Answer::Abandon(_), _) => false,
        }
    }
}
