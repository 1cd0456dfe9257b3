//! Asking for a promotion.

use jiff::Timestamp;

use super::{Bypass, Promotion, PromotionKind, Situation, State};
use crate::{
    actor::Actor,
    gate::GateAnswer,
    id::PromotionId,
    text::{Unwritten, written},
};

/// The most characters of a reason or a comment.
pub const WORDS_LIMIT: usize = 1_000;

/// What somebody asks for; which build and where to, the [`Situation`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The promotion's identity, if it becomes one.
    pub id: PromotionId,
    /// Forward, or back.
    pub kind: PromotionKind,
    /// Who asks.
    pub by: Actor,
    /// Why.
    pub reason: String,
    /// The gates to go past, and why.
    pub bypass: Option<Bypass>,
    /// Whether the build that a rollback leaves behind is withdrawn once it has succeeded.
    pub withdraw: bool,
}

impl Promotion {
    /// The promotion that a granted or waiting request becomes: it waits, until [`Promotion::start`]. `None` without a
    /// build or a step, which [`super::decide`] refuses.
    pub fn of(
        situation: &Situation<'_>,
        request: Request,
        gates: Vec<GateAnswer>,
        now: Timestamp,
    ) -> Option<Self> {
        let step = situation.step()?;
        let build = situation.build.as_ref()?;
        let left_behind = situation
            .here
            .as_ref()
            .filter(|here| request.withdraw && here.build != build.id)
            .map(|here| here.build.clone());
        Some(Self {
            id: request.id,
            app: situation.app.clone(),
            build: build.id.clone(),
            number: build.number,
            version: build.version.clone(),
            digest: build.digest,
            to: situation.to.clone(),
            kind: request.kind,
            requested_by: request.by,
            requested_at: now,
            reason: request.reason.trim().to_owned(),
            expires_at: now
                .saturating_add(step.expires_after)
                .unwrap_or(Timestamp::MAX),
            bypass: request.bypass,
            withdraw: left_behind,
            withdraw_from: Vec::new(),
            approvals: Vec::new(),
            gates,
            state: State::Waiting,
            since: now,
            run: None,
            last_error: None,
            copied: None,
        })
    }
}

/// A reason or a comment, trimmed, if it can be kept.
pub(super) fn said(text: &str) -> Result<&str, Unwritten> {
    written(text, WORDS_LIMIT)
}
