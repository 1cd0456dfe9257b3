//! Why a promotion does not go from one state to another, each reason with what to do instead.

use jiff::Timestamp;

use crate::{digest::Digest, gate::GateAnswer, id::PromotionId, text::Unwritten, words};

/// Why something cannot be done with a promotion.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Impossible {
    /// It is in another state.
    #[error("this promotion is {state}, so it cannot be {wanted}")]
    State {
        /// What it is: a state's word.
        state: &'static str,
        /// What was to be done: `approved`, `started`.
        wanted: &'static str,
    },
    /// It waited too long.
    #[error("this promotion expired at {}", words::second(*.0))]
    Expired(Timestamp),
    /// It has not waited long enough to expire.
    #[error("this promotion may wait until {}", words::second(*.0))]
    NotDue(Timestamp),
    /// The person who asked for it does not decide on it.
    #[error("the person who asks for a promotion cannot approve or reject it")]
    OwnRequest,
    /// The approver has approved.
    #[error("you have approved this promotion already")]
    Twice,
    /// The approval is for other bytes.
    #[error("you approve {}, and this promotion is of {}", seen.short(), asked.short())]
    OtherBytes {
        /// The digest that is to be released.
        asked: Digest,
        /// The digest that was approved.
        seen: Digest,
    },
    /// The person who decides is in none of the groups that are asked.
    #[error("you are not in {}, which this promotion asks", words::any_of(groups))]
    NotAsked {
        /// The groups that are asked.
        groups: Vec<String>,
    },
    /// A token, or a workload, decides.
    #[error("only people approve and reject, and no token does it for them")]
    ByToken,
    /// Nobody is asked to approve.
    #[error("this promotion asks for no approval")]
    NothingToApprove,
    /// Only the person who asked, or a release manager, cancels it.
    #[error("this promotion is not yours to cancel")]
    NotYours,
    /// Only people who may go past gates end what has started.
    #[error("a promotion that has started is abandoned only by people who may go past its gates")]
    MayNotAbandon,
    /// A reason or a comment cannot be kept.
    #[error("the {what} cannot be kept: {why}")]
    Words {
        /// Which of the two.
        what: &'static str,
        /// What is wrong with it.
        why: Unwritten,
    },
    /// Another promotion has the environment.
    #[error("the environment is another promotion's: {0}")]
    Occupied(PromotionId),
    /// It does not have the environment, since nothing is open there.
    #[error("this promotion no longer holds its place")]
    NoPlace,
    /// It is not of the build that it is to be started with, or its path no longer enters the environment.
    #[error("{0}")]
    Changed(&'static str),
    /// Another promotion, or a pipeline, has brought the build there meanwhile.
    #[error("the environment serves this build already")]
    AlreadyThere,
    /// Gates do not let it through.
    #[error("not every gate lets this promotion through: {}", waiting(gates))]
    Gates {
        /// How they stand.
        gates: Vec<GateAnswer>,
    },
}

impl Impossible {
    /// What to do instead.
    pub fn remedy(&self) -> String {
        let remedy = match self {
            Self::State {
                state: "waiting",
                wanted: "abandoned",
            } => "cancel it: nothing has started",
            Self::State {
                state: "starting" | "running",
                wanted: "cancelled",
            } => "wait until it has ended, or have it abandoned by somebody who may go past gates",
            Self::State { .. } => "open its page to see what became of it",
            Self::Expired(_) | Self::NoPlace => "ask for the promotion again",
            Self::NotDue(_) => "wait until then, or cancel it",
            Self::OwnRequest => "ask someone else of the groups to decide; you can cancel it",
            Self::Twice => "ask someone else to approve",
            Self::OtherBytes { .. } => {
                "open the promotion's page again and look at the build that it names now"
            }
            Self::NotAsked { groups } => {
                return format!("ask someone of {} to decide", words::any_of(groups));
            }
            Self::ByToken => "sign in, and decide on the promotion's page",
            Self::NothingToApprove => "wait for the other gates: its page says which",
            Self::MayNotAbandon => {
                "ask a release manager of this app and environment, who does it signed in and not by a token"
            }
            Self::NotYours => "ask the person who asked for it, or a release manager",
            Self::Words { .. } => "write one in at most 1,000 characters",
            Self::Occupied(_) => "wait until that one has ended, or cancel it",
            Self::AlreadyThere => "cancel it: there is nothing left to do",
            Self::Changed(_) => "cancel it and request it again",
            Self::Gates { gates } => return remedies(gates),
        };
        remedy.to_owned()
    }
}

fn waiting(gates: &[GateAnswer]) -> String {
    let words: Vec<&str> = gates
        .iter()
        .filter(|gate| !gate.standing.lets_through())
        .map(|gate| gate.words.as_str())
        .collect();
    words.join("; ")
}

fn remedies(gates: &[GateAnswer]) -> String {
    let remedies: Vec<&str> = gates
        .iter()
        .filter(|gate| !gate.standing.lets_through())
        .filter_map(|gate| gate.remedy.as_deref())
        .collect();
    remedies.join("; ")
}
