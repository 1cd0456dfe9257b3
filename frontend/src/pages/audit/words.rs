//! What was done, in words that follow whoever did it.

use domain::audit::{Deed, Fault};

/// What was done, after "Ada".
pub(super) fn deed(deed: Deed) -> &'static str {
    match deed {
        Deed::PromotionRequested => "asked for a promotion",
        Deed::PromotionRefused => "was refused a promotion",
        Deed::GatesBypassed => "went past gates",
        Deed::Approved => "approved",
        Deed::ApprovalRefused => "could not approve",
        Deed::Rejected => "rejected",
        Deed::PromotionCanceled => "took a promotion back",
        Deed::PromotionExpired => "let a promotion expire",
        Deed::PromotionStarted => "started a promotion",
        Deed::PromotionSucceeded => "finished a promotion",
        Deed::PromotionFailed => "saw a promotion fail",
        Deed::PromotionAbandoned => "abandoned a promotion",
        Deed::RollbackRequested => "asked for a rollback",
        Deed::Held => "put a hold",
        Deed::Lifted => "lifted a hold",
        Deed::Withdrawn => "withdrew a build",
        Deed::Restored => "restored a build",
        Deed::Registered => "registered a build",
        Deed::Released => "released a build",
        Deed::ConfigurationChanged => "started with another configuration",
        Deed::TokenMade => "made a token",
        Deed::TokenRevoked => "revoked a token",
        Deed::LinkMade => "made a share link",
        Deed::LinkRevoked => "revoked a share link",
        Deed::SessionEnded => "ended a session",
        Deed::LockedOut => "guessed too often",
        Deed::PrivacyExported => "exported what is kept of a person",
        Deed::PrivacyErased => "erased a person's name",
    }
}

/// Every deed, for the filter.
pub(super) const DEEDS: [Deed; 28] = [
    Deed::PromotionRequested,
    Deed::PromotionRefused,
    Deed::GatesBypassed,
    Deed::Approved,
    Deed::ApprovalRefused,
    Deed::Rejected,
    Deed::PromotionCanceled,
    Deed::PromotionExpired,
    Deed::PromotionStarted,
    Deed::PromotionSucceeded,
    Deed::PromotionFailed,
    Deed::PromotionAbandoned,
    Deed::RollbackRequested,
    Deed::Held,
    Deed::Lifted,
    Deed::Withdrawn,
    Deed::Restored,
    Deed::Registered,
    Deed::Released,
    Deed::ConfigurationChanged,
    Deed::TokenMade,
    Deed::TokenRevoked,
    Deed::LinkMade,
    Deed::LinkRevoked,
    Deed::SessionEnded,
    Deed::LockedOut,
    Deed::PrivacyExported,
    Deed::PrivacyErased,
];

/// The word that addresses and exports have for it.
pub(super) fn name(deed: Deed) -> String {
    let value = serde_json::to_value(deed).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// How it looks: what someone should look at stands out.
pub(super) fn tone(deed: Deed) -> &'static str {
    match deed {
        Deed::PromotionRefused
        | Deed::ApprovalRefused
        | Deed::Rejected
        | Deed::PromotionFailed
        | Deed::PromotionAbandoned
        | Deed::Withdrawn => "failed",
        Deed::GatesBypassed | Deed::Held | Deed::RollbackRequested | Deed::LockedOut => "waiting",
        Deed::Approved
        | Deed::PromotionSucceeded
        | Deed::Registered
        | Deed::Released
        | Deed::Restored => "succeeded",
        Deed::PromotionRequested
        | Deed::PromotionCanceled
        | Deed::PromotionExpired
        | Deed::PromotionStarted
        | Deed::Lifted
        | Deed::ConfigurationChanged
        | Deed::TokenMade
        | Deed::TokenRevoked
        | Deed::LinkMade
        | Deed::LinkRevoked
        | Deed::SessionEnded
        | Deed::PrivacyExported
        | Deed::PrivacyErased => "queued",
    }
}

/// What is wrong with an entry.
pub(super) fn fault(fault: Fault) -> &'static str {
    match fault {
        Fault::Altered => "altered",
        Fault::Missing => "missing",
        Fault::Inserted => "inserted",
        Fault::Reordered => "reordered",
        Fault::SealMismatch => "not as sealed",
        Fault::SealMissing => "seal missing",
        Fault::SealReplaced => "seal written over",
        Fault::SealDeleted => "seal deleted",
        Fault::SealForged => "not a seal",
    }
}
