//! `[[paths]]`: which way builds take through the environments, and what has to hold at each step.

mod durations;
mod freezes;
mod gates;
mod moment;
pub(super) mod schema;
mod steps;
mod target;
#[cfg(test)]
mod tests;

use domain::path::Path;

use super::{
    reader::{Document, Section},
    values::known,
};

pub(super) const KEYS: [&str; 2] = ["apps", "steps"];
#[cfg(test)]
pub(super) use {
    freezes::{KEYS as FREEZE_KEYS, WEEKLY_KEYS},
    gates::{APPROVAL_KEYS as APPROVAL_RULE_KEYS, CHECK_KEYS},
    steps::KEYS as STEP_KEYS,
    target::{APPROVAL_KEYS as APPROVAL_ACTION_KEYS, KEYS as TARGET_KEYS, REVISION_KEYS},
};

/// What the entries may name.
pub(super) struct Names<'a> {
    pub(super) apps: &'a [&'a str],
    pub(super) environments: &'a [&'a str],
}

pub(super) fn entries(
    document: &Document<'_>,
    top: &Section<'_, '_>,
    names: &Names<'_>,
) -> Vec<Path> {
    let mut taken = Taken::default();
    let mut paths = Vec::new();
    for (table, span) in top.tables("paths") {
        let section = Section::open(document, "[[paths]]", table, span, &KEYS);
        let apps = apps(document, &section, names, &mut taken);
        let steps = steps::entries(document, &section, names);
        paths.push(Path { apps, steps });
    }
    paths
}

/// What the paths above one are for.
#[derive(Default)]
struct Taken {
    apps: Vec<String>,
    all_others: bool,
}

fn apps<T: std::str::FromStr>(
    document: &Document<'_>,
    section: &Section<'_, '_>,
    names: &Names<'_>,
    taken: &mut Taken,
) -> Vec<T> {
    let Some(texts) = section.texts("apps", "wallet") else {
        if !section.has("apps") && std::mem::replace(&mut taken.all_others, true) {
            section.problem(
                "apps",
                "a second path for all apps that no other path names",
                "name its apps, such as apps = [\"wallet\"], or remove it",
            );
        }
        return Vec::new();
    };
    let mut apps = Vec::new();
    for text in texts {
        let span = text.span.clone();
        let Some(app) = known(document, "app", text, names.apps) else {
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
