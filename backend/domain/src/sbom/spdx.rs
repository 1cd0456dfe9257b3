//! SPDX 2, <https://spdx.github.io/spdx-spec/v2.3/>.

use serde::Deserialize;

use super::{InvalidSbom, Sbom};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    #[serde(default)]
    packages: Vec<Package>,
    /// The packages that the document is about: the build itself, which is no dependency of it.
    #[serde(default, rename = "documentDescribes")]
    describes: Vec<String>,
    #[serde(default)]
    relationships: Vec<Relationship>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Package {
    #[serde(default, rename = "SPDXID")]
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    version_info: Option<String>,
    #[serde(default)]
    external_refs: Vec<ExternalRef>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExternalRef {
    #[serde(default)]
    reference_type: String,
    #[serde(default)]
    reference_locator: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Relationship {
    #[serde(default)]
    spdx_element_id: String,
    #[serde(default)]
    related_spdx_element: String,
    #[serde(default, rename = "relationshipType")]
    kind: String,
}

pub(super) fn read(bytes: &[u8]) -> Result<Sbom, InvalidSbom> {
    let document: Document = serde_json::from_slice(bytes).map_err(InvalidSbom::Malformed)?;
    let described = described(&document);
    let mut sbom = Sbom::default();
    for package in &document.packages {
        if described.contains(package.id.as_str()) {
            continue;
        }
        let purl = package
            .external_refs
            .iter()
            .find(|reference| reference.reference_type == "purl")
            .map(|reference| reference.reference_locator.as_str());
        sbom.add(purl, &package.name, package.version_info.as_deref())?;
    }
    Ok(sbom)
}

fn described(document: &Document) -> std::collections::HashSet<&str> {
    let by_relationship = document
        .relationships
        .iter()
        .filter(|relationship| {
            relationship.kind == "DESCRIBES" && relationship.spdx_element_id == "SPDXRef-DOCUMENT"
        })
        .map(|relationship| relationship.related_spdx_element.as_str());
    document
        .describes
        .iter()
        .map(String::as_str)
        .chain(by_relationship)
        .collect()
}
