//! What somebody wants of a promotion.

use domain::{
    id::{EnvironmentId, RunId},
    promotion::{Bypass, PromotionKind},
};
use store::table::BuildRecord;

/// Where to, and what for: a request before it has an identity.
pub(super) struct Wish<'a> {
    pub(super) record: &'a BuildRecord,
    pub(super) to: &'a EnvironmentId,
    pub(super) kind: PromotionKind,
    pub(super) reason: String,
    pub(super) bypass: Option<Bypass>,
    /// Whether the build that it leaves behind is withdrawn, and where it is served now.
    pub(super) withdraw: Option<Vec<EnvironmentId>>,
    /// The run that asks for it, and carries it out.
    pub(super) run: Option<RunId>,
    /// Whether that run also carries out what somebody else has asked for.
    pub(super) adopts: bool,
    /// Whether the same was asked and refused before: saying so again is no news.
    pub(super) again: bool,
}
