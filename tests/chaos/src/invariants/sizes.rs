//! What must not grow does not, however much happens.

use domain::{catalog::Catalog, run::RecentRuns};

use crate::snapshot::Snapshot;

/// The most bytes of an item, as JSON; the largest ones are promotions with their gates and approvals.
const LARGEST_ITEM: usize = 12_000;

/// The most withdrawn builds that environments may have yet to follow.
const UNSETTLED: usize = 40;

pub(super) fn check(snapshot: &Snapshot, catalog: &Catalog, problems: &mut Vec<String>) {
    for (key, partition) in &snapshot.partitions {
        for (sort_key, item) in partition {
            let size = item.to_string().len();
            if size > LARGEST_ITEM {
                problems.push(format!("{key} {sort_key} has {size} bytes"));
            }
        }
    }
    let places = catalog.apps.len() * catalog.environments.len();
    let bounds = [
        ("OVERVIEW", places + catalog.feeds.len()),
        ("UNASSIGNED", 8),
        ("HOLDS", 2 * places + catalog.environments.len()),
        ("UNSETTLED", UNSETTLED),
        ("AUDIT", 2),
    ];
    for (key, most) in bounds {
        let items = snapshot.partition(key).count();
        if items > most {
            problems.push(format!("{key} has {items} items, and {most} at the most"));
        }
    }
    let slots = snapshot.starting("SLOT#").count();
    if slots > places {
        problems.push(format!("there are {slots} slots for {places} places"));
    }
    let recent = snapshot
        .partition("OVERVIEW")
        .chain(snapshot.partition("UNASSIGNED"));
    for (key, item) in recent {
        let runs = item["runs"].as_array().map_or(0, Vec::len);
        if runs > RecentRuns::LIMIT {
            problems.push(format!("{key} shows {runs} runs"));
        }
    }
}
