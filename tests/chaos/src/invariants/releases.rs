//! Each release has its entry in the audit log, in the same order; what an environment serves is its newest release, unless
//! that one's build is withdrawn.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    audit::AuditAction,
    id::{BuildId, PromotionId},
    release::Release,
};

use crate::snapshot::{Snapshot, read};

/// A release as the log and the list both tell it.
type Told = (BuildId, Option<PromotionId>);

pub(super) fn check(snapshot: &Snapshot, problems: &mut Vec<String>) {
    let mut logged: BTreeMap<String, Vec<Told>> = BTreeMap::new();
    for entry in &snapshot.log {
        let note = &entry.note;
        if let AuditAction::Released | AuditAction::PromotionSucceeded = note.action
            && let (Some(app), Some(to), Some(build)) = (&note.app, &note.environment, &note.build)
        {
            let told = (build.clone(), note.promotion.clone());
            logged.entry(format!("{app}#{to}")).or_default().push(told);
        }
    }
    let withdrawn: BTreeSet<&str> = snapshot
        .starting("BUILD#")
        .filter(|(_, partition)| partition.contains_key("WITHDRAWN"))
        .map(|(build, _)| build)
        .collect();
    let unsettled: BTreeSet<&str> = snapshot
        .partition("UNSETTLED")
        .map(|(key, _)| key)
        .collect();
    let places: BTreeSet<String> = snapshot
        .starting("RELEASES#")
        .map(|(place, _)| place.to_owned())
        .chain(logged.keys().cloned())
        .collect();
    for place in &places {
        let items = snapshot.partition_of("RELEASES#", place);
        let mut releases: Vec<Release> = items.map(|(_, item)| read(item)).collect();
        releases.sort_by(|one, other| {
            (one.released_at, &one.build).cmp(&(other.released_at, &other.build))
        });
        let listed = releases.iter().map(|release| {
            let promotion = release.promotion.as_ref();
            (release.build.clone(), promotion.map(|it| it.id.clone()))
        });
        let listed: Vec<Told> = listed.collect();
        let logged = logged.remove(place).unwrap_or_default();
        if listed != logged {
            let at = listed
                .iter()
                .zip(&logged)
                .take_while(|(one, other)| one == other);
            let at = at.count();
            problems.push(format!(
                "{place}: from release {at} on, the list has {:?} and the audit log {:?}",
                listed.get(at),
                logged.get(at),
            ));
        }
        for release in &releases {
            let build = snapshot.partition_of("BUILD#", release.build.as_str());
            let start = format!("RELEASE#{}#", release.environment);
            let mut lines = build.filter(|(key, _)| key.starts_with(&start));
            if !lines.any(|(_, item)| read::<Release>(item) == *release) {
                problems.push(format!(
                    "{place}: {} has no line in its build",
                    release.build
                ));
            }
        }
        let current = snapshot
            .partition("OVERVIEW")
            .find(|(key, _)| *key == format!("CURRENT#{place}"))
            .map(|(_, item)| item);
        let serves = current
            .filter(|item| item["empty"] != true)
            .map(read::<Release>);
        let Some(newest) = releases.last() else {
            continue;
        };
        if unsettled.contains(newest.build.as_str()) {
            continue;
        }
        let expected = (!withdrawn.contains(newest.build.as_str())).then_some(newest);
        if serves.as_ref() != expected {
            problems.push(format!(
                "{place}: {:?} is current, and the newest valid release is {:?}",
                serves.map(|release| release.build),
                expected.map(|release| &release.build),
            ));
        }
    }
}
