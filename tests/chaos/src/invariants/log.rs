//! What the audit log's order says: nothing starts or is released while it is held, nothing of a withdrawn build is released,
//! and in one environment promotions are carried out one after the other. What the log says is in force is in force.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    audit::{AuditAction, AuditRecord},
    id::{AppId, BuildId, EnvironmentId, PromotionId},
};

use crate::snapshot::Snapshot;

/// What the log says is in force so far.
#[derive(Default)]
struct InForce<'a> {
    holds: BTreeSet<(&'a EnvironmentId, Option<&'a AppId>)>,
    withdrawn: BTreeSet<&'a BuildId>,
    running: BTreeMap<(&'a AppId, &'a EnvironmentId), &'a PromotionId>,
}

pub(super) fn check(snapshot: &Snapshot, problems: &mut Vec<String>) {
    let mut in_force = InForce::default();
    for (place, entry) in (1..).zip(&snapshot.log) {
        if entry.number != place {
            problems.push(format!(
                "entry {place} of the audit log is number {}",
                entry.number
            ));
            return;
        }
        if let Err(problem) = in_force.follow(&entry.note) {
            problems.push(format!("entry {place}: {problem}: {:?}", entry.note));
        }
    }
    let held = snapshot.partition("HOLDS");
    let held: BTreeSet<String> = held
        .filter(|(key, _)| key.starts_with("ENVIRONMENT#"))
        .map(|(key, _)| key.to_owned())
        .collect();
    let holds = in_force.holds.iter().map(|(environment, app)| {
        format!(
            "ENVIRONMENT#{environment}#{}",
            app.map_or("*", |app| app.as_str())
        )
    });
    let logged: BTreeSet<String> = holds.collect();
    if held != logged {
        problems.push(format!("held is {held:?}, and by the audit log {logged:?}"));
    }
    let withdrawn: BTreeSet<String> = snapshot
        .starting("BUILD#")
        .filter(|(_, partition)| partition.contains_key("WITHDRAWN"))
        .map(|(build, _)| build.to_owned())
        .collect();
    let logged: BTreeSet<String> = in_force.withdrawn.iter().map(ToString::to_string).collect();
    if withdrawn != logged {
        problems.push(format!(
            "withdrawn is {withdrawn:?}, and by the audit log {logged:?}"
        ));
    }
}

impl<'a> InForce<'a> {
    fn follow(&mut self, note: &'a AuditRecord) -> Result<(), &'static str> {
        let whole = note.details.get("held").map(String::as_str) == Some("everything");
        let place = note.app.as_ref().zip(note.environment.as_ref());
        match (note.action, &note.environment, &note.build) {
            (AuditAction::Held, Some(environment), _) if whole => self
                .holds
                .insert((environment, note.app.as_ref()))
                .then_some(())
                .ok_or("held twice"),
            (AuditAction::Lifted, Some(environment), _) if whole => self
                .holds
                .remove(&(environment, note.app.as_ref()))
                .then_some(())
                .ok_or("lifted, and it was not held"),
            (AuditAction::Withdrawn, _, Some(build)) => {
                let new = self.withdrawn.insert(build);
                new.then_some(()).ok_or("withdrawn twice")
            }
            (AuditAction::Restored, _, Some(build)) => {
                let was = self.withdrawn.remove(build);
                was.then_some(())
                    .ok_or("restored, and it was not withdrawn")
            }
            (AuditAction::Released | AuditAction::PromotionStarted, _, Some(build)) => {
                if let Some(place) = place
                    && note.action == AuditAction::PromotionStarted
                    && let Some(promotion) = &note.promotion
                    && self.running.insert(place, promotion).is_some()
                {
                    return Err("started while another one is carried out");
                }
                self.may_be_released(note, build)
            }
            (AuditAction::PromotionSucceeded, _, Some(build)) => {
                let was = place.and_then(|place| self.running.remove(&place));
                if was != note.promotion.as_ref() {
                    return Err("succeeded, and it was not started last");
                }
                self.may_be_released(note, build)
            }
            (AuditAction::PromotionFailed | AuditAction::PromotionAbandoned, ..) => {
                if let Some(place) = place
                    && self.running.get(&place).copied() == note.promotion.as_ref()
                {
                    self.running.remove(&place);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn may_be_released(&self, note: &AuditRecord, build: &BuildId) -> Result<(), &'static str> {
        let held = self.holds.iter().any(|(environment, app)| {
            note.environment.as_ref() == Some(*environment)
                && app.is_none_or(|app| note.app.as_ref() == Some(app))
        });
        if held {
            return Err("its environment is held");
        }
        if self.withdrawn.contains(build) {
            return Err("its build is withdrawn");
        }
        Ok(())
    }
}
