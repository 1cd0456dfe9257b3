//! A few entries of the audit log, and what is between two builds.

use domain::{
    actor::Actor,
    audit::{AuditAction, AuditRecord, Entry, Fault, Finding, Head},
    build::Build,
    compare::{self, Comparison, DependencyChange},
    digest::Digest,
    download::Download,
    package::Package,
    page::{Cursor, Page},
};

use super::{before, builds, promotions};

pub(crate) fn entries() -> Page<Entry> {
    let build = builds::build(812);
    let note = |action, by: Actor, seconds| AuditRecord {
        app: Some(build.app.clone()),
        environment: Some("prod".parse().unwrap()),
        build: Some(build.id.clone()),
        promotion: Some(promotions::id(12)),
        ..AuditRecord::new(
            before(seconds),
            by,
            "session of https://id.example.com",
            action,
        )
    };
    let asked = AuditRecord {
        reason: Some("the mock location fix".into()),
        from: Some("203.0.113.7".into()),
        ..note(AuditAction::PromotionRequested, promotions::ada(), 7_300)
    };
    let past = AuditRecord {
        reason: Some("logins fail in production".into()),
        details: [("gates".to_owned(), "soak".to_owned())].into(),
        ..note(AuditAction::GatesBypassed, promotions::ada(), 7_300)
    };
    let held = AuditRecord {
        app: None,
        build: None,
        promotion: None,
        ..note(AuditAction::Held, promotions::ada(), 300)
    };
    let done = note(AuditAction::PromotionSucceeded, Actor::portal(), 400);
    let mut end = Head::default();
    let mut entries = Vec::new();
    for note in [asked, past, done, held] {
        let entry = Entry::after(&end, note);
        end = entry.head();
        entries.push(entry);
    }
    entries.reverse();
    Page {
        items: entries,
        next: Some(Cursor::behind("000000000001")),
    }
}

pub(crate) fn findings() -> Vec<Finding> {
    let finding = |number, last, fault, words: &str| Finding {
        number,
        last,
        fault,
        words: words.into(),
    };
    vec![
        finding(
            2,
            2,
            Fault::Altered,
            "its contents are not what its hash is of",
        ),
        finding(
            4,
            6,
            Fault::Missing,
            "nothing stands between entries 3 and 7",
        ),
        finding(3, 3, Fault::SealMissing, "seal 3 is missing"),
        finding(
            0,
            0,
            Fault::SealDeleted,
            "the seal of 2026-11-20 has a delete marker: somebody deleted it",
        ),
    ]
}

/// Much is another.
pub(crate) fn comparison() -> Comparison {
    let newer = builds::build(812);
    let mut package: Package = builds::package();
    package.version_code = Some(193);
    package.permissions.push("android.permission.CAMERA".into());
    package.signing.v3 = vec![Digest::of(b"another certificate")];
    let older = Build {
        version: Some("8.0.9".into()),
        revision: Some(super::revision(
            "0c1d2e3f",
            "Bump the Android Gradle plugin",
        )),
        artifacts: vec![builds::artifact(
            "journal-release.apk",
            3_004_880,
            Some(package),
        )],
        ..builds::build(811)
    };
    let mut comparison = compare::builds(&older, &newer);
    comparison.dependencies = Some(vec![DependencyChange {
        name: "pkg:maven/androidx.core/core".into(),
        from: vec!["1.15.0".into()],
        to: vec!["1.16.0".into()],
    }]);
    comparison
}

/// Nothing is another.
pub(crate) fn same() -> Comparison {
    compare::builds(&builds::build(812), &builds::build(812))
}

/// Who got a build.
pub(crate) fn downloads() -> Page<Download> {
    let build = builds::build(812);
    Page {
        items: vec![Download {
            build: build.id.clone(),
            app: build.app.clone(),
            environment: Some("dev".parse().unwrap()),
            artifact: build.artifacts[0].digest,
            name: build.artifacts[0].name.clone(),
            by: promotions::ada(),
            link: None,
            at: before(900),
            user_agent: Some("Mozilla/5.0 (Linux; Android 16)".into()),
        }],
        next: None,
    }
}
