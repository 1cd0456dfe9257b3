//! What was acknowledged is not lost.

use std::collections::BTreeSet;

use domain::{audit::AuditAction, hold::Held, id::PersonId};

use crate::{
    model::{Model, Standing},
    snapshot::Snapshot,
};

pub(super) fn check(snapshot: &Snapshot, model: &Model, problems: &mut Vec<String>) {
    let has = |key: String| snapshot.partitions.contains_key(&key);
    for build in &model.builds {
        if !has(format!("BUILD#{}", build.id)) {
            problems.push(format!(
                "build {} was registered, and is not there",
                build.id
            ));
        }
    }
    for id in model
        .promotions
        .iter()
        .filter(|id| !has(format!("PROMOTION#{id}")))
    {
        problems.push(format!("promotion {id} was asked for, and is not there"));
    }
    for id in model.events.iter().filter(|id| !has(format!("EVENT#{id}"))) {
        problems.push(format!("event {id} was recorded, and is not there"));
    }
    for id in model
        .uploads
        .keys()
        .filter(|id| !has(format!("UPLOAD#{id}")))
    {
        problems.push(format!("upload {id} was completed, and is not there"));
    }
    let approved = snapshot.log.iter();
    let approved = approved.filter(|entry| entry.note.action == AuditAction::Approved);
    let approved: BTreeSet<(String, Option<&PersonId>)> = approved
        .filter_map(|entry| {
            let promotion = entry.note.promotion.as_ref()?.to_string();
            Some((promotion, entry.note.by.person.as_ref()))
        })
        .collect();
    for (promotion, person) in &model.approvals {
        if !approved.contains(&(promotion.to_string(), Some(person))) {
            problems.push(format!(
                "{person} approved {promotion}, which is not in the log"
            ));
        }
    }
    for (held, standing) in &model.holds {
        let Held::Environment { environment, app } = held else {
            continue;
        };
        let app = app.as_ref().map_or("*", |app| app.as_str());
        let key = format!("ENVIRONMENT#{environment}#{app}");
        let holds = snapshot.partition("HOLDS").any(|(held, _)| held == key);
        match standing {
            Standing::Yes if !holds => problems.push(format!("{held:?} is not held any more")),
            Standing::No if holds => problems.push(format!("{held:?} was lifted, and is held")),
            Standing::Yes | Standing::No | Standing::Unknown => {}
        }
    }
    for (build, standing) in &model.withdrawn {
        let mut build_items = snapshot.partition_of("BUILD#", build.as_str());
        let is = build_items.any(|(key, _)| key == "WITHDRAWN");
        // A rollback may have withdrawn what was restored.
        if *standing == Standing::Yes && !is {
            problems.push(format!("build {build} is not withdrawn any more"));
        }
    }
}
