//! What must hold, a subject a file. Each says in words what does not.
//!
//! `always` is asked in the middle of everything, `at_rest` when nothing fails any more and all that is old enough is
//! removed.

mod acknowledged;
mod log;
mod objects;
mod promotions;
mod releases;
mod rest;
mod runs;
mod sizes;

use domain::catalog::Catalog;

use crate::{model::Model, snapshot::Snapshot};

/// What does not hold, of what must hold at every moment.
pub(crate) fn always(snapshot: &Snapshot, model: &Model, catalog: &Catalog) -> Vec<String> {
    let mut problems = Vec::new();
    releases::check(snapshot, &mut problems);
    promotions::check(snapshot, catalog, &mut problems);
    log::check(snapshot, &mut problems);
    objects::check(snapshot, &mut problems);
    sizes::check(snapshot, catalog, &mut problems);
    acknowledged::check(snapshot, model, &mut problems);
    problems
}

/// What does not hold, of what must hold at rest.
pub(crate) fn at_rest(snapshot: &Snapshot, model: &Model) -> Vec<String> {
    let mut problems = Vec::new();
    runs::check(snapshot, &mut problems);
    rest::check(snapshot, model, &mut problems);
    problems
}
