//! Keeps a build's record below what an item of the table holds. Facts of a package are best effort; its bytes are not.

use domain::{
    build::Build,
    package::{Package, Signing, Unread},
};

/// Bytes of a build as JSON: an item holds 400 KB (DynamoDB's "Service quotas"), and the table's form is somewhat longer.
const LIMIT: usize = 300_000;

/// Leaves out permissions, and then all facts of the packages, of a build whose record would be too large. Each package
/// says so.
pub fn fit(build: &mut Build) {
    let steps: [fn(&Package) -> Package; 2] = [without_permissions, without_facts];
    for step in steps {
        if size(build) <= LIMIT {
            return;
        }
        let packages = build
            .artifacts
            .iter_mut()
            .filter_map(|artifact| artifact.package.as_mut());
        for package in packages {
            *package = step(package);
        }
    }
}

fn size(build: &Build) -> usize {
    serde_json::to_vec(build).map_or(0, |json| json.len())
}

fn without_permissions(package: &Package) -> Package {
    let mut unread = package.unread.clone();
    unread.push(left_out("permissions"));
    Package {
        permissions: Vec::new(),
        unread,
        ..package.clone()
    }
}

fn without_facts(package: &Package) -> Package {
    Package {
        name: package.name.clone(),
        instruments: package.instruments.clone(),
        split: package.split.clone(),
        required_splits: package.required_splits.clone(),
        signing: Signing {
            unknown: true,
            ..Signing::default()
        },
        unread: vec![left_out("package")],
        ..Package::default()
    }
}

fn left_out(what: &str) -> Unread {
    Unread {
        what: what.to_owned(),
        why: "the packages of this build say more than its record holds".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        Timestamp,
        actor::Actor,
        build::{Artifact, ArtifactKind},
        digest::Digest,
    };

    use super::*;

    fn build(packages: usize, package: &Package) -> Build {
        let artifact = |number: usize| Artifact {
            name: format!("{number}.apk").parse().unwrap(),
            kind: ArtifactKind::Apk,
            digest: Digest::of(b"bytes"),
            size: 5,
            package: Some(package.clone()),
        };
        Build {
            id: "01HZY3V8Q4T9N2B7C6D5E4F3G2".parse().unwrap(),
            app: "wallet".parse().unwrap(),
            number: 1,
            version: None,
            revision: None,
            origin: domain::known::Origin::default(),
            run: None,
            registered_at: Timestamp::UNIX_EPOCH,
            registered_by: Actor::local(),
            artifacts: (0..packages).map(artifact).collect(),
        }
    }

    fn asking(permissions: usize) -> Package {
        Package {
            name: Some("dev.example.wallet".to_owned()),
            permissions: vec!["p".repeat(200); permissions],
            ..Package::default()
        }
    }

    #[test]
    fn what_fits_stays_as_it_is() {
        let mut some = build(2, &asking(500));
        let before = some.clone();
        fit(&mut some);
        assert_eq!(some, before);
    }

    #[test]
    fn too_many_permissions_go_and_the_rest_stays() {
        let mut many = build(4, &asking(500));
        fit(&mut many);
        let package = many.package().unwrap();
        assert_eq!(package.name.as_deref(), Some("dev.example.wallet"));
        assert!(package.permissions.is_empty() && package.unread[0].what == "permissions");
    }

    #[test]
    fn the_most_that_a_build_can_say_fits() {
        let talkative = Package {
            abis: vec!["a".repeat(500); 20],
            ..asking(500)
        };
        let mut most = build(100, &talkative);
        fit(&mut most);
        assert!(size(&most) <= LIMIT);
        assert!(most.package().unwrap().signing.unknown);
        assert_eq!(most.artifacts.len(), 100);
    }
}
