//! `[[paths]]`: which way builds take through the environments, and what has to hold at each step.

mod approvals;
mod checks;
mod durations;
mod freezes;
mod gates;
mod install;
mod moment;
mod steps;
mod target;
#[cfg(test)]
mod tests;

use std::ops::Range;

use domain::{id::AppId, path};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    document::Document,
    names::Names,
    reader::{Entries, List},
    schema::listed,
    values::{SLUG, known},
};
use steps::PathStep;

/// Which way builds take through the environments.
#[derive(Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Path {
    /// The `id`s of the apps that it is for. Left out, every app that no other path names.
    #[schemars(length(min = 1), inner(regex(pattern = SLUG)), example = listed("wallet"))]
    apps: List<String>,
    /// Its environments, in order. A build enters the first by being registered there.
    #[schemars(required, length(min = 1))]
    steps: List<PathStep>,
}

pub(crate) fn all(
    document: &Document<'_>,
    paths: &impl Entries<Path>,
    names: &Names<'_>,
) -> Vec<path::Path> {
    let mut taken = Taken::default();
    let path = |(path, span): (&Path, &Range<usize>)| path::Path {
        apps: apps(document, path, span, names, &mut taken),
        steps: steps::all(document, &path.steps, span, names),
    };
    paths.entries().map(path).collect()
}

/// What the paths above one are for.
#[derive(Default)]
struct Taken {
    apps: Vec<String>,
    all_others: bool,
}

fn apps(
    document: &Document<'_>,
    path: &Path,
    span: &Range<usize>,
    names: &Names<'_>,
    taken: &mut Taken,
) -> Vec<AppId> {
    if path.apps.is_none() && std::mem::replace(&mut taken.all_others, true) {
        document.problem(
            span.clone(),
            "a second path for all apps that no other path names",
            "name its apps, such as apps = [\"wallet\"], or remove it",
        );
    }
    let mut apps = Vec::new();
    for text in path.apps.texts().unwrap_or_default() {
        let span = text.span.clone();
        let Some(app) = known(document, "app", text, &names.apps) else {
            continue;
        };
        if taken.apps.contains(&app) {
            document.problem(
                span,
                format!("the app \"{app}\" has a path already"),
                "name it in one path only",
            );
        }
        apps.extend(app.parse().ok());
        taken.apps.push(app);
    }
    apps
}
