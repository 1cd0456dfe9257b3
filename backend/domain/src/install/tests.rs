use super::*;
use crate::{
    digest::Digest,
    package::{Flutter, Scheme, Signing, SmallPages, Unread},
};

/// The rules that hold for an update of `before`.
fn warnings(now: &Package, before: Option<&Package>) -> Vec<InstallWarning> {
    let mut installation = Installation::of(now);
    installation.earlier = before
        .map(|package| earlier("build 1", package))
        .into_iter()
        .collect();
    of(&installation)
}

fn of(installation: &Installation<'_>) -> Vec<InstallWarning> {
    let forecast = installation.forecast().into_iter();
    forecast.map(|it| it.warning).collect()
}

fn earlier<'a>(name: &str, package: &'a Package) -> Earlier<'a> {
    Earlier {
        name: name.to_owned(),
        package,
    }
}

fn signed(certificates: &[&str]) -> Package {
    let certificates: Vec<Digest> = certificates
        .iter()
        .map(|name| Digest::of(name.as_bytes()))
        .collect();
    Package {
        name: Some("dev.example.wallet".to_owned()),
        version_code: Some(7),
        signing: Signing {
            v2: certificates.clone(),
            v3: certificates,
            ..Signing::default()
        },
        ..Package::default()
    }
}

#[test]
fn the_same_certificate_and_a_higher_code_update_silently() {
    let before = Package {
        version_code: Some(6),
        ..signed(&["a"])
    };
    assert_eq!(warnings(&signed(&["a"]), Some(&before)), []);
}

#[test]
fn another_certificate_must_be_uninstalled_first() {
    assert_eq!(
        warnings(&signed(&["b"]), Some(&signed(&["a"]))),
        [InstallWarning::SignatureDiffers { up_to_api: None }]
    );
}

#[test]
fn a_rotated_certificate_updates_silently() {
    let mut now = signed(&["b"]);
    now.signing.v2 = vec![Digest::of(b"a")];
    now.signing.lineage = vec![Digest::of(b"a"), Digest::of(b"b")];
    assert_eq!(warnings(&now, Some(&signed(&["a"]))), []);
}

#[test]
fn a_lower_version_code_is_refused() {
    let now = Package {
        version_code: Some(6),
        ..signed(&["a"])
    };
    let expected = InstallWarning::LowerVersionCode {
        before: 7,
        now: 6,
        debuggable: false,
    };
    assert_eq!(warnings(&now, Some(&signed(&["a"]))), [expected]);
}

#[test]
fn an_unsigned_package_does_not_also_differ() {
    assert_eq!(
        warnings(&signed(&[]), Some(&signed(&["a"]))),
        [InstallWarning::NotSigned]
    );
}

#[test]
fn a_package_that_could_not_be_read_says_so_and_no_more() {
    let now = Package {
        signing: Signing {
            unknown: true,
            ..Signing::default()
        },
        unread: vec![Unread {
            what: "package".to_owned(),
            why: "it is no zip".to_owned(),
        }],
        ..Package::default()
    };
    assert_eq!(
        warnings(&now, Some(&signed(&["a"]))),
        [InstallWarning::NotFullyRead]
    );
}

#[test]
fn another_application_id_installs_beside() {
    let now = Package {
        name: Some("dev.example.other".to_owned()),
        debuggable: true,
        ..signed(&["b"])
    };
    let other = InstallWarning::OtherPackage {
        before: "dev.example.wallet".into(),
        now: "dev.example.other".into(),
    };
    assert_eq!(
        warnings(&now, Some(&signed(&["a"]))),
        [other, InstallWarning::Debuggable]
    );
}

#[test]
fn an_unreadable_v1_signature_does_not_hide_another_certificate() {
    let mut now = signed(&["b"]);
    now.signing.set_unknown(Scheme::V1);
    let differs = InstallWarning::SignatureDiffers { up_to_api: None };
    assert_eq!(
        warnings(&now, Some(&signed(&["a"]))),
        [differs.clone(), InstallWarning::NotFullyRead]
    );
    now.min_sdk = Some(24);
    assert_eq!(
        warnings(&now, Some(&signed(&["a"]))),
        [differs],
        "no phone that installs it looks at v1"
    );
}

#[test]
fn an_unreadable_newer_scheme_leaves_open_what_follows() {
    let mut now = signed(&["b"]);
    now.signing.v3.clear();
    now.signing.v2 = vec![Digest::of(b"a")];
    now.signing.set_unknown(Scheme::V3);
    assert_eq!(
        warnings(&now, Some(&signed(&["a"]))),
        [InstallWarning::NotFullyRead]
    );
}

#[test]
fn records_that_tell_no_schemes_apart_mean_that_nothing_is_known() {
    let old = format!(
        r#"{{"v1":[],"v2":["{0}"],"v3":[],"v31":[],"lineage":[],"unknown":true}}"#,
        Digest::of(b"b")
    );
    let now = Package {
        signing: serde_json::from_str(&old).unwrap(),
        ..signed(&[])
    };
    assert_eq!(
        warnings(&now, Some(&signed(&["a"]))),
        [InstallWarning::NotFullyRead]
    );
    assert_eq!(serde_json::to_string(&now.signing).unwrap(), old);
}

#[test]
fn a_rotation_is_followed_by_the_phones_that_know_of_it_alone() {
    // Rotated with v3; v1 and v2 go on naming the old certificate.
    let mut rotated = signed(&["b"]);
    rotated.signing.v2 = vec![Digest::of(b"a")];
    rotated.signing.lineage = vec![Digest::of(b"a"), Digest::of(b"b")];
    let mut new_alone = signed(&["b"]);
    new_alone
        .signing
        .lineage
        .clone_from(&rotated.signing.lineage);
    let differs = [InstallWarning::SignatureDiffers { up_to_api: None }];
    assert_eq!(
        warnings(&new_alone, Some(&rotated)),
        [InstallWarning::SignatureDiffers {
            up_to_api: Some(27)
        }],
        "Android 7 and 8"
    );
    new_alone.min_sdk = Some(28);
    assert_eq!(warnings(&new_alone, Some(&rotated)), []);
    assert_eq!(
        warnings(&signed(&["a"]), Some(&rotated)),
        differs,
        "a step back"
    );
}

#[test]
fn a_v3_1_signer_counts_from_its_lowest_level_on() {
    let rotated_from = |level| {
        let mut package = signed(&["a"]);
        package.min_sdk = Some(28);
        package.signing.v31 = vec![Digest::of(b"b")];
        package.signing.v31_min_sdk = Some(level);
        package.signing.lineage = vec![Digest::of(b"a"), Digest::of(b"b")];
        package
    };
    let differs = [InstallWarning::SignatureDiffers { up_to_api: None }];
    let mut new_alone = signed(&["b"]);
    new_alone.min_sdk = Some(33);
    assert_eq!(warnings(&new_alone, Some(&rotated_from(33))), []);
    assert_eq!(
        warnings(&new_alone, Some(&rotated_from(34))),
        [InstallWarning::SignatureDiffers {
            up_to_api: Some(33)
        }],
        "Android 13"
    );
    assert_eq!(warnings(&rotated_from(34), Some(&signed(&["a"]))), []);
    assert_eq!(
        warnings(&signed(&["a"]), Some(&rotated_from(34))),
        differs,
        "Android 14"
    );
    assert_eq!(
        warnings(&signed(&["a"]), Some(&rotated_from(10_000))),
        [],
        "no released Android looks at it"
    );
}

#[test]
fn v1_alone_is_refused_from_target_30_on() {
    let mut now = signed(&[]);
    now.signing.v1 = vec![Digest::of(b"a")];
    now.target_sdk = Some(29);
    assert_eq!(warnings(&now, None), []);
    now.target_sdk = Some(30);
    assert_eq!(warnings(&now, None), [InstallWarning::OnlyV1Signature]);
    now.signing.set_unknown(Scheme::V2);
    assert_eq!(warnings(&now, None), [InstallWarning::NotFullyRead]);
    now.signing = signed(&["a"]).signing;
    now.signing.v1 = vec![Digest::of(b"a")];
    assert_eq!(warnings(&now, None), []);
}

#[test]
fn what_no_phone_installs_is_said() {
    let mut now = signed(&["a"]);
    now.test_only = true;
    now.split = Some("config.de".to_owned());
    now.required_splits = Some(vec!["base__abi".to_owned()]);
    let expected = [
        InstallWarning::TestOnly,
        InstallWarning::SplitAlone {
            split: "config.de".to_owned(),
        },
        InstallWarning::SplitsRequired {
            splits: vec!["base__abi".to_owned()],
        },
    ];
    assert_eq!(warnings(&now, None), expected);
}

#[test]
fn a_resource_table_matters_from_target_30_on() {
    let mut now = signed(&["a"]);
    let flaw = TableFlaw::Unaligned;
    now.resource_table = Some(flaw);
    now.target_sdk = Some(29);
    assert_eq!(warnings(&now, None), []);
    now.target_sdk = Some(30);
    let refused = InstallWarning::ResourceTable { flaw };
    assert_eq!(warnings(&now, None), [refused]);
}

#[test]
fn old_targets_and_versions_in_development_are_refused() {
    let mut now = signed(&["a"]);
    now.target_sdk = Some(24);
    assert_eq!(warnings(&now, None), []);
    now.target_sdk = Some(23);
    let old = |target| InstallWarning::OldTarget { target };
    assert_eq!(warnings(&now, None), [old(23)]);
    now.target_sdk = None;
    now.min_sdk = Some(19);
    assert_eq!(warnings(&now, None), [old(19)], "the lowest is the target");
    now.target_sdk_codename = Some("Tiramisu".to_owned());
    let codename = "Tiramisu".to_owned();
    let preview = InstallWarning::InDevelopment { codename };
    assert_eq!(warnings(&now, None), [preview]);
}

#[test]
fn a_missing_version_code_is_zero_and_not_unread() {
    let mut now = signed(&["a"]);
    now.version_code = None;
    let lower = InstallWarning::LowerVersionCode {
        before: 7,
        now: 0,
        debuggable: false,
    };
    assert_eq!(warnings(&now, None), []);
    assert_eq!(warnings(&now, Some(&signed(&["a"]))), [lower]);
    now.unread.push(Unread {
        what: "version code".to_owned(),
        why: "it is no number".to_owned(),
    });
    assert_eq!(
        warnings(&now, Some(&signed(&["a"]))),
        [InstallWarning::NotFullyRead]
    );
}

#[test]
fn libraries_for_small_pages_are_told_of() {
    let mut now = signed(&["a"]);
    now.small_pages = Some(SmallPages {
        unchecked: 1,
        ..SmallPages::default()
    });
    assert_eq!(warnings(&now, None), [], "not looked at is not wrong");
    let libraries = vec!["arm64-v8a/liba.so".to_owned()];
    now.small_pages = Some(SmallPages {
        libraries: libraries.clone(),
        ..SmallPages::default()
    });
    let small = InstallWarning::SmallPages { libraries };
    assert_eq!(warnings(&now, None), [small]);
}

#[test]
fn another_certificate_is_found_behind_later_builds() {
    let (a, b) = (signed(&["a"]), signed(&["b"]));
    let mut installation = Installation::of(&b);
    installation.earlier = vec![
        earlier("build 4", &b),
        earlier("build 3", &a),
        earlier("build 2", &a),
    ];
    let [found] = installation.forecast().try_into().unwrap();
    assert_eq!(
        found.warning,
        InstallWarning::SignatureDiffers { up_to_api: None }
    );
    assert!(found.what.contains("than build 3"), "{}", found.what);
}

#[test]
fn another_certificate_is_found_behind_another_application() {
    let (a, b) = (signed(&["a"]), signed(&["b"]));
    let other = Package {
        name: Some("dev.example.other".to_owned()),
        ..signed(&["a"])
    };
    let mut installation = Installation::of(&b);
    installation.earlier = vec![earlier("build 4", &other), earlier("build 3", &a)];
    let [differs, beside] = of(&installation).try_into().unwrap();
    assert_eq!(
        differs,
        InstallWarning::SignatureDiffers { up_to_api: None }
    );
    assert!(matches!(beside, InstallWarning::OtherPackage { .. }));
}

#[test]
fn small_pages_are_told_with_the_first_build_that_had_them() {
    let mut now = signed(&["a"]);
    let good = now.clone();
    now.small_pages = Some(SmallPages {
        libraries: vec!["arm64-v8a/libold.so".to_owned()],
        ..SmallPages::default()
    });
    let mut installation = Installation::of(&now);
    let told = |installation: &Installation<'_>| {
        let [found] = installation.forecast().try_into().unwrap();
        found.what
    };
    assert_eq!(
        told(&installation),
        "Not ready for memory pages of 16 KB: libold.so"
    );
    installation.earlier = vec![
        earlier("build 9", &now),
        earlier("build 8", &now),
        earlier("build 7", &good),
        earlier("build 6", &now),
    ];
    assert!(told(&installation).ends_with("libold.so (since build 8)"));
}

#[test]
fn code_for_32_bits_alone_may_be_refused() {
    let with = |abis: &[&str]| {
        let mut now = signed(&["a"]);
        now.abis = abis.iter().map(ToString::to_string).collect();
        warnings(&now, None)
    };
    let abis = vec!["armeabi-v7a".to_owned(), "x86".to_owned()];
    assert_eq!(
        with(&["armeabi-v7a", "x86"]),
        [InstallWarning::Only32Bit { abis }]
    );
    assert_eq!(with(&["arm64-v8a", "armeabi-v7a"]), []);
    assert_eq!(with(&[]), []);
}

#[test]
fn permissions_that_play_protect_stops_are_told() {
    let mut now = signed(&["a"]);
    now.permissions = vec![
        "android.permission.CAMERA".to_owned(),
        "android.permission.READ_SMS".to_owned(),
    ];
    now.service_permissions = vec!["android.permission.BIND_ACCESSIBILITY_SERVICE".to_owned()];
    let [found] = Installation::of(&now).forecast().try_into().unwrap();
    assert_eq!(found.severity, Severity::MayRefuse);
    assert!(
        found
            .what
            .starts_with("Asks for READ_SMS, BIND_ACCESSIBILITY_SERVICE:"),
        "{}",
        found.what
    );
}

#[test]
fn what_google_play_takes_is_told_where_it_matters() {
    let mut now = signed(&["a"]);
    now.target_sdk = Some(35);
    let mut installation = Installation::of(&now);
    assert_eq!(of(&installation), []);
    installation.for_play = true;
    let told = InstallWarning::PlayTarget {
        target: 35,
        lowest: 36,
    };
    assert_eq!(of(&installation), [told]);
}

#[test]
fn how_flutter_was_built_is_told_unless_for_release() {
    let with = |mode| {
        let mut now = signed(&["a"]);
        now.flutter = Some(Flutter {
            mode,
            ..Flutter::default()
        });
        warnings(&now, None)
    };
    let mode = FlutterMode::Profile;
    assert_eq!(with(Some(mode)), [InstallWarning::FlutterMode { mode }]);
    assert_eq!(with(Some(FlutterMode::Release)), []);
    assert_eq!(with(None), []);
}

/// One of each rule.
fn every_rule() -> Vec<InstallWarning> {
    let text = String::new;
    let all = [
        InstallWarning::NotSigned,
        InstallWarning::OnlyV1Signature,
        InstallWarning::TestOnly,
        InstallWarning::SplitAlone { split: text() },
        InstallWarning::SplitsRequired { splits: Vec::new() },
        InstallWarning::ResourceTable {
            flaw: TableFlaw::Compressed,
        },
        InstallWarning::InDevelopment { codename: text() },
        InstallWarning::OldTarget { target: 22 },
        InstallWarning::OtherPackage {
            before: text(),
            now: text(),
        },
        InstallWarning::SignatureDiffers { up_to_api: None },
        InstallWarning::LowerVersionCode {
            before: 2,
            now: 1,
            debuggable: false,
        },
        InstallWarning::Only32Bit { abis: Vec::new() },
        InstallWarning::PlayProtect {
            permissions: Vec::new(),
        },
        InstallWarning::SmallPages {
            libraries: Vec::new(),
        },
        InstallWarning::FlutterMode {
            mode: FlutterMode::Debug,
        },
        InstallWarning::Debuggable,
        InstallWarning::PlayTarget {
            target: 35,
            lowest: 36,
        },
        InstallWarning::NeedsNewer { needs: 28 },
        InstallWarning::NotFullyRead,
    ];
    all.to_vec()
}

#[test]
fn the_document_lists_every_rule_with_its_severity() {
    let document = include_str!("../../../../docs/install.md");
    let rows = document
        .lines()
        .filter(|line| line.starts_with("| `"))
        .count();
    let rules = every_rule();
    // Four rows are of the severities, and one heads the rules.
    assert_eq!(rows, rules.len() + 5);
    let mut kinds = Vec::new();
    for rule in rules {
        let kind = rule.kind();
        let told = serde_json::to_value(Forecast::of(rule, "")).unwrap();
        assert_eq!(told["kind"], kind);
        let word = |name: &str| told[name].as_str().unwrap().to_owned();
        let row = format!("| `{}` | `{}` |", word("kind"), word("severity"));
        assert!(document.contains(&row), "{row}");
        kinds.push(word("kind"));
    }
    kinds.sort();
    let mut known = InstallWarning::KINDS.map(str::to_owned);
    known.sort();
    assert_eq!(kinds, known);
}

#[test]
fn the_worst_is_told_first_and_each_rule_names_its_source() {
    let mut now = signed(&["b"]);
    (now.debuggable, now.test_only, now.target_sdk) = (true, true, Some(23));
    let before = signed(&["a"]);
    let mut installation = Installation::of(&now);
    installation.earlier = vec![earlier("build 1", &before)];
    let found = installation.forecast();
    let severities: Vec<Severity> = found.iter().map(|it| it.severity).collect();
    assert!(severities.is_sorted(), "{severities:?}");
    assert_eq!(found.len(), 4);
    for it in found {
        assert!(
            it.source.starts_with("https://") && !it.team.is_empty(),
            "{it:?}"
        );
    }
}
