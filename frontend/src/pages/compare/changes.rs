//! The differences, each a line with what was and what is.

use domain::{
    compare::{CertificateChange, Change, Commits, Comparison, DependencyChange, PackageChanges},
    digest::Digest,
    words,
};
use leptos::prelude::*;

use crate::components::{
    heading,
    icon::{self, icon},
};

/// All that differs.
pub(super) fn sections(comparison: &Comparison) -> AnyView {
    if comparison.same_bytes {
        return heading::empty("Identical", "Both builds hold the same files.".into_any());
    }
    view! {
        {certificate(comparison)}
        <section aria-labelledby="changes">
            {heading::section("changes", "What differs", None)}
            {table(comparison)}
        </section>
        {dependencies(comparison.dependencies.as_deref())}
    }
    .into_any()
}

fn certificate(comparison: &Comparison) -> Option<AnyView> {
    let change = comparison.package.as_ref()?.certificates.as_ref()?;
    let words = if change.updates {
        "Signed with another certificate, with a proof of rotation: Android takes it for an update."
    } else {
        "Signed with another certificate: Android does not take it for an update."
    };
    let tone = if change.updates { "waiting" } else { "failed" };
    let callout = view! {
        <p class="callout" data-status=tone>{icon(icon::WARNING)}<span>{words}</span></p>
    };
    Some(callout.into_any())
}

fn table(comparison: &Comparison) -> AnyView {
    let rows: Vec<AnyView> = lines(comparison)
        .into_iter()
        .map(|(name, from, to)| {
            view! { <tr><th scope="row">{name}</th><td>{from}</td><td>{to}</td></tr> }.into_any()
        })
        .collect();
    if rows.is_empty() {
        return heading::empty(
            "Nothing that Towpath reads",
            "The bytes differ, and nothing that is known of them does.".into_any(),
        );
    }
    view! {
        <table class="differences">
            <thead><tr><th scope="col">"What"</th><th scope="col">"From"</th><th scope="col">"To"</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

type Line = (&'static str, AnyView, AnyView);

fn lines(comparison: &Comparison) -> Vec<Line> {
    let commits = comparison.commits.as_ref().map(commits);
    let version = comparison
        .version
        .as_ref()
        .map(|change| texts("Version", change));
    let size = comparison.size.as_ref().map(|change| {
        let told = |size: Option<u64>| size.map(words::size).unwrap_or_default().into_any();
        ("Size", told(change.from), told(change.to))
    });
    let files = sets("Files", &comparison.files_dropped, &comparison.files_added);
    let of_package = comparison.package.iter().flat_map(package);
    let all = commits.into_iter().chain(version).chain(size);
    all.chain(files).chain(of_package).collect()
}

fn texts<T: ToString>(name: &'static str, change: &Change<T>) -> Line {
    let told = |value: Option<&T>| match value {
        Some(value) => value.to_string().into_any(),
        None => view! { <span class="quiet">"none"</span> }.into_any(),
    };
    (name, told(change.from.as_ref()), told(change.to.as_ref()))
}

fn commits(commits: &Commits) -> Line {
    let told = |commit: Option<&String>| match commit {
        Some(commit) => {
            let short: String = commit.chars().take(8).collect();
            view! { <code title=commit.clone()>{short}</code> }.into_any()
        }
        None => view! { <span class="quiet">"unknown"</span> }.into_any(),
    };
    let name = if commits.same_repository == Some(false) {
        "Commit, of another repository"
    } else {
        "Commit"
    };
    (name, told(commits.from.as_ref()), told(commits.to.as_ref()))
}

/// What went stands on the left, what came on the right.
fn sets(name: &'static str, dropped: &[String], added: &[String]) -> Option<Line> {
    if dropped.is_empty() && added.is_empty() {
        return None;
    }
    let told = |texts: &[String], word: &'static str| {
        let items = texts
            .iter()
            .map(|text| view! { <li><span class="quiet">{word}</span> " " <code>{text.clone()}</code></li> })
            .collect_view();
        view! { <ul>{items}</ul> }.into_any()
    };
    Some((name, told(dropped, "dropped"), told(added, "added")))
}

fn package(changes: &PackageChanges) -> Vec<Line> {
    let yes = |change: &Change<bool>| Change {
        from: change.from.map(|is| if is { "yes" } else { "no" }),
        to: change.to.map(|is| if is { "yes" } else { "no" }),
    };
    [
        changes
            .name
            .as_ref()
            .map(|change| texts("Application ID", change)),
        changes
            .version_code
            .as_ref()
            .map(|change| texts("Version code", change)),
        changes
            .min_sdk
            .as_ref()
            .map(|change| texts("Lowest API level", change)),
        changes
            .target_sdk
            .as_ref()
            .map(|change| texts("Target API level", change)),
        sets(
            "Permissions",
            &changes.permissions_dropped,
            &changes.permissions_added,
        ),
        sets("Native code", &changes.abis_dropped, &changes.abis_added),
        changes.certificates.as_ref().map(certificates),
        changes
            .debuggable
            .as_ref()
            .map(|change| texts("Debuggable", &yes(change))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn certificates(change: &CertificateChange) -> Line {
    let told = |digests: &[Digest]| {
        let codes = digests
            .iter()
            .map(|digest| view! { <code title=digest.to_string()>{digest.short()}</code> " " });
        codes.collect_view().into_any()
    };
    ("Certificate", told(&change.from), told(&change.to))
}

fn dependencies(changes: Option<&[DependencyChange]>) -> AnyView {
    let body = match changes {
        None => view! { <p class="quiet">"Not available: both builds need a bill of materials (SBOM)."</p> }.into_any(),
        Some([]) => view! { <p class="quiet">"The same on both sides."</p> }.into_any(),
        Some(changes) => {
            let rows = changes.iter().map(dependency).collect_view();
            view! {
                <table class="differences">
                    <thead><tr><th scope="col">"Dependency"</th><th scope="col">"From"</th><th scope="col">"To"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            }
            .into_any()
        }
    };
    view! {
        <section aria-labelledby="dependencies">
            {heading::section("dependencies", "Dependencies", None)}
            {body}
        </section>
    }
    .into_any()
}

fn dependency(change: &DependencyChange) -> AnyView {
    let told = |versions: &[String]| {
        if versions.is_empty() {
            view! { <span class="quiet">"not there"</span> }.into_any()
        } else {
            versions.join(", ").into_any()
        }
    };
    view! { <tr><th scope="row"><code>{change.name.clone()}</code></th><td>{told(&change.from)}</td><td>{told(&change.to)}</td></tr> }
        .into_any()
}
