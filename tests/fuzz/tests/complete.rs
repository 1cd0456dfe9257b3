//! Nothing that reads outside bytes is left without a target: a source, a kind of package, a file that parses.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read the sources has failed"
)]

use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::{Path, PathBuf},
};

use fuzz::{TARGETS, target};
use zip::ZipArchive;

/// What only a parser calls. A file with one of these in it reads something.
const PARSES: [&str; 12] = [
    "serde_json::from_",
    "json::from_slice(",
    "json::value(",
    "Deserializer::from_",
    "DeTable::parse",
    "form_urlencoded::parse",
    "query_pairs()",
    ".decode(",
    "decode_to_slice",
    "View::new(",
    "Url::parse",
    "::strptime(",
];

/// The crates that outside bytes come into. `store` reads what the portal itself wrote, `cli` and `frontend` what a portal
/// answered, `targets` what an SDK has read.
const CRATES: [&str; 8] = [
    "config", "domain", "identity", "lambdas", "packages", "portal", "sources", "web",
];

/// Every file that parses, and the target that reaches it.
const FILES: [(&str, &str); 43] = [
    ("domain/src/audit/export.rs", "audit_export"),
    ("domain/src/audit/seals.rs", "audit_export"),
    ("domain/src/digest.rs", "identifiers"),
    ("domain/src/json.rs", "jobs"),
    ("domain/src/sbom.rs", "sbom"),
    ("domain/src/sbom/cyclonedx.rs", "sbom"),
    ("domain/src/sbom/spdx.rs", "sbom"),
    ("packages/src/android/flutter/elf.rs", "apk_parts"),
    ("packages/src/android/flutter/snapshot.rs", "apk_parts"),
    ("packages/src/android/pages.rs", "apk_parts"),
    ("packages/src/android/signatures/block.rs", "apk_parts"),
    ("packages/src/android/signatures/der.rs", "apk_parts"),
    ("packages/src/apk/axml.rs", "apk_parts"),
    ("packages/src/apk/chunk.rs", "apk_parts"),
    ("packages/src/apk/resources.rs", "apk_parts"),
    ("packages/src/archive/directory.rs", "archive"),
    ("packages/src/archive/entry_reader.rs", "archive"),
    ("packages/src/bundle/wire.rs", "bundle_parts"),
    ("config/src/file.rs", "configuration"),
    ("config/src/workloads/shapes.rs", "configuration"),
    ("config/src/values.rs", "configuration"),
    ("identity/src/credential.rs", "credentials"),
    ("identity/src/webhook/endpoints.rs", "secrets"),
    ("web/src/extract/body.rs", "request_bodies"),
    ("web/src/extract/form.rs", "request_bodies"),
    ("web/src/pages/sign_in.rs", "headers"),
    ("web/src/extract/query.rs", "queries"),
    ("web/src/extract/visiting.rs", "headers"),
    ("sources/src/codepipeline/job.rs", "jobs"),
    ("sources/src/codepipeline/job/parameters.rs", "jobs"),
    ("sources/src/codepipeline/job/waiting.rs", "jobs"),
    (
        "sources/src/codepipeline/job/unanswered.rs",
        "invocation_records",
    ),
    ("identity/src/oidc/jwk.rs", "id_tokens"),
    ("identity/src/workload/aws/presigned.rs", "workloads"),
    ("identity/src/workload/platform.rs", "workloads"),
    ("identity/src/sign_in/seal.rs", "cookies"),
    ("identity/src/sign_in/secret.rs", "secrets"),
    ("identity/src/oidc/token.rs", "id_tokens"),
    ("sources/src/codepipeline/facts.rs", "events"),
    ("sources/src/envelope.rs", "events"),
    ("sources/src/lib.rs", "events"),
    ("sources/src/redact.rs", "events"),
    ("sources/src/webhook.rs", "webhooks"),
];

/// Files that parse what needs no target of its own, and why.
const WITHOUT: [(&str, &str); 8] = [
    (
        "lambdas/src/gateway.rs",
        "hosts and queries for the url and http crates alone",
    ),
    (
        "web/src/v1/events.rs",
        "cuts a list up; each event goes the way of `events`",
    ),
    ("web/src/headers.rs", "a host for the url crate alone"),
    (
        "web/src/middleware/csrf.rs",
        "a host for the url crate alone",
    ),
    (
        "web/src/pages/resume.rs",
        "a host for the url crate alone, and only what `seal` has opened",
    ),
    (
        "identity/src/oidc/fetch.rs",
        "answers of configured issuers, over https",
    ),
    (
        "identity/src/oidc/publisher.rs",
        "addresses of configured issuers, over https",
    ),
    (
        "identity/src/sign_in.rs",
        "only what `seal` has opened, so what the portal itself wrote",
    ),
];

fn backend() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap().join("backend")
}

/// The Rust files below a folder that are not about tests.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs")
            && !["tests.rs", "testing.rs", "fuzzing.rs"].contains(&name)
        {
            found.push(path);
        }
    }
}

/// The code of a file without its tests and its comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_file_that_parses_has_a_target() {
    let mut found = Vec::new();
    for folder in CRATES {
        files(&backend().join(folder).join("src"), &mut found);
    }
    let parses = |path: &PathBuf| {
        let code = code(path);
        PARSES.iter().any(|call| code.contains(call))
    };
    let named = |path: PathBuf| {
        path.strip_prefix(backend())
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    };
    let found: BTreeSet<String> = found.into_iter().filter(parses).map(named).collect();
    let known = FILES
        .iter()
        .chain(&WITHOUT)
        .map(|(file, _)| (*file).to_owned());
    let known: BTreeSet<String> = known.collect();
    let new: Vec<_> = found.difference(&known).collect();
    let gone: Vec<_> = known.difference(&found).collect();
    assert!(
        new.is_empty(),
        "these parse and have no target: give them one and name it in FILES: {new:?}"
    );
    assert!(gone.is_empty(), "these parse nothing any more: {gone:?}");
    for (file, name) in FILES {
        assert!(
            target(name).is_some(),
            "{file} names a target that there is not: {name}"
        );
    }
}

#[test]
fn every_source_has_a_target() {
    let folders = fs::read_dir(backend().join("sources/src")).unwrap();
    let folders = folders
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir());
    let found: BTreeSet<String> = folders
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    // The targets `events` and `webhooks` begin with the samples of all of them.
    let known = domain::source::Source::names().into_iter();
    assert_eq!(found, known.map(str::to_owned).collect());
}

#[test]
fn every_kind_of_package_has_a_target() {
    let list = fs::read_to_string(backend().join("packages/src/lib.rs")).unwrap();
    let modules = list
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod "));
    let kinds: Vec<&str> = modules
        .map(|name| name.trim_end_matches(';'))
        .filter(|name| *name != "source")
        .collect();
    for kind in kinds {
        assert!(target(kind).is_some(), "the package {kind} has no target");
    }
}

#[test]
fn every_target_has_something_to_begin_with_and_no_archive_is_left_over() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let archives: Vec<_> = fs::read_dir(&corpus).unwrap().collect();
    assert!(archives.len() >= 12, "{}", archives.len());
    for archive in archives.into_iter().map(|entry| entry.unwrap().path()) {
        let name = archive.file_stem().unwrap().to_str().unwrap();
        assert!(target(name).is_some(), "{name} is no target");
        let archive = File::open(&archive).unwrap();
        let mut archive = ZipArchive::new(archive).unwrap();
        let size: u64 = (0..archive.len())
            .map(|number| archive.by_index(number).unwrap().size())
            .sum();
        assert!(size <= 150_000, "{name} has {size} bytes: minimise it");
    }
    for target in TARGETS {
        assert!(!(target.seeds)().is_empty(), "{}", target.name);
    }
}
