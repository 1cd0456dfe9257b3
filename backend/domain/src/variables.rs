//! What pipelines get of a build as variables: the output variables of a job, and what an execution is started with.
//!
//! `CodePipeline` puts values as they are into the JSON of later actions, so that a quotation mark in one becomes structure
//! there. What comes from outside the portal is therefore reduced to letters, digits and `._+ -`; the other values are
//! digests, identifiers, numbers and the portal's own addresses.

use crate::build::Build;

/// The longest version, in characters.
const VERSION_LIMIT: usize = 64;

/// How many digests a list holds, at most. `CodePipeline` takes 1,000 characters for a value of an action's configuration, in
/// which other variables stand beside the list.
const DIGESTS_LIMIT: usize = 12;

/// A build's version: what is neither letter nor digit nor one of `._+ -` is a hyphen. None where nothing is left.
pub fn version(build: &Build) -> Option<String> {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "._+ -".contains(c) {
            c
        } else {
            '-'
        }
    };
    let version = build.version.as_deref()?.trim();
    let plain: String = version.chars().map(plain).take(VERSION_LIMIT).collect();
    let says_something = plain.contains(|c: char| c.is_ascii_alphanumeric());
    says_something.then(|| plain.trim().to_owned())
}

/// The digest of the package that most devices get of a build, or of all files where there is none.
pub fn sha256(build: &Build) -> String {
    let package = build.served().or_else(|| build.apks().next());
    package
        .map_or_else(|| build.digest(), |apk| apk.digest)
        .to_string()
}

/// The digests of all files of a build, its APKs first. Of more than fit, `list-` and the digest of the build: anyone who
/// fetches by the list cannot go on then, and anyone who knows the files can still compare.
pub fn digests(build: &Build) -> String {
    let mut digests: Vec<String> = Vec::new();
    let others = build.artifacts.iter();
    for file in build.apks().chain(others) {
        let digest = file.digest.to_string();
        if !digests.contains(&digest) {
            digests.push(digest);
        }
    }
    if digests.len() <= DIGESTS_LIMIT {
        digests.join(" ")
    } else {
        format!("list-{}", build.digest())
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        actor::Actor,
        build::{Artifact, ArtifactKind},
        digest::Digest,
    };

    use super::*;

    fn build(version: Option<&str>, files: &[&str]) -> Build {
        let artifact = |name: &&str| Artifact {
            name: name.parse().unwrap(),
            kind: ArtifactKind::of(&name.parse().unwrap()),
            digest: Digest::of(name.as_bytes()),
            size: 1,
            package: None,
        };
        Build {
            id: "01KAH0W3V8ZZZZZZZZZZZZZZZZ".parse().unwrap(),
            app: "wallet".parse().unwrap(),
            number: 1,
            version: version.map(str::to_owned),
            revision: None,
            run: None,
            origin: crate::known::Origin::default(),
            registered_at: "2026-11-21T08:00:00Z".parse().unwrap(),
            registered_by: Actor::portal(),
            artifacts: files.iter().map(artifact).collect(),
        }
    }

    #[test]
    fn a_version_leaves_the_portal_without_what_could_be_structure() {
        let left = |text: &str| version(&build(Some(text), &[]));
        assert_eq!(left("5.2.0-rc.1+42").unwrap(), "5.2.0-rc.1+42");
        assert_eq!(left("5.2 beta").unwrap(), "5.2 beta");
        let hostile = r#"1.0","type":"PLAINTEXT"},{"name":"BASH_ENV","value":"x"#;
        let made = left(hostile).unwrap();
        let safe = |c: char| c.is_ascii_alphanumeric() || "._+ -".contains(c);
        assert!(made.chars().all(safe), "{made}");
        assert!(made.starts_with("1.0---type---PLAINTEXT--"), "{made}");
        assert_eq!(left("1.0 #{x}").unwrap(), "1.0 --x-");
        assert_eq!(left(&"9".repeat(500)).unwrap().len(), VERSION_LIMIT);
        assert_eq!((left(" \"{}\u{e9} "), left("")), (None, None));
        assert_eq!(version(&build(None, &[])), None);
    }

    #[test]
    fn the_digests_are_of_every_file_and_the_packages_come_first() {
        let names = ["mapping.txt", "app-arm.apk", "app-x86.apk"];
        let of = |name: &str| Digest::of(name.as_bytes()).to_string();
        let expected = [of(names[1]), of(names[2]), of(names[0])].join(" ");
        let build = build(None, &names);
        assert_eq!(digests(&build), expected);
        assert_eq!(sha256(&build), of(names[1]));
    }

    #[test]
    fn more_digests_than_fit_are_the_digest_of_all() {
        let names: Vec<String> = (0..=DIGESTS_LIMIT).map(|n| format!("{n}.apk")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let fits = digests(&build(None, &names[..DIGESTS_LIMIT]));
        assert_eq!(fits.split(' ').count(), DIGESTS_LIMIT);
        assert!(fits.len() < 800, "{}", fits.len());
        let all = build(None, &names);
        assert_eq!(digests(&all), format!("list-{}", all.digest()));
    }
}
