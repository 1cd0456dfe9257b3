use jiff::Timestamp;

use super::*;
use crate::{
    actor::Actor,
    build::{Artifact, ArtifactKind},
    event::Revision,
    package::{Package, Signing},
    sbom::Sbom,
};

fn revision(commit: &str, repository: Option<&str>) -> Revision {
    Revision {
        commit: commit.to_owned(),
        message: None,
        branch: None,
        repository: repository.map(str::to_owned),
        url: None,
    }
}

fn package() -> Package {
    Package {
        name: Some("dev.example.wallet".to_owned()),
        version_code: Some(811),
        min_sdk: Some(24),
        target_sdk: Some(34),
        permissions: vec!["CAMERA".to_owned(), "INTERNET".to_owned()],
        abis: vec!["arm64-v8a".to_owned()],
        signing: signed("old", &[]),
        ..Package::default()
    }
}

fn signed(certificate: &str, lineage: &[&str]) -> Signing {
    Signing {
        v3: vec![Digest::of(certificate.as_bytes())],
        lineage: lineage
            .iter()
            .map(|name| Digest::of(name.as_bytes()))
            .collect(),
        ..Signing::default()
    }
}

fn build(number: u64, package: Package) -> Build {
    Build {
        id: format!("01HZY3V8Q4T9N2B7C6D5E{number:05}").parse().unwrap(),
        app: "wallet".parse().unwrap(),
        number,
        version: Some("2.3.0".to_owned()),
        revision: Some(revision("aaaa", Some("team/wallet"))),
        run: None,
        origin: crate::known::Origin::default(),
        registered_at: Timestamp::UNIX_EPOCH,
        registered_by: Actor::local(),
        artifacts: vec![Artifact {
            name: "app.apk".parse().unwrap(),
            kind: ArtifactKind::Apk,
            digest: Digest::of(&number.to_be_bytes()),
            size: 1_000 + number,
            package: Some(package),
        }],
    }
}

#[test]
fn a_build_is_no_other_than_itself() {
    let one = build(811, package());
    let comparison = builds(&one, &one);
    assert!(comparison.same_bytes);
    assert_eq!(comparison.commits, None);
    assert_eq!(comparison.version, None);
    assert_eq!(comparison.size, None);
    assert_eq!(comparison.package, Some(PackageChanges::default()));
}

#[test]
fn what_is_between_two_builds_is_told_and_what_is_the_same_is_not() {
    let from = build(811, package());
    let mut to = build(
        812,
        Package {
            version_code: Some(812),
            target_sdk: Some(35),
            permissions: vec!["INTERNET".to_owned(), "NFC".to_owned()],
            abis: vec!["arm64-v8a".to_owned(), "x86_64".to_owned()],
            signing: signed("new", &["old", "new"]),
            debuggable: true,
            ..package()
        },
    );
    to.version = Some("2.4.0".to_owned());
    to.revision = Some(revision("bbbb", Some("team/wallet")));
    to.artifacts.push(Artifact {
        name: "mapping.txt".parse().unwrap(),
        kind: ArtifactKind::Mapping,
        digest: Digest::of(b"mapping"),
        size: 5,
        package: None,
    });
    let comparison = builds(&from, &to);
    assert!(!comparison.same_bytes);
    let commits = comparison.commits.unwrap();
    assert_eq!(commits.from.as_deref(), Some("aaaa"));
    assert_eq!(commits.to.as_deref(), Some("bbbb"));
    assert_eq!(commits.repository.as_deref(), Some("team/wallet"));
    assert_eq!(commits.same_repository, Some(true));
    assert_eq!(
        comparison.size,
        Some(Change {
            from: Some(1_811),
            to: Some(1_817)
        })
    );
    assert_eq!(comparison.version.unwrap().to.as_deref(), Some("2.4.0"));
    assert_eq!(comparison.files_added, ["mapping.txt"]);
    let package = comparison.package.unwrap();
    assert_eq!(package.name, None);
    assert_eq!(package.min_sdk, None);
    assert_eq!(package.target_sdk.unwrap().to, Some(35));
    assert_eq!(package.permissions_added, ["NFC"]);
    assert_eq!(package.permissions_dropped, ["CAMERA"]);
    assert_eq!(package.abis_added, ["x86_64"]);
    assert_eq!(package.debuggable.unwrap().to, Some(true));
    assert!(package.certificates.unwrap().updates);
}

#[test]
fn another_certificate_without_a_proof_does_not_update() {
    let other = Package {
        signing: signed("new", &[]),
        ..package()
    };
    let comparison = builds(&build(811, package()), &build(812, other));
    assert!(!comparison.package.unwrap().certificates.unwrap().updates);
    let unread = Package {
        signing: Signing {
            unknown: true,
            ..Signing::default()
        },
        ..package()
    };
    let comparison = builds(&build(811, package()), &build(812, unread));
    assert_eq!(comparison.package.unwrap().certificates, None);
}

#[test]
fn commits_of_two_repositories_are_not_of_one_history() {
    let from = build(811, package());
    let mut to = build(812, package());
    to.revision = Some(revision("aaaa", Some("team/other")));
    let commits = builds(&from, &to).commits.unwrap();
    assert_eq!(commits.same_repository, Some(false));
    assert_eq!(commits.repository, None);
    to.revision = None;
    let commits = builds(&from, &to).commits.unwrap();
    assert_eq!((commits.to, commits.same_repository), (None, None));
}

#[test]
fn dependencies_that_came_went_and_moved() {
    let bill = |components: &str| {
        let text = format!(r#"{{"bomFormat": "CycloneDX", "components": [{components}]}}"#);
        Sbom::read(text.as_bytes()).unwrap()
    };
    let from = bill(
        r#"{"name": "a", "version": "1"}, {"name": "b", "version": "1"}, {"name": "c", "version": "1"}"#,
    );
    let to = bill(
        r#"{"name": "a", "version": "1"}, {"name": "b", "version": "2"}, {"name": "d", "version": "1"}"#,
    );
    let told: Vec<String> = dependencies(&from, &to)
        .iter()
        .map(|change| format!("{} {:?} {:?}", change.name, change.from, change.to))
        .collect();
    assert_eq!(told, [r#"b ["1"] ["2"]"#, r#"c ["1"] []"#, r#"d [] ["1"]"#]);
}

#[test]
fn a_comparison_survives_its_text() {
    let from = build(811, package());
    let to = build(812, Package::default());
    let comparison = builds(&from, &to);
    let text = serde_json::to_string(&comparison).unwrap();
    assert_eq!(
        serde_json::from_str::<Comparison>(&text).unwrap(),
        comparison
    );
}
