//! Whether a device can install anything of a build.

use super::{Artifact, Build};
use crate::package::Package;

/// Why no device installs a package.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotInstallable {
    /// It is something else: an empty file, text, a pointer of Git LFS, a broken archive.
    #[error("is no Android package that can be read{}", because(why.as_deref()))]
    NoPackage {
        /// Why it could not be read.
        why: Option<String>,
    },
    /// It has no signature.
    #[error("is not signed")]
    NotSigned,
    /// It is one part of an app that is delivered in several.
    #[error("is only the part {split} of an app, without its base")]
    Split {
        /// The part.
        split: String,
    },
    /// It is an app's base, which asks for other parts.
    #[error("is only the base of an app that is delivered in several parts")]
    SplitsRequired,
    /// It holds tests of another app.
    #[error("holds tests of {of} alone")]
    Tests {
        /// The application id that it tests.
        of: String,
    },
}

fn because(why: Option<&str>) -> String {
    why.map(|why| format!(" ({why})")).unwrap_or_default()
}

impl Package {
    /// Why no device installs it.
    pub fn not_installable(&self) -> Option<NotInstallable> {
        if self.name.is_none() {
            // What the archive's reader advises is for archives.
            let why = self.unread.first().map(|unread| &unread.why);
            let why = why.map(|why| why.split(". ").next().unwrap_or(why).to_owned());
            return Some(NotInstallable::NoPackage { why });
        }
        if let Some(split) = self.split.clone() {
            return Some(NotInstallable::Split { split });
        }
        if self.required_splits.is_some() {
            return Some(NotInstallable::SplitsRequired);
        }
        if self.signing.is_unsigned() {
            return Some(NotInstallable::NotSigned);
        }
        let of = self.instruments.clone().filter(|_| self.is_of_tests())?;
        Some(NotInstallable::Tests { of })
    }

    /// Whether it tests another app, as Gradle makes one beside the app: nobody installs it by hand.
    pub fn is_of_tests(&self) -> bool {
        self.instruments.is_some() && self.instruments != self.name
    }
}

impl Artifact {
    /// Why no device installs it. `None` as well for what nobody has looked into.
    fn not_installable(&self) -> Option<NotInstallable> {
        self.package.as_ref()?.not_installable()
    }
}

impl Build {
    /// Why no device installs anything of a build that claims to be an Android app, file by file. `None` where one of its packages
    /// installs, and where it has none: an App Bundle, a container image and a web application are released all the same.
    pub fn nothing_installs(&self) -> Option<String> {
        let mut reasons = Vec::new();
        for file in self.apks() {
            reasons.push(format!("{} {}", file.name, file.not_installable()?));
        }
        (!reasons.is_empty()).then(|| reasons.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        actor::Actor,
        build::ArtifactKind,
        digest::Digest,
        known::Origin,
        package::{Signing, Unread},
    };

    fn package() -> Package {
        Package {
            name: Some("dev.example.wallet".to_owned()),
            signing: Signing {
                v2: vec![Digest::of(b"a")],
                ..Signing::default()
            },
            ..Package::default()
        }
    }

    fn build(files: Vec<(&str, Option<Package>)>) -> Build {
        let artifact = |(name, package): (&str, Option<Package>)| {
            let name = name.parse().unwrap();
            Artifact {
                kind: ArtifactKind::of(&name),
                name,
                digest: Digest::of(b"bytes"),
                size: 5,
                package,
            }
        };
        Build {
            id: "01HZY3V8Q4T9N2B7C6D5E4F3G2".parse().unwrap(),
            app: "wallet".parse().unwrap(),
            number: 7,
            version: None,
            revision: None,
            run: None,
            origin: Origin::default(),
            registered_at: jiff::Timestamp::UNIX_EPOCH,
            registered_by: Actor::local(),
            artifacts: files.into_iter().map(artifact).collect(),
        }
    }

    fn why(change: impl FnOnce(&mut Package)) -> Option<String> {
        let mut changed = package();
        change(&mut changed);
        build(vec![("app.apk", Some(changed))]).nothing_installs()
    }

    #[test]
    fn what_no_device_installs_is_named_with_its_reason() {
        assert_eq!(why(|_| {}), None);
        let text = why(|package| {
            package.name = None;
            package.unread = vec![Unread {
                what: "package".to_owned(),
                why: "it is empty".to_owned(),
            }];
        });
        let expected = "app.apk is no Android package that can be read (it is empty)";
        assert_eq!(text.unwrap(), expected);
        let unsigned = why(|package| package.signing = Signing::default());
        assert_eq!(unsigned.unwrap(), "app.apk is not signed");
        let split = why(|package| package.split = Some("config.de".to_owned()));
        assert!(split.unwrap().contains("only the part config.de"));
        assert!(why(|package| package.required_splits = Some(Vec::new())).is_some());
        let tests = why(|package| package.instruments = Some("dev.example.other".to_owned()));
        assert!(tests.unwrap().contains("tests of dev.example.other"));
    }

    #[test]
    fn what_is_unknown_does_not_count_against_a_package() {
        let unknown = why(|package| {
            package.signing = Signing {
                unknown: true,
                ..Signing::default()
            };
        });
        assert_eq!(unknown, None);
        assert_eq!(build(vec![("app.apk", None)]).nothing_installs(), None);
    }

    #[test]
    fn one_package_that_installs_is_enough_and_none_at_all_is_fine() {
        let split = Package {
            split: Some("config.de".to_owned()),
            ..package()
        };
        let both = build(vec![
            ("a.apk", Some(split.clone())),
            ("b.apk", Some(package())),
        ]);
        assert_eq!(both.nothing_installs(), None);
        let neither = build(vec![("a.apk", Some(split.clone())), ("b.apk", Some(split))]);
        assert!(neither.nothing_installs().unwrap().contains("; b.apk is"));
        assert_eq!(build(vec![("app.aab", None)]).nothing_installs(), None);
        assert_eq!(build(Vec::new()).nothing_installs(), None);
    }
}
