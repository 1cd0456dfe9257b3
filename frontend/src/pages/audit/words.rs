//! What was done, in words that follow the name of the person who did it.

use domain::audit::{AuditAction, Fault};

/// What was done, after "Ada".
pub(super) fn action(action: AuditAction) -> &'static str {
    match action {
        AuditAction::PromotionRequested => "requested a promotion",
        AuditAction::PromotionRefused => "was refused a promotion",
        AuditAction::GatesBypassed => "went past gates",
        AuditAction::Approved => "approved",
        AuditAction::ApprovalRefused => "could not approve",
        AuditAction::Rejected => "rejected",
        AuditAction::PromotionCanceled => "cancelled a promotion",
        AuditAction::PromotionExpired => "let a promotion expire",
        AuditAction::PromotionStarted => "started a promotion",
        AuditAction::PromotionSucceeded => "finished a promotion",
        AuditAction::PromotionFailed => "noted a failed promotion",
        AuditAction::PromotionAbandoned => "abandoned a promotion",
        AuditAction::RollbackRequested => "requested a rollback",
        AuditAction::Held => "placed a hold",
        AuditAction::Lifted => "lifted a hold",
        AuditAction::Withdrawn => "withdrew a build",
        AuditAction::Restored => "restored a build",
        AuditAction::Registered => "registered a build",
        AuditAction::Released => "released a build",
        AuditAction::ConfigurationChanged => "noted a changed configuration",
        AuditAction::TokenMade => "made a token",
        AuditAction::TokenRevoked => "revoked a token",
        AuditAction::LinkMade => "made a share link",
        AuditAction::LinkRevoked => "revoked a share link",
        AuditAction::SessionEnded => "ended a session",
        AuditAction::LockedOut => "was locked out",
        AuditAction::PrivacyExported => "exported what is kept of a person",
        AuditAction::PrivacyErased => "erased a person's name",
    }
}

/// Every action, for the filter.
pub(super) const ACTIONS: [AuditAction; 28] = [
    AuditAction::PromotionRequested,
    AuditAction::PromotionRefused,
    AuditAction::GatesBypassed,
    AuditAction::Approved,
    AuditAction::ApprovalRefused,
    AuditAction::Rejected,
    AuditAction::PromotionCanceled,
    AuditAction::PromotionExpired,
    AuditAction::PromotionStarted,
    AuditAction::PromotionSucceeded,
    AuditAction::PromotionFailed,
    AuditAction::PromotionAbandoned,
    AuditAction::RollbackRequested,
    AuditAction::Held,
    AuditAction::Lifted,
    AuditAction::Withdrawn,
    AuditAction::Restored,
    AuditAction::Registered,
    AuditAction::Released,
    AuditAction::ConfigurationChanged,
    AuditAction::TokenMade,
    AuditAction::TokenRevoked,
    AuditAction::LinkMade,
    AuditAction::LinkRevoked,
    AuditAction::SessionEnded,
    AuditAction::LockedOut,
    AuditAction::PrivacyExported,
    AuditAction::PrivacyErased,
];

/// The word that addresses and exports have for it.
pub(super) fn name(action: AuditAction) -> String {
    let value = serde_json::to_value(action).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// How it looks: what someone should look at stands out.
pub(super) fn tone(action: AuditAction) -> &'static str {
    match action {
        AuditAction::PromotionRefused
        | AuditAction::ApprovalRefused
        | AuditAction::Rejected
        | AuditAction::PromotionFailed
        | AuditAction::PromotionAbandoned
        | AuditAction::Withdrawn => "failed",
        AuditAction::GatesBypassed
        | AuditAction::Held
        | AuditAction::RollbackRequested
        | AuditAction::LockedOut => "waiting",
        AuditAction::Approved
        | AuditAction::PromotionSucceeded
        | AuditAction::Registered
        | AuditAction::Released
        | AuditAction::Restored => "succeeded",
        AuditAction::PromotionRequested
        | AuditAction::PromotionCanceled
        | AuditAction::PromotionExpired
        | AuditAction::PromotionStarted
        | AuditAction::Lifted
        | AuditAction::ConfigurationChanged
        | AuditAction::TokenMade
        | AuditAction::TokenRevoked
        | AuditAction::LinkMade
        | AuditAction::LinkRevoked
        | AuditAction::SessionEnded
        | AuditAction::PrivacyExported
        | AuditAction::PrivacyErased => "queued",
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
