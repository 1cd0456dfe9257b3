//! Nothing is left over when all is done: no registration, no staged object, no withdrawal that environments have yet to
//! follow, no upload that neither became a build nor says why not.

use std::collections::BTreeSet;

use store::object_keys;

use crate::{model::Model, snapshot::Snapshot};

pub(super) fn check(snapshot: &Snapshot, model: &Model, problems: &mut Vec<String>) {
    for (key, item) in snapshot.items("REGISTRATION#") {
        if item["made"].is_null() {
            problems.push(format!("{key}: still pending: {item}"));
        }
    }
    let staged = snapshot.objects.iter();
    for key in staged.filter(|key| key.starts_with(object_keys::STAGING)) {
        problems.push(format!("{key} is still staged"));
    }
    for (build, _) in snapshot.partition("UNSETTLED") {
        problems.push(format!(
            "environments do not follow what became of build {build}"
        ));
    }
    let kept = snapshot.items("EVENT#");
    let kept: BTreeSet<&str> = kept
        .filter_map(|(_, item)| item["raw_object"].as_str())
        .collect();
    let objects: BTreeSet<&str> = snapshot
        .objects
        .iter()
        .map(String::as_str)
        .filter(|key| key.starts_with("events/"))
        .collect();
    if kept != objects {
        problems.push(format!("events name {kept:?}, and there are {objects:?}"));
    }
    for (upload, made) in &model.uploads {
        let item = snapshot.partition_of("UPLOAD#", upload.as_str());
        let item = item.map(|(_, item)| item).last();
        let ended = item.is_some_and(|item| {
            item["completed"].is_string()
                || item["failed"].is_string() && item["registering"].is_null()
        });
        if made.is_none() && !ended {
            problems.push(format!(
                "upload {upload} was completed, and nothing came of it: {item:?}"
            ));
        }
    }
}
