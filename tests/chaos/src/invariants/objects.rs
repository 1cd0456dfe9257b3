//! Every file of a build is there, and every file that is there is of a build, or noted by a registration that made none yet.

use std::collections::BTreeSet;

use domain::{build::Build, id::AppId};
use serde_json::Value;
use store::object_keys;

use crate::snapshot::Snapshot;

pub(super) fn check(snapshot: &Snapshot, problems: &mut Vec<String>) {
    let there: BTreeSet<&str> = snapshot.objects.iter().map(String::as_str).collect();
    let named: BTreeSet<String> = snapshot.builds().iter().flat_map(files).collect();
    for key in named.iter().filter(|key| !there.contains(key.as_str())) {
        problems.push(format!("a build names {key}, which is gone"));
    }
    let registrations = snapshot.items("REGISTRATION#");
    let noted: BTreeSet<&str> = registrations
        .filter(|(_, item)| item["made"].is_null())
        .filter_map(|(_, item)| item["objects"].as_array())
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let kept = there
        .iter()
        .filter(|key| object_keys::app_of(key).is_some());
    for key in kept.filter(|key| !named.contains(**key) && !noted.contains(**key)) {
        problems.push(format!("nothing names {key}"));
    }
}

/// The keys of a build's files.
fn files(build: &Build) -> Vec<String> {
    let app: &AppId = &build.app;
    let artifacts = build.artifacts.iter();
    artifacts
        .map(|artifact| object_keys::artifact(app, &artifact.digest, &artifact.name))
        .collect()
}
