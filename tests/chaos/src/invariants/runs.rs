//! A run, a step and what the overview shows of them are what the recorded events say, whatever their order, however often they
//! came, and wherever recording them broke off.

use std::collections::BTreeMap;

use domain::{
    event::Event,
    id::RunId,
    run::{Run, Step},
};

use crate::snapshot::{Snapshot, read};

pub(super) fn check(snapshot: &Snapshot, problems: &mut Vec<String>) {
    let mut by_run: BTreeMap<RunId, Vec<Event>> = BTreeMap::new();
    for event in snapshot.events() {
        by_run.entry(event.run.clone()).or_default().push(event);
    }
    for (id, events) in &by_run {
        let runs = events.iter().map(Run::seed);
        let expected = runs.reduce(Run::join);
        let stored = snapshot.partition_of("RUN#", id.as_str());
        let stored = stored
            .filter(|(key, _)| *key == "RUN")
            .map(|(_, item)| read(item));
        let stored: Option<Run> = stored.last();
        if stored != expected {
            problems.push(format!(
                "run {id} is {stored:?}, and its events say {expected:?}"
            ));
        }
        let mut steps: BTreeMap<String, Step> = BTreeMap::new();
        for step in events.iter().filter_map(Step::seed) {
            let name = step.id.to_string();
            let joined = match steps.remove(&name) {
                Some(before) => before.join(step),
                None => step,
            };
            steps.insert(name, joined);
        }
        let stored = snapshot.partition_of("RUN#", id.as_str());
        let stored = stored.filter_map(|(key, item)| {
            let name = key.strip_prefix("STEP#")?;
            Some((name.to_owned(), read(item)))
        });
        let stored: BTreeMap<String, Step> = stored.collect();
        if stored != steps {
            problems.push(format!(
                "run {id} has {stored:?}, and its events say {steps:?}"
            ));
        }
        if let Some(run) = &expected {
            shown(snapshot, run, problems);
        }
    }
}

/// What the overview shows of a run is how the run stands.
fn shown(snapshot: &Snapshot, run: &Run, problems: &mut Vec<String>) {
    let rows = snapshot
        .partition("OVERVIEW")
        .chain(snapshot.partition("UNASSIGNED"));
    let execution = format!(
        "/{}",
        run.id.as_str().rsplit('/').next().unwrap_or_default()
    );
    for (key, row) in rows {
        if row["pipeline"]["name"] != run.pipeline.name.as_str() {
            continue;
        }
        for brief in row["runs"].as_array().into_iter().flatten() {
            let is_it = brief["r"]
                .as_str()
                .is_some_and(|id| id.ends_with(&execution));
            if is_it && brief["s"] != serde_json::to_value(run.status).unwrap() {
                problems.push(format!(
                    "{key} shows {brief}, and its run is {:?}",
                    run.status
                ));
            }
        }
    }
}
