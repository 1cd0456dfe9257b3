//! Whether a build may be released at all, whoever asks and by whichever way: a device has to install it, and it has to be the app that the
//! environment serves, signed by the team's own key.

use crate::{
    build::{Artifact, Build},
    catalog::PackageRule,
    digest::Digest,
    package::{Package, Signing},
    promotion::{Refusal, RefusalKind, RequestField},
    words::any_of,
};

/// Why a build is not released anywhere, or not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It claims to be an Android app, and no device installs any of its packages.
    #[error("no device can install this build: {0}")]
    NotInstallable(String),
    /// Its packages are of another application.
    #[error("{file} is {has}, and towpath.toml allows {}", any_of(allowed))]
    OtherApplication {
        /// The package.
        file: String,
        /// Its application id.
        has: String,
        /// Those that are allowed.
        allowed: Vec<String>,
    },
    /// A phone checks a certificate that is none of the team's.
    #[error("{file} is signed with {has}, which towpath.toml does not list")]
    OtherSigner {
        /// The package.
        file: String,
        /// The certificate.
        has: Digest,
    },
    /// Its certificates could not be read, or are none.
    #[error(
        "the certificates of {file} cannot be read, and towpath.toml lists those that it may have"
    )]
    UnknownSigner {
        /// The package.
        file: String,
    },
}

impl Unfit {
    /// The same as a reason against a request.
    pub(crate) fn refusal(&self) -> Refusal {
        let (kind, remedy) = match self {
            Self::NotInstallable(_) => (
                RefusalKind::NotInstallable,
                "build a signed, universal APK, or leave out what is none",
            ),
            Self::OtherApplication { .. } => (
                RefusalKind::OtherPackage,
                "build it with that application id, or add this one to application_ids of [[packages]]",
            ),
            Self::OtherSigner { .. } => (
                RefusalKind::OtherPackage,
                "sign it with the team's key, or add the certificate to signing of [[packages]]",
            ),
            Self::UnknownSigner { .. } => (
                RefusalKind::OtherPackage,
                "build and sign it anew with the team's key",
            ),
        };
        Refusal::new(kind, RequestField::Build, self.to_string(), remedy)
    }
}

/// Every reason against releasing a build in an environment that has these rules for its packages.
pub fn unfit(build: &Build, rules: &[&PackageRule]) -> Vec<Unfit> {
    let mut reasons: Vec<Unfit> = build
        .nothing_installs()
        .map(Unfit::NotInstallable)
        .into_iter()
        .collect();
    if !reasons.is_empty() {
        return reasons;
    }
    let installed = build.apks().filter(|file| !file.is_test_package());
    for (file, package) in installed.filter_map(|file| Some((file, file.package.as_ref()?))) {
        for rule in rules {
            reasons.extend(other_application(file, package, rule));
            reasons.extend(other_signer(file, package, rule));
        }
    }
    reasons
}

fn other_application(file: &Artifact, package: &Package, rule: &PackageRule) -> Option<Unfit> {
    let has = package.name.clone()?;
    let allowed = &rule.application_ids;
    (!allowed.is_empty() && !allowed.contains(&has)).then(|| Unfit::OtherApplication {
        file: file.name.to_string(),
        has,
        allowed: allowed.clone(),
    })
}

/// Whether some phone would check another certificate than those of the rule. One that a listed certificate has handed over to, by a proof of
/// rotation, is as good.
fn other_signer(file: &Artifact, package: &Package, rule: &PackageRule) -> Option<Unfit> {
    if rule.signing.is_empty() {
        return None;
    }
    let file = file.name.to_string();
    let signing = &package.signing;
    for level in signing.changes(package.lowest_level()) {
        let Some(signers) = signing.signers(level) else {
            return Some(Unfit::UnknownSigner { file });
        };
        let mut signers = signers.iter();
        if let Some(has) = signers.find(|has| !is_own(has, signing, rule)) {
            let has = *has;
            return Some(Unfit::OtherSigner { file, has });
        }
    }
    None
}

fn is_own(has: &Digest, signing: &Signing, rule: &PackageRule) -> bool {
    let before = signing
        .lineage
        .iter()
        .take_while(|ancestor| *ancestor != has);
    let is_in_lineage = signing.lineage.contains(has);
    rule.signing.contains(has)
        || is_in_lineage && before.into_iter().any(|own| rule.signing.contains(own))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{access::Scope, actor::Actor, build::ArtifactKind, known::Origin, package::Scheme};

    fn cert(name: &str) -> Digest {
        Digest::of(name.as_bytes())
    }

    fn build(change: impl FnOnce(&mut Package)) -> Build {
        let mut package = Package {
            name: Some("dev.example.wallet".to_owned()),
            min_sdk: Some(28),
            signing: Signing {
                v2: vec![cert("a")],
                v3: vec![cert("a")],
                ..Signing::default()
            },
            ..Package::default()
        };
        change(&mut package);
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
            artifacts: vec![Artifact {
                name: "app.apk".parse().unwrap(),
                kind: ArtifactKind::Apk,
                digest: Digest::of(b"bytes"),
                size: 5,
                package: Some(package),
            }],
        }
    }

    fn rule(application_ids: &[&str], signing: &[&str]) -> PackageRule {
        PackageRule {
            apps: Scope::All,
            environments: Scope::All,
            application_ids: application_ids.iter().map(ToString::to_string).collect(),
            signing: signing.iter().map(|name| cert(name)).collect(),
        }
    }

    fn why(rule: &PackageRule, change: impl FnOnce(&mut Package)) -> Vec<Unfit> {
        unfit(&build(change), &[rule])
    }

    #[test]
    fn another_application_is_refused_with_those_that_are_allowed() {
        let rule = rule(&["dev.example.bank", "dev.example.shop"], &[]);
        let [reason] = why(&rule, |_| {}).try_into().unwrap();
        let expected = "app.apk is dev.example.wallet, and towpath.toml allows dev.example.bank or dev.example.shop";
        assert_eq!(reason.to_string(), expected);
        assert_eq!(
            why(&rule, |package| package.name =
                Some("dev.example.shop".to_owned())),
            []
        );
    }

    #[test]
    fn another_key_is_refused() {
        assert_eq!(why(&rule(&[], &["b", "a"]), |_| {}), []);
        let [reason] = why(&rule(&[], &["b"]), |_| {}).try_into().unwrap();
        let expected = Unfit::OtherSigner {
            file: "app.apk".to_owned(),
            has: cert("a"),
        };
        assert_eq!(reason, expected);
        // One of the schemes that some phone checks is enough to be wrong.
        let rule = rule(&[], &["a"]);
        assert_eq!(
            why(&rule, |package| package.signing.v3 = vec![cert("b")]).len(),
            1
        );
        assert_eq!(
            why(&rule, |package| package.signing.v2 = vec![cert("b")]),
            [],
            "no phone from API 28 on looks at it"
        );
    }

    #[test]
    fn a_rotated_key_is_as_good_as_the_one_that_it_came_from() {
        let rotate = |package: &mut Package| {
            package.signing.v3 = vec![cert("b")];
            package.signing.lineage = vec![cert("a"), cert("b")];
        };
        assert_eq!(why(&rule(&[], &["a"]), rotate), []);
        assert_eq!(why(&rule(&[], &["b"]), rotate), []);
        assert_eq!(why(&rule(&[], &["c"]), rotate).len(), 1);
        // What a key has handed over to says nothing for the key itself.
        let back = |package: &mut Package| package.signing.lineage = vec![cert("a"), cert("b")];
        assert_eq!(why(&rule(&[], &["b"]), back).len(), 1);
    }

    #[test]
    fn what_cannot_be_read_is_refused_where_keys_are_listed() {
        let unread = |package: &mut Package| package.signing.set_unknown(Scheme::V3);
        let [reason] = why(&rule(&[], &["a"]), unread).try_into().unwrap();
        assert!(matches!(reason, Unfit::UnknownSigner { .. }));
        assert_eq!(why(&rule(&["dev.example.wallet"], &[]), unread), []);
    }
}
