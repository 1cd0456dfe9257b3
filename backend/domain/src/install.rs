//! What Android will do when a tester installs a build over the one before it.

use serde::{Deserialize, Serialize};

use crate::{
    digest::Digest,
    package::{Package, Scheme, Signing, TableFlaw},
};

/// The first API level that follows a proof of rotation (Android 9).
const FOLLOWS_ROTATION: u32 = 28;

/// Something that a tester should know before tapping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum InstallWarning {
    /// Android refuses a package without any signature.
    NotSigned,
    /// Signed with scheme v1 alone, although made for Android 11 or newer, which refuse that.
    OnlyV1Signature,
    /// Made for tests: Android refuses it, unless `adb install -t` asks.
    TestOnly,
    /// A part of an app, which Android refuses without the app's base.
    SplitAlone {
        /// The part.
        split: String,
    },
    /// Android refuses it without other parts of the app.
    SplitsRequired {
        /// The kinds of the parts, where it names them.
        splits: Vec<String>,
    },
    /// Android 11 and newer refuse it for its resource table.
    ResourceTable {
        /// What is wrong with it.
        flaw: TableFlaw,
    },
    /// Made for a version of Android while it was under development: all others refuse it.
    InDevelopment {
        /// The version.
        codename: String,
    },
    /// Made for versions of Android so old that new ones refuse it: below 23 Android 14, below 24 Android 15.
    OldTarget {
        /// The API level that it was made for.
        target: u32,
    },
    /// Another application id: it installs beside the earlier build, not over it.
    OtherPackage {
        /// The application id before.
        before: String,
        /// The application id now.
        now: String,
    },
    /// Signed with another certificate and without a proof of rotation: Android refuses the update.
    SignatureDiffers,
    /// A lower version code than the build before it.
    LowerVersionCode {
        /// The version code before.
        before: u64,
        /// The version code now.
        now: u64,
        /// Whether the new package is debuggable, for which Android may allow the downgrade by `adb install -d`.
        debuggable: bool,
    },
    /// Native code that phones with memory pages of 16 KB do not load.
    SmallPages {
        /// Some of the libraries.
        libraries: Vec<String>,
    },
    /// A debug build.
    Debuggable,
    /// Some of it could not be read, so that this list may be short.
    NotFullyRead,
}

/// What Android will do with `now` on a device that has `before`. The order is that of urgency.
///
/// Source: "App signing", "Version your app", `android:debuggable`, `android:testOnly` and the behavior changes of Android 11 ("APK Signature
/// Scheme v2 now required", "Compressed resource files"), 14 and 15 ("Minimum target API level") in the Android developer documentation.
pub fn warnings(now: &Package, before: Option<&Package>) -> Vec<InstallWarning> {
    let mut warnings = Vec::new();
    if now.signing.is_unsigned() {
        warnings.push(InstallWarning::NotSigned);
    }
    warnings.extend(refusals(now));
    if let Some(before) = before {
        match (&before.name, &now.name) {
            (Some(a), Some(b)) if a != b => {
                warnings.push(InstallWarning::OtherPackage {
                    before: a.clone(),
                    now: b.clone(),
                });
            }
            _ => warnings.extend(update_warnings(now, before)),
        }
    }
    if let Some(pages) = &now.small_pages
        && !pages.libraries.is_empty()
    {
        let libraries = pages.libraries.clone();
        warnings.push(InstallWarning::SmallPages { libraries });
    }
    if now.debuggable {
        warnings.push(InstallWarning::Debuggable);
    }
    if is_partly_unread(now) {
        warnings.push(InstallWarning::NotFullyRead);
    }
    warnings
}

/// Why phones refuse a package, whatever they have before.
fn refusals(now: &Package) -> Vec<InstallWarning> {
    let target = now.target_level();
    let strict = target.is_some_and(|target| target >= 30);
    let only_v1 = strict && is_signed_by_v1_alone(&now.signing);
    let codename = now
        .min_sdk_codename
        .clone()
        .or_else(|| now.target_sdk_codename.clone());
    let flaw = now.resource_table.filter(|_| strict);
    let refusals = [
        only_v1.then_some(InstallWarning::OnlyV1Signature),
        now.test_only.then_some(InstallWarning::TestOnly),
        now.split
            .clone()
            .map(|split| InstallWarning::SplitAlone { split }),
        now.required_splits
            .clone()
            .map(|splits| InstallWarning::SplitsRequired { splits }),
        flaw.map(|flaw| InstallWarning::ResourceTable { flaw }),
        codename.map(|codename| InstallWarning::InDevelopment { codename }),
        target
            .filter(|target| *target < 24)
            .map(|target| InstallWarning::OldTarget { target }),
    ];
    refusals.into_iter().flatten().collect()
}

fn is_signed_by_v1_alone(signing: &Signing) -> bool {
    let newer = [Scheme::V2, Scheme::V3, Scheme::V31];
    let newer_is_unknown = newer.iter().any(|scheme| signing.is_unknown(*scheme));
    let newer_is_there = [&signing.v2, &signing.v3, &signing.v31]
        .iter()
        .any(|certificates| !certificates.is_empty());
    !signing.v1.is_empty() && !newer_is_unknown && !newer_is_there
}

/// Whether something could not be read that decides how it installs.
fn is_partly_unread(now: &Package) -> bool {
    let mut levels = now.signing.changes(now.lowest_level());
    levels.any(|level| now.signing.signers(level).is_none())
        || now.compared_version_code().is_none()
}

fn update_warnings(now: &Package, before: &Package) -> Vec<InstallWarning> {
    let mut warnings = Vec::new();
    if !now.signing.is_unsigned() && !can_follow(now, before) {
        warnings.push(InstallWarning::SignatureDiffers);
    }
    if let (Some(before), Some(code)) =
        (before.compared_version_code(), now.compared_version_code())
        && code < before
    {
        warnings.push(InstallWarning::LowerVersionCode {
            before,
            now: code,
            debuggable: now.debuggable,
        });
    }
    warnings
}

/// Whether Android takes `now` as an update of `before` on all phones that can have both: the certificates that the phone
/// checks are the same, or a lineage leads from the earlier one to the present.
///
/// Phones differ in the schemes that they check. After a rotation, v1 and v2 (and v3 below the level that v3.1 begins at) still name the old
/// certificate, so that each level is compared with itself, from the lowest that both packages install on. A level whose
/// signatures could not be read, or have none, says nothing against the update.
pub(crate) fn can_follow(now: &Package, before: &Package) -> bool {
    let lowest = now.lowest_level().max(before.lowest_level());
    let mut levels = now
        .signing
        .changes(lowest)
        .chain(before.signing.changes(lowest));
    levels.all(|level| follows_at(level, &now.signing, &before.signing))
}

fn follows_at(level: u32, now: &Signing, before: &Signing) -> bool {
    let (Some(present), Some(earlier)) = (now.signers(level), before.signers(level)) else {
        return true;
    };
    if present.is_empty() || earlier.is_empty() {
        return true;
    }
    let same = present.len() == earlier.len() && present.iter().all(|cert| earlier.contains(cert));
    same || level >= FOLLOWS_ROTATION && earlier.len() == 1 && succeeds(present, earlier[0], now)
}

/// Whether the lineage leads from an earlier certificate to the one that is checked.
fn succeeds(present: &[Digest], earlier: Digest, signing: &Signing) -> bool {
    let mut ancestors = signing
        .lineage
        .iter()
        .take_while(|ancestor| !present.contains(ancestor));
    ancestors.any(|ancestor| *ancestor == earlier)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::{SmallPages, Unread};

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
            [InstallWarning::SignatureDiffers]
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
        let differs = InstallWarning::SignatureDiffers;
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
        let differs = [InstallWarning::SignatureDiffers];
        assert_eq!(
            warnings(&new_alone, Some(&rotated)),
            differs,
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
        let differs = [InstallWarning::SignatureDiffers];
        let mut new_alone = signed(&["b"]);
        new_alone.min_sdk = Some(33);
        assert_eq!(warnings(&new_alone, Some(&rotated_from(33))), []);
        assert_eq!(
            warnings(&new_alone, Some(&rotated_from(34))),
            differs,
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
}
