//! `CycloneDX`, <https://cyclonedx.org/docs/1.6/json/>.

use serde::Deserialize;

use super::{InvalidSbom, Sbom};

#[derive(Deserialize)]
struct Bom {
    #[serde(default)]
    components: Vec<Component>,
}

#[derive(Deserialize)]
struct Component {
    #[serde(default)]
    name: String,
    #[serde(default)]
    group: Option<String>,
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    purl: Option<String>,
    /// Files and the like are parts of dependencies, not dependencies.
    #[serde(default, rename = "type")]
    kind: Option<String>,
    /// Nested as deep as `serde_json` reads, which is 128 levels with the lists between them.
    #[serde(default)]
    components: Vec<Component>,
}

pub(super) fn read(bytes: &[u8]) -> Result<Sbom, InvalidSbom> {
    let bom: Bom = serde_json::from_slice(bytes).map_err(InvalidSbom::Malformed)?;
    let mut sbom = Sbom::default();
    add(&mut sbom, &bom.components)?;
    Ok(sbom)
}

fn add(sbom: &mut Sbom, components: &[Component]) -> Result<(), InvalidSbom> {
    for component in components {
        if component.kind.as_deref() != Some("file") {
            let name = match &component.group {
                Some(group) if !group.is_empty() => format!("{group}/{}", component.name),
                _ => component.name.clone(),
            };
            sbom.add(
                component.purl.as_deref(),
                &name,
                component.version.as_deref(),
            )?;
        }
        add(sbom, &component.components)?;
    }
    Ok(())
}
