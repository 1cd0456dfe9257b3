//! Items outside the table, as exports and backups have them: DynamoDB's JSON, `{"Item": {…}}`.

use domain::build::Build;
use serde::Deserialize;

use super::keys::{self, BuildPart};
use crate::{Error, Result, object_keys};

#[derive(Deserialize)]
struct Exported {
    #[serde(rename = "Item")]
    item: serde_dynamo::Item,
}

/// The beginning of an item, by which a build is told from all else.
#[derive(Deserialize)]
struct Keyed {
    #[serde(rename = "Item")]
    item: KeysOf,
}

#[derive(Deserialize)]
struct KeysOf {
    pk: Text,
    sk: Text,
}

#[derive(Deserialize)]
struct Text {
    #[serde(rename = "S")]
    text: String,
}

/// The key in front of those of all builds, by the names of its attributes.
pub const BEFORE_BUILDS: [(&str, &str); 2] = [(keys::PK, keys::BUILD_PREFIX), (keys::SK, "BUILD")];

/// The keys of the objects that an exported build is made of: its files and icons. Other items name none that have to be there.
pub fn objects_of_item(exported: &str) -> Result<Vec<String>> {
    let unread = |error| Error::corrupt("an exported item", error);
    let Keyed { item: keyed } = serde_json::from_str(exported).map_err(unread)?;
    let is_build = keyed.pk.text.starts_with(keys::BUILD_PREFIX)
        && keys::build_part(&keyed.sk.text) == BuildPart::Build;
    if !is_build {
        return Ok(Vec::new());
    }
    let Exported { item } = serde_json::from_str(exported).map_err(unread)?;
    let build: Build = serde_dynamo::from_item(item)
        .map_err(|error| Error::corrupt(format!("{} BUILD", keyed.pk.text), error))?;
    let objects = object_keys::of_build(&build).into_iter();
    Ok(objects.map(|object| object.key).collect())
}
