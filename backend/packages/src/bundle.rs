//! Android App Bundles: what an AAB says of the app that a store makes of it, as far as it can be read.
//!
//! The facts are those of an APK. They lie in the module `base`, in the protobuf form of aapt2 (`Resources.proto`).

mod item;
mod resources;
mod wire;
mod xml;

use crate::{
    android::{self, Format, Inspection, Library},
    source::ReadAt,
};

const FORMAT: Format = Format {
    manifest: "base/manifest/AndroidManifest.xml",
    table: "base/resources.pb",
    longest_table: 16 << 20,
    folder: "base/",
    library,
    walk: xml::walk,
    parse_table: |bytes| Ok(Box::new(resources::Table::parse(bytes)?)),
    installs: false,
};

/// Folders of a bundle that are no modules.
const NO_MODULES: [&str; 2] = ["BUNDLE-METADATA", "META-INF"];

/// Reads what can be read of an AAB. Never fails: [`domain::package::Package::unread`] names what is missing and why. Its certificates are
/// those that it was uploaded with, which phones never see.
pub async fn inspect<S: ReadAt>(source: S) -> Inspection {
    android::inspect(source, &FORMAT).await
}

fn library(path: &str) -> Option<Library<'_>> {
    let (module, rest) = path.split_once('/')?;
    let below = rest.strip_prefix("lib/")?;
    let library = Library::below(below, path)?;
    (!NO_MODULES.contains(&module)).then_some(library)
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
