//! The application packages of one build: one app in one version, whatever processors each is for.

use std::fmt::Write as _;

use super::{Artifact, ArtifactKind};
use crate::{digest::Digest, id::FileName, package::Package};

/// Packages of one build that are not one app.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOneApp {
    /// Two of them say different things.
    #[error(
        "{first} and {second} differ in their {what}: {of_first} and {of_second}. The packages of a build are one app in one version, signed \
         by the same: register them as builds of different apps, or leave one out"
    )]
    Differ {
        /// A package.
        first: FileName,
        /// Another one.
        second: FileName,
        /// In what they differ.
        what: &'static str,
        /// What the first one says.
        of_first: String,
        /// What the second one says.
        of_second: String,
    },
    /// Two of them are for the same processors, so that nobody could say which one a phone gets.
    #[error(
        "{first} and {second} are both for {processors}: a build has one package for each, so leave one out"
    )]
    SameProcessors {
        /// A package.
        first: FileName,
        /// Another one.
        second: FileName,
        /// What both are for.
        processors: String,
    },
    /// One of them says nothing.
    #[error(
        "{unread} is no Android package that can be read, and {read} is one: build the first again, or leave it out"
    )]
    Unread {
        /// The one that says nothing.
        unread: FileName,
        /// One that can be read.
        read: FileName,
    },
}

impl Artifact {
    /// Whether it is a package that tests another app.
    pub fn is_test_package(&self) -> bool {
        self.package.as_ref().is_some_and(Package::is_of_tests)
    }
}

/// Refuses files whose packages have different application ids, version names or certificates. Version codes may differ, since
/// those of packages for different processors do; two packages for the same processors are refused. A package that names no application id is refused beside one that does: it would
/// count as one for every processor. Packages that test others are left out.
pub fn check_is_one_app(artifacts: &[Artifact]) -> Result<(), NotOneApp> {
    let apps = artifacts
        .iter()
        .filter(|file| file.kind == ArtifactKind::Apk && !file.is_test_package());
    let packages: Vec<(&Artifact, &Package)> = apps
        .filter_map(|file| Some((file, file.package.as_ref()?)))
        .collect();
    for (place, (file, package)) in packages.iter().enumerate() {
        // The same bytes under two names are the same package.
        let others = packages[place + 1..]
            .iter()
            .filter(|(other, _)| other.digest != file.digest);
        for (other, of_other) in others {
            differ(&(&file.name, package), &(&other.name, of_other))?;
        }
    }
    Ok(())
}

fn differ(
    (first, one): &(&FileName, &Package),
    (second, other): &(&FileName, &Package),
) -> Result<(), NotOneApp> {
    let signers = |package: &Package| {
        let signers = package.signing.newest()?;
        (!signers.is_empty()).then(|| short(signers))
    };
    if one.name.is_some() != other.name.is_some() {
        let (unread, read) = if one.name.is_none() {
            (first, second)
        } else {
            (second, first)
        };
        return Err(NotOneApp::Unread {
            unread: (*unread).clone(),
            read: (*read).clone(),
        });
    }
    let facts = [
        ("application id", one.name.clone(), other.name.clone()),
        (
            "version",
            one.version_name.clone(),
            other.version_name.clone(),
        ),
        ("certificates", signers(one), signers(other)),
    ];
    for (what, of_first, of_second) in facts {
        if let (Some(of_first), Some(of_second)) = (of_first, of_second)
            && of_first != of_second
        {
            return Err(NotOneApp::Differ {
                first: (*first).clone(),
                second: (*second).clone(),
                what,
                of_first,
                of_second,
            });
        }
    }
    if one.name.is_some() && one.abis == other.abis && one.split == other.split {
        let processors = if one.abis.is_empty() {
            "every processor".to_owned()
        } else {
            one.abis.join(", ")
        };
        return Err(NotOneApp::SameProcessors {
            first: (*first).clone(),
            second: (*second).clone(),
            processors,
        });
    }
    Ok(())
}

/// Certificates, whatever their order, as people compare them.
fn short(signers: &[Digest]) -> String {
    let mut sorted: Vec<&Digest> = signers.iter().collect();
    sorted.sort();
    sorted.iter().fold(String::new(), |mut text, digest| {
        let between = if text.is_empty() { "" } else { " + " };
        // Writing into memory does not fail.
        let _written = write!(text, "{between}{digest}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::Signing;

    fn file(name: &str, change: impl FnOnce(&mut Package)) -> Artifact {
        let mut package = Package {
            name: Some("dev.example.wallet".to_owned()),
            version_name: Some("1.0".to_owned()),
            version_code: Some(7),
            signing: Signing {
                v2: vec![Digest::of(b"a"), Digest::of(b"b")],
                ..Signing::default()
            },
            ..Package::default()
        };
        change(&mut package);
        Artifact {
            name: name.parse().unwrap(),
            kind: ArtifactKind::Apk,
            digest: Digest::of(name.as_bytes()),
            size: 1,
            package: Some(package),
        }
    }

    fn with(change: impl FnOnce(&mut Package)) -> Result<(), String> {
        let files = [
            file("a.apk", |_| {}),
            file("b.apk", |package| package.abis = vec!["x86".to_owned()]),
            file("c.apk", |package| {
                package.abis = vec!["arm64-v8a".to_owned()];
                change(package);
            }),
        ];
        check_is_one_app(&files).map_err(|error| error.to_string())
    }

    #[test]
    fn packages_of_one_build_are_one_app() {
        let refused = with(|package| package.name = Some("dev.example.other".to_owned()));
        assert!(refused.unwrap_err().starts_with(
            "a.apk and c.apk differ in their application id: dev.example.wallet and dev.example.other."
        ));
        let refused = with(|package| package.version_name = Some("1.1".to_owned()));
        assert!(refused.unwrap_err().contains("their version: 1.0 and 1.1"));
        let refused = with(|package| package.signing.v2.truncate(1));
        assert!(refused.unwrap_err().contains("their certificates: "));
    }

    #[test]
    fn processors_and_what_was_not_read_make_no_difference() {
        assert_eq!(with(|package| package.version_code = Some(2_007)), Ok(()));
        assert_eq!(with(|package| package.signing.v2.reverse()), Ok(()));
        assert_eq!(with(|package| package.version_name = None), Ok(()));
        assert_eq!(with(|package| package.signing = Signing::default()), Ok(()));
        assert_eq!(with(|package| package.signing.unknown = true), Ok(()));
    }

    #[test]
    fn there_is_one_package_for_each_kind_of_processor() {
        let refused = with(|package| package.abis = vec!["x86".to_owned()]);
        assert!(
            refused
                .unwrap_err()
                .starts_with("b.apk and c.apk are both for x86:")
        );
        let refused = with(|package| package.abis.clear());
        assert!(
            refused
                .unwrap_err()
                .starts_with("a.apk and c.apk are both for every processor:")
        );
        let twice = [file("a.apk", |_| {}), file("b.apk", |_| {})].map(|mut file| {
            file.digest = Digest::of(b"the same bytes");
            file
        });
        assert_eq!(check_is_one_app(&twice), Ok(()));
    }

    #[test]
    fn a_file_that_is_no_package_is_not_taken_beside_one() {
        let refused = with(|package| *package = Package::default());
        let expected = "c.apk is no Android package that can be read, and a.apk is one";
        assert!(refused.unwrap_err().starts_with(expected));
        let neither = [file("a.apk", |_| {}), file("b.apk", |_| {})].map(|mut file| {
            file.package = Some(Package::default());
            file
        });
        assert_eq!(check_is_one_app(&neither), Ok(()));
    }

    #[test]
    fn a_package_that_tests_the_app_may_be_beside_it() {
        let tests = with(|package| {
            package.name = Some("dev.example.wallet.test".to_owned());
            package.instruments = Some("dev.example.wallet".to_owned());
        });
        assert_eq!(tests, Ok(()));
        let itself = |package: &mut Package| package.instruments.clone_from(&package.name);
        assert!(
            !file("a.apk", itself).is_test_package(),
            "an app that tests itself is an app"
        );
    }
}
