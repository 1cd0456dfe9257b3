//! What Android will do when a tester installs a build over the one before it.

use serde::{Deserialize, Serialize};

use crate::package::{Package, Signing};

/// Something that a tester should know before tapping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum InstallWarning {
    /// Android refuses a package without any signature.
    NotSigned,
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
    /// A debug build.
    Debuggable,
    /// Some of it could not be read, so that this list may be short.
    NotFullyRead,
}

/// What Android will do with `now` on a device that has `before`. The order is that of urgency.
///
/// Source: "App signing", "Version your app" and `android:debuggable` in the Android developer documentation.
pub fn warnings(now: &Package, before: Option<&Package>) -> Vec<InstallWarning> {
    let mut warnings = Vec::new();
    if now.signing.is_unsigned() {
        warnings.push(InstallWarning::NotSigned);
    }
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
    if now.debuggable {
        warnings.push(InstallWarning::Debuggable);
    }
    if now.signing.unknown || now.version_code.is_none() {
        warnings.push(InstallWarning::NotFullyRead);
    }
    warnings
}

fn update_warnings(now: &Package, before: &Package) -> Vec<InstallWarning> {
    let mut warnings = Vec::new();
    if !now.signing.is_unsigned() && !can_follow(&now.signing, &before.signing) {
        warnings.push(InstallWarning::SignatureDiffers);
    }
    if let (Some(before), Some(code)) = (before.version_code, now.version_code)
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

/// Whether Android takes a package signed like `now` as an update of one signed like `before`: the same certificates,
/// or a lineage that leads from the earlier one to the present. After a rotation v1 and v2 still name the old
/// certificate, so the newest scheme is what counts.
pub(crate) fn can_follow(now: &Signing, before: &Signing) -> bool {
    if now.unknown || before.unknown || before.is_unsigned() {
        return true; // Nothing is known against it.
    }
    let (now_signers, before_signers) = (now.newest(), before.newest());
    let same = now_signers.len() == before_signers.len()
        && now_signers.iter().all(|cert| before_signers.contains(cert));
    let rotated = before_signers.len() == 1 && now.lineage.contains(&before_signers[0]);
    same || rotated
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;

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
}
