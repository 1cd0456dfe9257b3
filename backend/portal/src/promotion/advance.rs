//! Going on with a promotion, wherever it stands. Called after each approval, when a run ends, by the clock and by gates of
//! pipelines; calling it once too often does nothing.

use std::time::Duration;

use domain::{
    Timestamp,
    actor::Actor,
    audit::Principal,
    causes::chain,
    gate::{GateAnswer, GateKind},
    id::PromotionId,
    path::Timeouts,
    promotion::{Impossible, Promotion, Rights, State, audit_records},
};
use futures::{FutureExt as _, future::BoxFuture};
use jiff::SignedDuration;
use store::table::{PromotionRecord, Step, Stepped};
use tokio::time::timeout;

use super::progress::Progress;
use crate::{
    Error, Result,
    promotion::{Decisions, Execution, Promotions, Situations, execution::Calls},
};

/// More steps than a promotion has, and some for others that are faster.
const STEPS: usize = 24;

/// More parts than the files of a build are copied in. A bucket that loses what it was sent keeps nobody for ever.
const PARTS: usize = 2_000;

/// How long the clock stays with all promotions together, where none needs more than its share.
const TURNS: Duration = Duration::from_mins(2);

/// The least that is one promotion's share.
const TURN: Duration = Duration::from_secs(20);

/// What the portal may do about promotions that have lost their sense.
const PORTAL: Rights = Rights {
    promote: true,
    break_glass: false,
};

/// How long a promotion may be starting or running before somebody should look at it.
const SLOW: SignedDuration = SignedDuration::from_hours(1);

/// Whether a promotion has been starting or running for too long.
fn is_slow(promotion: &Promotion, now: Timestamp) -> bool {
    matches!(promotion.state, State::Starting | State::Running)
        && now.duration_since(promotion.since) > SLOW
}

impl<'p> Promotions<'p> {
    /// Takes a promotion as far as its gates and its target let it, and gives it as it stands then. Asks for no right: it
    /// does only what the rules allow at this moment.
    ///
    /// A promotion that succeeds may be followed by another one, which is advanced in turn: hence the box.
    pub fn advance<'a>(
        self,
        id: &'a PromotionId,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Promotion>>
    where
        'p: 'a,
    {
        self.advance_to_rest(id, now).boxed()
    }

    async fn advance_to_rest(self, id: &PromotionId, now: Timestamp) -> Result<Promotion> {
        let (mut fresh, mut steps, mut parts) = (false, 0, 0);
        while steps < STEPS && parts < PARTS {
            let found = self.portal.table.promotions().get(id).await?;
            let record = found.ok_or_else(|| Error::not_found(format!("promotion {id}")))?;
            let turn = match &record.promotion.state {
                State::Waiting => {
                    Execution::of(self.portal)
                        .leave_waiting(&record, now)
                        .await?
                }
                State::Starting => {
                    let called = Calls::of(self.portal)
                        .call_target(&record, fresh, now)
                        .await;
                    Execution::of(self.portal)
                        .or_give_up(&record, called, now)
                        .await?
                }
                State::Running => {
                    let looked = Execution::of(self.portal).look_at_run(&record, now).await;
                    Execution::of(self.portal)
                        .or_give_up(&record, looked, now)
                        .await?
                }
                State::Succeeded
                | State::Failed { .. }
                | State::Rejected { .. }
                | State::Expired
                | State::Canceled { .. }
                | State::Abandoned { .. } => Progress::Idle,
            };
            let rests = match &turn {
                Progress::Idle => Execution::of(self.portal).leave(&record, None, now).await?,
                Progress::Tried(error) => {
                    Execution::of(self.portal)
                        .leave(&record, Some(error), now)
                        .await?
                }
                Progress::Changed | Progress::Started | Progress::Copied => None,
            };
            if let Some(promotion) = rests {
                return Ok(promotion);
            }
            fresh = turn == Progress::Started;
            // A large file takes as many turns as it takes.
            steps += usize::from(turn != Progress::Copied);
            parts += usize::from(turn == Progress::Copied);
        }
        Err(Error::contended())
    }

    /// Goes on with every promotion that is not over, those first that were tried the longest ago. Each has its turn, and one
    /// that cannot go on keeps no other from it. Counts in `slow` how many have been starting or running for too long.
    pub async fn advance_all(self, slow: &mut u64, now: Timestamp) -> Result<()> {
        let mut open = self.portal.table.promotions().open().await?;
        *slow = open.iter().filter(|it| is_slow(it, now)).count() as u64;
        open.sort_by_key(tried_at);
        let open_count = u32::try_from(open.len()).unwrap_or(u32::MAX).max(1);
        let turn = TURN.max(TURNS / open_count);
        for before in open {
            let id = &before.id;
            match timeout(turn, self.advance(id, now)).await {
                Ok(Ok(after)) => *slow -= u64::from(is_slow(&before, now) && !is_slow(&after, now)),
                Ok(Err(error)) => {
                    let error = chain(&error);
                    tracing::error!(promotion = %id, error, "a promotion could not go on");
                }
                Err(_) => {
                    if let Err(error) = self.note_turn(id, turn, now).await {
                        let error = chain(&error);
                        tracing::error!(promotion = %id, error, "a promotion was not done in its turn");
                    }
                }
            }
        }
        Ok(())
    }

    /// Asks for the promotions that follow by themselves.
    pub async fn follow_all(self, now: Timestamp) -> Result<()> {
        let execution = Execution::of(self.portal);
        execution.promote_all_automatically(now).await
    }

    /// Notes that a promotion was not done within its turn, unless a part of its files was copied in it.
    async fn note_turn(self, id: &PromotionId, turn: Duration, now: Timestamp) -> Result<()> {
        let Some(record) = self.portal.table.promotions().get(id).await? else {
            return Ok(());
        };
        let promotion = &record.promotion;
        let is_carried_out = matches!(promotion.state, State::Starting | State::Running);
        if !is_carried_out || promotion.copied.is_some_and(|copied| copied.at == now) {
            return Ok(());
        }
        let error = format!(
            "it was not done within {} seconds, and goes on with the clock's next turn",
            turn.as_secs()
        );
        Execution::of(self.portal)
            .leave(&record, Some(&error), now)
            .await?;
        Ok(())
    }
}

/// When a promotion was last tried; `None`, and so before all others, if it never was.
fn tried_at(promotion: &Promotion) -> Option<Timestamp> {
    let failed = promotion.last_error.as_ref().map(|error| error.at);
    failed.max(promotion.copied.map(|copied| copied.at))
}

impl Execution<'_> {
    /// Ends a promotion that our own records keep from going on, where that lasts or its time is over. Else the error is the
    /// caller's; so it is where another process calls targets, which may be permitted what this one is not.
    async fn or_give_up(
        self,
        record: &PromotionRecord,
        turn: Result<Progress>,
        now: Timestamp,
    ) -> Result<Progress> {
        let error = match turn {
            Ok(turn) => return Ok(turn),
            Err(error) => error,
        };
        if self.portal.parts.executors.delegate_to_clock {
            return Err(error);
        }
        let lasting = match &error {
            Error::Store(error) => error.is_lasting(),
            Error::NotFound { .. } => true,
            _ => false,
        };
        let text = chain(&error);
        if lasting {
            let why = format!("the portal cannot carry it out: {text}");
            return Calls::of(self.portal).give_up(record, why, now).await;
        }
        let tried = record.promotion.clone().tried(&text, now)?;
        match self.timed_out(&tried, now).await {
            Ok(Some(why)) => Calls::of(self.portal).give_up(record, why, now).await,
            Ok(None) | Err(_) => Err(error),
        }
    }

    /// Leaves a promotion until the next look, with what its target said; or ends it, if it has been there for too long.
    /// `None` if it is to be looked at anew.
    async fn leave(
        self,
        record: &PromotionRecord,
        error: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<Promotion>> {
        let mut promotion = record.promotion.clone();
        if let Some(error) = error {
            tracing::warn!(promotion = %promotion.id, error, "a promotion's target is tried again later");
            promotion = promotion.tried(error, now)?;
        }
        if let Some(why) = self.timed_out(&promotion, now).await? {
            Calls::of(self.portal).give_up(record, why, now).await?;
            return Ok(None);
        }
        if promotion == record.promotion {
            return Ok(Some(promotion));
        }
        let step = Step::default();
        match self
            .portal
            .table
            .promotions()
            .step(record, &promotion, step)
            .await?
        {
            Stepped::Done(_) => Ok(Some(promotion)),
            Stepped::Refused(_) => Ok(None),
        }
    }

    /// Why a promotion has been with its target for too long, if it has. A process that leaves targets to another one leaves
    /// this to it, too. While its environment is held it may only wait for that to be lifted, so that its time does not end.
    async fn timed_out(self, promotion: &Promotion, now: Timestamp) -> Result<Option<String>> {
        if self.portal.parts.executors.delegate_to_clock {
            return Ok(None);
        }
        let timeouts = Decisions::of(self.portal)
            .step_of(promotion)
            .map(|step| step.timeouts);
        let timeouts = timeouts.unwrap_or_else(|_| Timeouts::default());
        let Some(why) = promotion.overdue(timeouts, now) else {
            return Ok(None);
        };
        let holds = self.portal.table.holds().all().await?;
        let mut holds = holds.iter();
        let held = holds.any(|hold| hold.on.stops(&promotion.app, &promotion.to));
        Ok((!held).then_some(why))
    }

    async fn leave_waiting(self, record: &PromotionRecord, now: Timestamp) -> Result<Progress> {
        let promotion = &record.promotion;
        if promotion.is_overdue(now) {
            let after = promotion.clone().expire(now)?;
            return self.end(record, &after, now).await;
        }
        if let Some(why) = self.left_behind(promotion).await? {
            let portal = Actor::portal();
            let after = promotion.clone().cancel(&portal, PORTAL, &why, now)?;
            return self.end(record, &after, now).await;
        }
        let build = self.portal.builds().record(&promotion.build).await?;
        let rights = Decisions::of(self.portal).rights(
            &promotion.requested_by,
            &promotion.app,
            &promotion.to,
        );
        let (app, to) = (&promotion.app, &promotion.to);
        let open = Decisions::of(self.portal).open_promotion(app, to).await?;
        let situation = Situations::of(self.portal)
            .situation(app, to, Some(&build), open.as_ref(), rights)
            .await?;
        match promotion.clone().start(&situation, now) {
            Ok(after) if Calls::of(self.portal).is_for_others(record) => {
                self.keep_waiting(record, after.gates).await
            }
            Ok(after) => self.start(record, &after, now).await,
            Err(Impossible::Gates { gates }) => self.keep_waiting(record, gates).await,
            Err(impossible @ (Impossible::Changed(_) | Impossible::AlreadyThere)) => {
                let why = impossible.to_string();
                let portal = Actor::portal();
                let after = promotion.clone().cancel(&portal, PORTAL, &why, now)?;
                self.end(record, &after, now).await
            }
            // Somebody was faster: then it no longer waits, which the next look shows.
            Err(Impossible::NoPlace | Impossible::Occupied(_)) => Ok(Progress::Changed),
            Err(other) => Err(other.into()),
        }
    }

    /// Why nobody waits for a promotion any more that a pipeline's gate has asked for, if nobody does.
    async fn left_behind(self, promotion: &Promotion) -> Result<Option<String>> {
        let Some(id) = &promotion.run else {
            return Ok(None);
        };
        let run = self.proven_run(id).await?;
        let status = run.map(|run| run.run.status);
        let ended = status.filter(|status| status.is_terminal());
        Ok(ended.map(|status| format!("its run {id} is {} by now", status.word())))
    }

    async fn start(
        self,
        record: &PromotionRecord,
        after: &Promotion,
        now: Timestamp,
    ) -> Result<Progress> {
        let portal = Actor::portal();
        let step = Step {
            notes: vec![audit_records::started(Principal::from(&portal), after, now)],
            starts: true,
            ..Step::default()
        };
        match self
            .portal
            .table
            .promotions()
            .step(record, after, step)
            .await?
        {
            Stepped::Done(_) => Ok(Progress::Started),
            // Whatever stood in the way, the next look sees it and says so.
            Stepped::Refused(_) => Ok(Progress::Changed),
        }
    }

    /// Notes how the gates stand, where that is another than what people were shown.
    async fn keep_waiting(
        self,
        record: &PromotionRecord,
        gates: Vec<GateAnswer>,
    ) -> Result<Progress> {
        let standings = |gates: &[GateAnswer]| -> Vec<_> {
            // What time alone meets has other words at each look.
            let words = |gate: &GateAnswer| match gate.gate {
                GateKind::Approvals | GateKind::Checks => Some(gate.words.clone()),
                _ => None,
            };
            let gates = gates.iter();
            gates
                .map(|gate| (gate.gate, gate.standing, gate.until, words(gate)))
                .collect()
        };
        if standings(&gates) != standings(&record.promotion.gates) {
            let after = Promotion {
                gates,
                ..record.promotion.clone()
            };
            let step = Step::default();
            self.portal
                .table
                .promotions()
                .step(record, &after, step)
                .await?;
            // The person who asked is to see them as they are now.
            return Ok(Progress::Changed);
        }
        Ok(Progress::Idle)
    }

    /// Writes an end that nobody asked for.
    pub(super) async fn end(
        self,
        record: &PromotionRecord,
        after: &Promotion,
        now: Timestamp,
    ) -> Result<Progress> {
        let portal = Actor::portal();
        let step = Step {
            notes: vec![audit_records::ended(Principal::from(&portal), after, now)],
            ..Step::default()
        };
        let stepped = self
            .portal
            .table
            .promotions()
            .step(record, after, step)
            .await?;
        if let (Stepped::Done(_), State::Failed { why }) = (stepped, &after.state) {
            // An alarm counts these lines.
            tracing::error!(
                event = "promotion-failed",
                promotion = %after.id,
                app = %after.app,
                to = %after.to,
                why,
                "a promotion failed"
            );
        }
        Ok(Progress::Changed)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn promotion(number: u64, failed: Option<&str>, copied: Option<&str>) -> Promotion {
        let at = "2026-11-18T12:00:00Z";
        serde_json::from_value(json!({
            "id": "01KAF00000000000000000000P", "app": "wallet", "build": "01KAF00000000000000000000B", "number": number,
            "digest": "0".repeat(64), "to": "prod", "kind": "forward", "requested_by": {"kind": "person", "name": "ada"}, "requested_at": at,
            "reason": "x", "expires_at": at, "state": {"is": "starting"}, "since": at,
            "last_error": failed.map(|at| json!({"at": at, "message": "x"})),
            "copied": copied.map(|at| json!({"at": at, "bytes": 1, "of": 2})),
        }))
        .unwrap()
    }

    #[test]
    fn promotions_that_were_not_tried_come_first_and_then_those_of_the_longest_ago() {
        let mut open = [
            promotion(
                1,
                Some("2026-11-18T12:05:00Z"),
                Some("2026-11-18T12:20:00Z"),
            ),
            promotion(2, Some("2026-11-18T12:15:00Z"), None),
            promotion(3, None, None),
            promotion(4, None, Some("2026-11-18T12:10:00Z")),
        ];
        open.sort_by_key(tried_at);
        assert_eq!(open.map(|promotion| promotion.number), [3, 4, 2, 1]);
    }
}
