//! What pages and answers show of promotions, holds and withdrawn builds.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    actor::Actor,
    catalog::{App, Environment},
    gate::{GateAnswer, GateKind},
    hold::Hold,
    id::{AppId, BuildId, EnvironmentId, PromotionId, RunId},
    promotion::{Promotion, PromotionKind, Refusal, State},
};

/// What a list shows of a promotion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PromotionBrief {
    /// Its identity.
    pub id: PromotionId,
    /// The app.
    pub app: AppId,
    /// The build.
    pub build: BuildId,
    /// The build's number.
    pub number: u64,
    /// The build's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Where it is to be released.
    pub to: EnvironmentId,
    /// Forward, or back.
    pub kind: PromotionKind,
    /// Who asks.
    pub requested_by: Actor,
    /// Since when.
    pub requested_at: Timestamp,
    /// Why.
    pub reason: String,
    /// How far it is.
    pub state: State,
    /// When it came to be so.
    pub since: Timestamp,
    /// The run that carries it out, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
}

impl PromotionBrief {
    /// What a list shows of a promotion.
    pub fn of(promotion: &Promotion) -> Self {
        Self {
            id: promotion.id.clone(),
            app: promotion.app.clone(),
            build: promotion.build.clone(),
            number: promotion.number,
            version: promotion.version.clone(),
            to: promotion.to.clone(),
            kind: promotion.kind,
            requested_by: promotion.requested_by.clone(),
            requested_at: promotion.requested_at,
            reason: promotion.reason.clone(),
            state: promotion.state.clone(),
            since: promotion.since,
            run: promotion.run.clone(),
        }
    }
}

/// A build that an environment no longer serves, since it was withdrawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WithdrawnBuild {
    /// The build.
    pub build: BuildId,
    /// Its number.
    pub number: u64,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Why, by whom and since when.
    pub hold: Hold,
}

/// A promotion with all that people need to decide on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PromotionView {
    /// The app.
    pub app: App,
    /// Where it is to be released.
    pub environment: Environment,
    /// The promotion; the gates are how they stand at this moment, while it waits.
    pub promotion: Promotion,
    /// The groups of which somebody still has to approve.
    pub asked: Vec<String>,
    /// The people of those groups who can.
    #[serde(default)]
    pub approvers: CanApprove,
    /// Why the caller cannot approve it, where they asked for it, approved it, or have a role that promotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cannot_approve: Option<String>,
    /// The hold that keeps its release waiting, once it has started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Hold>,
    /// What the caller may do with it.
    pub may: MayAnswer,
    /// When this was true.
    pub as_of: Timestamp,
}

/// People who have signed in lately and can approve a promotion: none who asked for it, none who approved it, not the caller.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CanApprove {
    /// What they are called, at most twenty.
    pub names: Vec<String>,
    /// How many more there are.
    pub others: usize,
}

/// What a caller may do with a promotion.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is allowed or not by itself"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MayAnswer {
    /// Approve it.
    pub approve: bool,
    /// Reject it.
    pub reject: bool,
    /// Take it back.
    pub cancel: bool,
    /// End it while its target is at work.
    #[serde(default)]
    pub abandon: bool,
}

/// Promotions that are not over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PromotionsView {
    /// Those that wait for the caller, the oldest first.
    pub waiting_for_you: Vec<Promotion>,
    /// The others, the oldest first.
    pub others: Vec<Promotion>,
    /// When this was true.
    pub as_of: Timestamp,
}

/// Where a build may go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BuildOptions {
    /// Each step of its app's path, in order; empty without a path.
    pub steps: Vec<StepOption>,
    /// Its promotions, newest first.
    pub promotions: Vec<PromotionBrief>,
    /// Whether the caller may withdraw it, or restore it.
    pub may_withdraw: bool,
}

/// One step of a build's path, and whether the build may take it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StepOption {
    /// The environment.
    pub environment: Environment,
    /// When the build was last released there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released_at: Option<Timestamp>,
    /// Whether it is what the environment serves now.
    pub current: bool,
    /// Whether the environment serves any build now.
    pub serves: bool,
    /// Which way the build would go there: on, or back to where it was. None where it already is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way: Option<PromotionKind>,
    /// How the gates stand.
    pub gates: Vec<GateAnswer>,
    /// All that is in the way of asking for it now; nothing if it can be asked for.
    pub refusals: Vec<Refusal>,
    /// The gates that the caller may go past, with a reason.
    pub may_bypass: Vec<GateKind>,
    /// The promotion into this environment that is not over, of this build or of another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<PromotionBrief>,
}

/// Holds in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HoldsView {
    /// Holds on environments and on automatic promotion, the newest first.
    pub holds: Vec<HoldView>,
    /// When this was true.
    pub as_of: Timestamp,
}

/// A hold in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HoldView {
    /// The hold.
    pub hold: Hold,
    /// Whether the caller may lift it.
    pub may_lift: bool,
}

/// An environment that was frozen, and what had started before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HeldView {
    /// The hold.
    pub hold: Hold,
    /// Promotions that had started, and go on.
    pub running: Vec<Promotion>,
}
