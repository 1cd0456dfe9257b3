//! Android packages: what an APK says of itself, as far as it can be read.

mod axml;
mod chunk;
mod resources;

pub use crate::android::Inspection;
use crate::{
    android::{self, Format, Library},
    source::ReadAt,
};

const FORMAT: Format = Format {
    manifest: "AndroidManifest.xml",
    table: "resources.arsc",
    // Resource tables of the largest apps have some 20 MB.
    longest_table: 64 << 20,
    folder: "",
    library,
    walk: axml::walk,
    parse_table: |bytes| Ok(Box::new(resources::Table::parse(bytes)?)),
    installs: true,
};

/// Reads what can be read of an APK. Never fails: [`domain::package::Package::unread`] names what is missing and why.
pub async fn inspect<S: ReadAt>(source: S) -> Inspection {
    android::inspect(source, &FORMAT).await
}

fn library(path: &str) -> Option<Library<'_>> {
    let below = path.strip_prefix("lib/")?;
    Library::below(below, below)
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
