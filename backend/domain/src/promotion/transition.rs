//! From state to state. Only [`Promotion::start`] leaves waiting for the way to a release, and it asks every gate anew.

use jiff::Timestamp;

use super::{
    Approval, Copied, Impossible, LastError, Promotion, PromotionKind, Rights, Situation, State,
    request,
};
use crate::{
    actor::Actor,
    digest::Digest,
    gate::{self, GateKind},
    id::RunId,
    path::{PathStep, Timeouts},
    words,
};

/// The most characters that are kept of an error.
const ERROR_LIMIT: usize = 1_000;

/// What a transition leads to.
type Transition = Result<Promotion, Impossible>;

impl Promotion {
    /// Somebody agrees to the bytes that they saw.
    pub fn approve(
        mut self,
        step: &PathStep,
        by: &Actor,
        seen: &Digest,
        comment: Option<&str>,
        now: Timestamp,
    ) -> Transition {
        // Tokens carry no groups of the issuer, and a decision is a person's.
        if by.permit.is_some() {
            return Err(Impossible::ByToken);
        }
        self.check_waiting("approved", now)?;
        let groups = self.asked_groups(step);
        if groups.is_empty() {
            return Err(Impossible::NothingToApprove);
        }
        if self.requested_by.is_same_as(by) {
            return Err(Impossible::OwnRequest);
        }
        if *seen != self.digest {
            return Err(Impossible::OtherBytes {
                asked: self.digest,
                seen: *seen,
            });
        }
        let theirs: Vec<String> = groups
            .iter()
            .filter(|group| by.groups.contains(group))
            .cloned()
            .collect();
        if theirs.is_empty() {
            return Err(Impossible::NotAsked { groups });
        }
        // Somebody whose approval is too old, or is of groups that are no longer asked, gives it anew.
        let counts = |given: &Approval| {
            given.is_fresh(step, now) && theirs.iter().all(|group| given.groups.contains(group))
        };
        let mut given = self.approvals.iter();
        if given.any(|given| given.by.is_same_as(by) && counts(given)) {
            return Err(Impossible::Twice);
        }
        self.approvals.retain(|given| !given.by.is_same_as(by));
        let comment = match comment.map(str::trim) {
            None | Some("") => None,
            Some(text) => Some(request::said(text).map_err(|why| Impossible::Words {
                what: "comment",
                why,
            })?),
        };
        self.approvals.push(Approval {
            by: by.clone(),
            groups: theirs,
            digest: *seen,
            at: now,
            comment: comment.map(str::to_owned),
        });
        Ok(self)
    }

    /// Somebody of the groups that are asked, or a release manager, does not agree. That is the end of it.
    pub fn reject(
        self,
        step: &PathStep,
        by: &Actor,
        rights: Rights,
        why: &str,
        now: Timestamp,
    ) -> Transition {
        if by.permit.is_some() {
            return Err(Impossible::ByToken);
        }
        self.check_waiting("rejected", now)?;
        if self.requested_by.is_same_as(by) {
            return Err(Impossible::OwnRequest);
        }
        let groups = self.asked_groups(step);
        if !rights.promote && !groups.iter().any(|group| by.groups.contains(group)) {
            return Err(if groups.is_empty() {
                Impossible::NotYours
            } else {
                Impossible::NotAsked { groups }
            });
        }
        let why = reason(why)?;
        let by = by.clone();
        Ok(self.into_state(State::Rejected { by, why }, now))
    }

    /// The person who asked, or a release manager, cancels it before it started.
    pub fn cancel(self, by: &Actor, rights: Rights, why: &str, now: Timestamp) -> Transition {
        self.waits("cancelled")?;
        // A token needs the permission, no matter who owns it.
        let own = by.permit.is_none() && self.requested_by.is_same_as(by);
        if !rights.promote && !own {
            return Err(Impossible::NotYours);
        }
        let why = reason(why)?;
        let by = by.clone();
        Ok(self.into_state(State::Canceled { by, why }, now))
    }

    /// Whether it waits, and has waited too long.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.state == State::Waiting && now >= self.expires_at
    }

    /// It waited too long.
    pub fn expire(self, now: Timestamp) -> Transition {
        self.waits("expired")?;
        if now < self.expires_at {
            return Err(Impossible::NotDue(self.expires_at));
        }
        Ok(self.into_state(State::Expired, now))
    }

    /// Every gate lets it through now, and its target is about to be called: the rules of `decide` are asked again.
    /// `situation` has this promotion as the open one.
    pub fn start(mut self, situation: &Situation<'_>, now: Timestamp) -> Transition {
        self.check_waiting("started", now)?;
        match &situation.open {
            None => return Err(Impossible::NoPlace),
            Some(open) if open.id != self.id => {
                return Err(Impossible::Occupied(open.id.clone()));
            }
            Some(_) => {}
        }
        if situation.step().is_none() || *situation.to != self.to || *situation.app != self.app {
            return Err(Impossible::Changed(
                "the app's path no longer enters this environment",
            ));
        }
        let same_bytes =
            |build: &super::BuildFacts| build.id == self.build && build.digest == self.digest;
        if !situation.build.as_ref().is_some_and(same_bytes) {
            return Err(Impossible::Changed(
                "the build is not what it was when the promotion was asked for",
            ));
        }
        let unfit = |build: &super::BuildFacts| !build.unfit.is_empty();
        if situation.build.as_ref().is_some_and(unfit) {
            return Err(Impossible::Changed(
                "the build may not be released there: no device installs it, or its application or certificate is another",
            ));
        }
        // Two may look while the environment is free, and the second write when the first has succeeded.
        if situation
            .here
            .as_ref()
            .is_some_and(|here| here.build == self.build)
        {
            return Err(Impossible::AlreadyThere);
        }
        let gates = gate::of_promotion(situation, &self, now);
        if !gates.iter().all(|gate| gate.standing.lets_through()) {
            return Err(Impossible::Gates { gates });
        }
        self.gates = gates;
        Ok(self.into_state(State::Starting, now))
    }

    /// Its target has taken it on.
    pub fn running(mut self, run: Option<RunId>, now: Timestamp) -> Transition {
        match self.state {
            State::Starting => {}
            State::Waiting
            | State::Running
            | State::Succeeded
            | State::Failed { .. }
            | State::Rejected { .. }
            | State::Expired
            | State::Canceled { .. }
            | State::Abandoned { .. } => return Err(self.not("running")),
        }
        self.run = run.or(self.run);
        self.last_error = None;
        Ok(self.into_state(State::Running, now))
    }

    /// A call of its target failed, and is to be retried.
    pub fn tried(mut self, error: &str, now: Timestamp) -> Transition {
        self.carried_out("tried")?;
        self.last_error = Some(LastError {
            at: now,
            message: error.chars().take(ERROR_LIMIT).collect(),
        });
        Ok(self)
    }

    /// So many bytes of its files have been copied, of so many.
    pub fn copied(mut self, bytes: u64, of: u64, now: Timestamp) -> Transition {
        self.carried_out("copied")?;
        self.last_error = None;
        self.copied = Some(Copied { bytes, of, at: now });
        Ok(self)
    }

    /// Why it fails now, if it has been with its target for longer than its step allows.
    pub fn overdue(&self, timeouts: Timeouts, now: Timestamp) -> Option<String> {
        let (timeout, what) = match self.state {
            State::Starting => (timeouts.start, "taken on"),
            State::Running => (timeouts.run, "carried out"),
            State::Waiting
            | State::Succeeded
            | State::Failed { .. }
            | State::Rejected { .. }
            | State::Expired
            | State::Canceled { .. }
            | State::Abandoned { .. } => return None,
        };
        if now.duration_since(self.since) < timeout {
            return None;
        }
        let timeout = words::duration(timeout);
        let last = match &self.last_error {
            Some(LastError { at, message }) => format!("at {at} its target said: {message}"),
            None => "its target has not said why".to_owned(),
        };
        Some(format!(
            "it was not {what} within {timeout}; {last}. Look what its target has done, and ask for the promotion again"
        ))
    }

    /// Somebody who may go past gates ends it while its target is at work. A token does not, no matter who owns it.
    pub fn abandon(self, by: &Actor, rights: Rights, why: &str, now: Timestamp) -> Transition {
        if !rights.break_glass || by.permit.is_some() || !by.is_a_person() {
            return Err(Impossible::MayNotAbandon);
        }
        self.carried_out("abandoned")?;
        let why = reason(why)?;
        let by = by.clone();
        Ok(self.into_state(State::Abandoned { by, why }, now))
    }

    /// The build is released.
    pub fn succeed(mut self, now: Timestamp) -> Transition {
        self.carried_out("succeeded")?;
        self.last_error = None;
        self.copied = None;
        Ok(self.into_state(State::Succeeded, now))
    }

    /// Its target failed; `why` says what went wrong and what to do.
    pub fn fail(self, why: impl Into<String>, now: Timestamp) -> Transition {
        self.carried_out("failed")?;
        Ok(self.into_state(State::Failed { why: why.into() }, now))
    }

    /// The groups that are asked to approve, each once.
    pub fn asked_groups(&self, step: &PathStep) -> Vec<String> {
        if !step.asks(GateKind::Approvals, self.kind == PromotionKind::Rollback) {
            return Vec::new();
        }
        let mut groups: Vec<String> = Vec::new();
        for group in step.gates.approvals.iter().flat_map(|rule| &rule.groups) {
            if !groups.contains(group) {
                groups.push(group.clone());
            }
        }
        groups
    }

    /// The groups of the rules that still wait for somebody, by how the gates stood when they were last looked at; each once.
    pub fn still_asked(&self, step: &PathStep) -> Vec<String> {
        let all = self.asked_groups(step);
        let gates = self.gates.iter();
        let answers: Vec<_> = gates
            .filter(|answer| answer.gate == GateKind::Approvals)
            .collect();
        let rules = &step.gates.approvals;
        if answers.len() != rules.len() {
            return all;
        }
        let waiting = |group: &String| {
            rules.iter().zip(&answers).any(|(rule, answer)| {
                !answer.standing.lets_through() && rule.groups.contains(group)
            })
        };
        all.into_iter().filter(waiting).collect()
    }

    fn waits(&self, wanted: &'static str) -> Result<(), Impossible> {
        match self.state {
            State::Waiting => Ok(()),
            State::Starting
            | State::Running
            | State::Succeeded
            | State::Failed { .. }
            | State::Rejected { .. }
            | State::Expired
            | State::Canceled { .. }
            | State::Abandoned { .. } => Err(self.not(wanted)),
        }
    }

    fn check_waiting(&self, wanted: &'static str, now: Timestamp) -> Result<(), Impossible> {
        if self.state == State::Expired {
            return Err(Impossible::Expired(self.expires_at));
        }
        self.waits(wanted)?;
        if now >= self.expires_at {
            return Err(Impossible::Expired(self.expires_at));
        }
        Ok(())
    }

    fn carried_out(&self, wanted: &'static str) -> Result<(), Impossible> {
        match self.state {
            State::Starting | State::Running => Ok(()),
            State::Waiting
            | State::Succeeded
            | State::Failed { .. }
            | State::Rejected { .. }
            | State::Expired
            | State::Canceled { .. }
            | State::Abandoned { .. } => Err(self.not(wanted)),
        }
    }

    fn not(&self, wanted: &'static str) -> Impossible {
        Impossible::State {
            state: self.state.word(),
            wanted,
        }
    }

    /// A clock that jumped back leaves no history that does.
    fn into_state(mut self, state: State, now: Timestamp) -> Self {
        self.since = self.since.max(now);
        self.state = state;
        self
    }
}

fn reason(why: &str) -> Result<String, Impossible> {
    let said = request::said(why);
    let said = said.map_err(|why| Impossible::Words {
        what: "reason",
        why,
    })?;
    Ok(said.to_owned())
}
