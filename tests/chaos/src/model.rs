//! What was acknowledged, and so must not be lost. It knows nothing of how the portal decides.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    build::Build,
    hold::Held,
    id::{AppId, BuildId, EventId, PersonId, PromotionId, UploadId},
};

use crate::operation::{Done, Operation, Said};

/// Whether something is so, as far as callers were told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Yes,
    No,
    /// Somebody who wanted it changed got no answer.
    Unknown,
}

/// A build that can be promoted.
#[derive(Clone, Debug)]
pub(crate) struct KnownBuild {
    pub(crate) id: BuildId,
    pub(crate) app: AppId,
}

#[derive(Debug, Default)]
pub(crate) struct Model {
    /// In the order of their registration, as far as known.
    pub(crate) builds: Vec<KnownBuild>,
    /// Uploads that were completed, each with the build that was made of it.
    pub(crate) uploads: BTreeMap<UploadId, Option<BuildId>>,
    pub(crate) promotions: BTreeSet<PromotionId>,
    /// Who has approved what.
    pub(crate) approvals: BTreeSet<(PromotionId, PersonId)>,
    pub(crate) events: BTreeSet<EventId>,
    /// Holds on environments, by what they hold.
    pub(crate) holds: Vec<(Held, Standing)>,
    pub(crate) withdrawn: BTreeMap<BuildId, Standing>,
}

impl Model {
    /// Somebody begins to do something, and may not hear what came of it.
    pub(crate) fn begins(&mut self, operation: &Operation) {
        match operation {
            Operation::Hold { .. } | Operation::Lift { .. } => {
                if let Some(held) = held(operation) {
                    self.set(&held, Standing::Unknown);
                }
            }
            Operation::Withdraw { build, .. } | Operation::Restore { build, .. } => {
                self.withdrawn.insert(build.clone(), Standing::Unknown);
            }
            _ => {}
        }
    }

    /// How something was before it began, where nothing came of it.
    pub(crate) fn before(&self, operation: &Operation) -> Option<Standing> {
        match operation {
            Operation::Hold { .. } | Operation::Lift { .. } => {
                let held = held(operation)?;
                let mut holds = self.holds.iter();
                holds
                    .find(|(on, _)| *on == held)
                    .map(|(_, standing)| *standing)
            }
            Operation::Withdraw { build, .. } | Operation::Restore { build, .. } => {
                self.withdrawn.get(build).copied()
            }
            _ => None,
        }
    }

    /// It was refused, so that all is as before.
    pub(crate) fn refused(&mut self, operation: &Operation, before: Option<Standing>) {
        let Some(before) = before else { return };
        match operation {
            Operation::Hold { .. } | Operation::Lift { .. } => {
                if let Some(held) = held(operation) {
                    self.set(&held, before);
                }
            }
            Operation::Withdraw { build, .. } | Operation::Restore { build, .. } => {
                self.withdrawn.insert(build.clone(), before);
            }
            _ => {}
        }
    }

    /// It was acknowledged.
    pub(crate) fn acknowledged(&mut self, operation: &Operation, done: &Done) {
        match (operation, done) {
            (_, Done::Delivered(events)) => self.events.extend(events.iter().cloned()),
            (_, Done::Completed(plan)) => {
                let known = self.uploads.entry(plan.id.clone()).or_default();
                if plan.build.is_some() {
                    known.clone_from(&plan.build);
                }
            }
            (Operation::Register(upload), Done::Registered(build)) => {
                self.uploads.insert(upload.clone(), Some(build.id.clone()));
                self.knows(build);
            }
            (_, Done::Asked(promotion)) => {
                self.promotions.insert(promotion.id.clone());
            }
            (
                Operation::Answer {
                    by,
                    promotion,
                    answer: Said::Approve,
                    ..
                },
                Done::Answered(_),
            ) => {
                let person = by.actor().responsible().person.clone();
                self.approvals
                    .extend(person.map(|person| (promotion.clone(), person)));
            }
            (Operation::Hold { .. }, Done::Held) => {
                if let Some(held) = held(operation) {
                    self.set(&held, Standing::Yes);
                }
            }
            (Operation::Lift { on, .. }, Done::Lifted) => self.set(&on.clone(), Standing::No),
            (Operation::Withdraw { build, .. }, Done::Withdrawn) => {
                self.withdrawn.insert(build.clone(), Standing::Yes);
            }
            (Operation::Restore { build, .. }, Done::Restored) => {
                self.withdrawn.insert(build.clone(), Standing::No);
            }
            _ => {}
        }
    }

    /// There is that build.
    pub(crate) fn knows(&mut self, build: &Build) {
        if self.builds.iter().all(|known| known.id != build.id) {
            self.builds.push(KnownBuild {
                id: build.id.clone(),
                app: build.app.clone(),
            });
        }
    }

    /// Two did the same or the opposite at once: who came first is not known.
    pub(crate) fn undecided(&mut self, one: &Operation, other: &Operation) {
        if let (Some(one), Some(other)) = (held(one), held(other))
            && one == other
        {
            self.set(&one, Standing::Unknown);
        }
        if let (Some(one), Some(other)) = (turned(one), turned(other))
            && one == other
        {
            self.withdrawn.insert(one.clone(), Standing::Unknown);
        }
    }

    fn set(&mut self, held: &Held, standing: Standing) {
        self.holds.retain(|(on, _)| on != held);
        self.holds.push((held.clone(), standing));
    }
}

/// The hold that an operation is about.
fn held(operation: &Operation) -> Option<Held> {
    match operation {
        Operation::Hold {
            environment, app, ..
        } => Some(Held::Environment {
            environment: environment.clone(),
            app: app.clone(),
        }),
        Operation::Lift { on, .. } => Some(on.clone()),
        _ => None,
    }
}

/// The build that an operation withdraws or restores.
fn turned(operation: &Operation) -> Option<&BuildId> {
    match operation {
        Operation::Withdraw { build, .. } | Operation::Restore { build, .. } => Some(build),
        _ => None,
    }
}
