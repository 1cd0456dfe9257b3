//! Bills of materials, and what is between two of them.

use domain::{
    compare::dependencies,
    sbom::{COMPONENTS_LIMIT, Sbom},
};

use crate::input::{joined, parts};

/// Names and versions stay within their bounds; nothing is between a bill and itself, and the way back is the way there.
pub fn target(data: &[u8]) {
    let [one, other] = parts(data);
    let one = read(one);
    let other = read(other);
    assert_eq!(dependencies(&one, &one), []);
    let there = dependencies(&one, &other);
    let back = dependencies(&other, &one);
    assert_eq!(there.len(), back.len());
    for (there, back) in there.iter().zip(&back) {
        assert_eq!((&there.name, &there.from, &there.to), (&back.name, &back.to, &back.from));
        assert_ne!(there.from, there.to);
    }
}

fn read(bytes: &[u8]) -> Sbom {
    let bill = Sbom::read(bytes).unwrap_or_default();
    assert!(bill.dependencies().len() <= COMPONENTS_LIMIT);
    for (name, versions) in bill.dependencies() {
        assert!((1..=300).contains(&name.chars().count()));
        assert!(versions.iter().all(|version| version.chars().count() <= 300));
    }
    bill
}

/// One of each kind.
pub fn seeds() -> Vec<Vec<u8>> {
    let cyclone = br#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","group":"org.acme","name":"lock","version":"1.2","purl":"pkg:maven/org.acme/lock@1.2?type=jar","components":[{"type":"library","name":"hinge","version":"3"}]}]}"#;
    let spdx = br#"{"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"SPDXRef-a","name":"lock","versionInfo":"1.3","externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:npm/%40acme/lock@1.3"}]}],"relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-a"}]}"#;
    vec![joined([cyclone, spdx]), joined([spdx, cyclone])]
}
