//! Android packages: what an APK says of itself, as far as it can be read.

mod axml;
mod chunk;
mod drawing;
mod flutter;
mod icon;
mod manifest;
mod names;
mod pages;
mod resources;
mod signatures;

use std::collections::BTreeSet;

use domain::package::{Package, Signing, TableFlaw, Unread};

use self::{chunk::Value, manifest::Manifest, resources::Table};
use crate::{
    archive::{self, Archive, Method},
    bytes_view::Truncated,
    source::{ReadAt, ReadError},
};

/// A manifest has some kilobytes; Android's own longest have some hundred.
const LONGEST_MANIFEST: u64 = 4 << 20;

/// Resource tables of the largest apps have some 20 MB.
const LONGEST_TABLE: u64 = 64 << 20;

/// A codename with a fingerprint has some fifty bytes.
const LONGEST_CODENAME: usize = 100;

/// Names of parts and of applications have some fifty characters.
const LONGEST_NAME: usize = 200;

/// Kinds of parts are processors, densities, languages and the like.
const MOST_SPLITS: usize = 16;

/// The kinds of processors that Android ever ran on are fewer.
const MOST_ABIS: usize = 16;

/// What was read from a package.
#[derive(Clone, Debug, Default)]
pub struct Inspection {
    /// The facts, and what could not be read.
    pub package: Package,
    /// The bytes of [`Package::icon`].
    pub icon: Option<Vec<u8>>,
}

/// Why a part of a package could not be read.
#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error(transparent)]
    Truncated(#[from] Truncated),
    #[error("{0}")]
    Odd(&'static str),
    #[error(transparent)]
    Archive(#[from] archive::Error),
    #[error(transparent)]
    Read(ReadError),
}

/// Reads what can be read of an APK. Never fails: [`Package::unread`] names what is missing and why.
pub async fn inspect<S: ReadAt>(source: S) -> Inspection {
    match Archive::open(source).await {
        Ok(archive) => inspect_archive(&archive).await,
        Err(error) => Inspection {
            package: Package {
                signing: Signing {
                    unknown: true,
                    ..Signing::default()
                },
                unread: vec![unread("package", &Problem::Archive(error))],
                ..Package::default()
            },
            icon: None,
        },
    }
}

async fn inspect_archive<S: ReadAt>(archive: &Archive<S>) -> Inspection {
    let mut missing = Vec::new();
    missing.extend(names::check(archive).map(|problem| unread("zip", &problem)));
    let manifest = read_manifest(archive, &mut missing).await;
    let table_bytes = read_table(archive, &manifest, &mut missing).await;
    let table = table_bytes.as_deref().and_then(|bytes| {
        let table = Table::parse(bytes);
        table
            .map_err(|problem| missing.push(unread("resources", &problem)))
            .ok()
    });
    let resource_table = table_flaw(archive).await;
    let mut package = describe(&manifest, table.as_ref(), &mut missing);
    let paths = icon::paths(archive, &manifest, table.as_ref(), &mut missing).await;
    drop(table);
    drop(table_bytes);
    let icon = icon::read(archive, paths, &mut missing).await;
    package.resource_table = resource_table;
    package.abis = abis(archive);
    package.signing = signatures::read(archive, &mut missing).await;
    package.flutter = flutter::detect(archive).await;
    package.small_pages = pages::read(archive, manifest.maps_libraries()).await;
    package.unread = missing;
    let (icon, bytes) = icon.unzip();
    package.icon = icon;
    Inspection {
        package,
        icon: bytes,
    }
}

async fn read_manifest<S: ReadAt>(archive: &Archive<S>, missing: &mut Vec<Unread>) -> Manifest {
    let (manifest, problem) =
        match read_file(archive, "AndroidManifest.xml", LONGEST_MANIFEST).await {
            Ok(bytes) => manifest::read(&bytes),
            Err(problem) => (Manifest::default(), Some(problem)),
        };
    if let Some(problem) = problem {
        missing.push(unread("manifest", &problem));
    } else if manifest.package.is_none() {
        missing.push(unread("manifest", &Problem::Odd("it names no package")));
    }
    if manifest.more_permissions {
        let problem = Problem::Odd("some are left out, because they are too many or too long");
        missing.push(unread("permissions", &problem));
    }
    manifest
}

/// The resource table, if the manifest refers to it at all.
async fn read_table<S: ReadAt>(
    archive: &Archive<S>,
    manifest: &Manifest,
    missing: &mut Vec<Unread>,
) -> Option<Vec<u8>> {
    if !manifest.refers() {
        return None;
    }
    match read_file(archive, "resources.arsc", LONGEST_TABLE).await {
        Ok(bytes) => Some(bytes),
        Err(problem) => {
            missing.push(unread("resources", &problem));
            None
        }
    }
}

async fn read_file<S: ReadAt>(
    archive: &Archive<S>,
    name: &str,
    limit: u64,
) -> Result<Vec<u8>, Problem> {
    Ok(archive.read(archive.find(name)?, limit).await?)
}

fn describe(manifest: &Manifest, table: Option<&Table<'_>>, missing: &mut Vec<Unread>) -> Package {
    let mut resolver = Resolver { table, missing };
    let code = resolver.number("version code", manifest.version_code.as_ref());
    let major = resolver.number("version code", manifest.version_code_major.as_ref());
    let (min_sdk, min_sdk_codename) = resolver.level("lowest API level", manifest.min_sdk.as_ref());
    let (target_sdk, target_sdk_codename) =
        resolver.level("target API level", manifest.target_sdk.as_ref());
    Package {
        name: manifest.package.as_deref().map(printable),
        version_name: resolver.text("version name", manifest.version_name.as_ref()),
        version_code: code.map(|code| u64::from(major.unwrap_or(0)) << 32 | u64::from(code)),
        label: resolver.text("label", manifest.label.as_ref()),
        min_sdk,
        min_sdk_codename,
        target_sdk,
        target_sdk_codename,
        permissions: manifest.permissions.iter().cloned().collect(),
        service_permissions: manifest.service_permissions.iter().cloned().collect(),
        debuggable: resolver
            .number("debuggable", manifest.debuggable.as_ref())
            .is_some_and(|value| value != 0),
        test_only: resolver
            .number("test-only", manifest.test_only.as_ref())
            .is_some_and(|value| value != 0),
        instruments: manifest.instruments.as_deref().map(short),
        split: manifest.split.as_deref().map(short),
        required_splits: required_splits(manifest),
        ..Package::default()
    }
}

/// The kinds of parts that the package does not install without, if there are any.
fn required_splits(manifest: &Manifest) -> Option<Vec<String>> {
    let types = manifest.required_split_types.as_deref().unwrap_or_default();
    let types = types
        .split(',')
        .map(str::trim)
        .filter(|kind| !kind.is_empty());
    let types: Vec<String> = types.take(MOST_SPLITS).map(short).collect();
    (manifest.is_split_required || !types.is_empty()).then_some(types)
}

/// What keeps Android 11 from mapping the resource table into memory.
async fn table_flaw<S: ReadAt>(archive: &Archive<S>) -> Option<TableFlaw> {
    let table = archive.find("resources.arsc").ok()?;
    if table.method != Method::Stored {
        return Some(TableFlaw::Compressed);
    }
    let start = archive.data_offset(table).await.ok()?;
    (!start.is_multiple_of(4)).then_some(TableFlaw::Unaligned)
}

/// Follows values into the resource table and notes those that lead nowhere.
struct Resolver<'a> {
    table: Option<&'a Table<'a>>,
    missing: &'a mut Vec<Unread>,
}

impl Resolver<'_> {
    fn value(&mut self, what: &str, value: Option<&Value>) -> Option<Value> {
        let value = value?.clone();
        let resolved = match (self.table, value) {
            (Some(table), value) => table.resolve(value),
            (None, Value::Reference(_)) => Err(Problem::Odd(
                "it refers to resources, which could not be read",
            )),
            (None, value) => Ok(value),
        };
        resolved
            .map_err(|problem| self.missing.push(unread(what, &problem)))
            .ok()
    }

    fn text(&mut self, what: &str, value: Option<&Value>) -> Option<String> {
        Some(match self.value(what, value)? {
            Value::Text(text) => printable(&text),
            Value::Number(number) | Value::Reference(number) => number.to_string(),
        })
    }

    fn number(&mut self, what: &str, value: Option<&Value>) -> Option<u32> {
        match self.value(what, value)? {
            Value::Number(number) | Value::Reference(number) => Some(number),
            Value::Text(text) => self.parse(what, &text),
        }
    }

    fn parse(&mut self, what: &str, text: &str) -> Option<u32> {
        let number = text.parse().ok();
        if number.is_none() {
            self.missing
                .push(unread(what, &Problem::Odd("it is no number")));
        }
        number
    }

    /// An API level, or the codename of a version under development.
    fn level(&mut self, what: &str, value: Option<&Value>) -> (Option<u32>, Option<String>) {
        match self.value(what, value) {
            None => (None, None),
            Some(Value::Number(number) | Value::Reference(number)) => (Some(number), None),
            Some(Value::Text(text)) if is_codename(&text) => (None, Some(text)),
            Some(Value::Text(text)) => (self.parse(what, &text), None),
        }
    }
}

/// Codenames are words, like `Tiramisu`; some carry a fingerprint after a point.
fn is_codename(text: &str) -> bool {
    text.len() <= LONGEST_CODENAME
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// Without characters that could break a header or a line of a log, or that nobody sees.
fn printable(text: &str) -> String {
    domain::text::line(text)
}

/// A name, as long as names are.
fn short(text: &str) -> String {
    printable(text).chars().take(LONGEST_NAME).collect()
}

/// The processors that a package has native code for: its folders `lib/<abi>/` with libraries in them.
fn abis<S: ReadAt>(archive: &Archive<S>) -> Vec<String> {
    let names = archive.entries().iter().filter_map(|entry| {
        let (abi, file) = entry.name.strip_prefix("lib/")?.split_once('/')?;
        let is_abi = (1..=32).contains(&abi.len())
            && abi
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        (is_abi && !file.is_empty() && !file.contains('/')).then(|| abi.to_owned())
    });
    let names: BTreeSet<String> = names.collect();
    names.into_iter().take(MOST_ABIS).collect()
}

fn unread(what: &str, problem: &Problem) -> Unread {
    let mut why = problem.to_string();
    let mut source = std::error::Error::source(problem);
    while let Some(error) = source {
        why = format!("{why}: {error}");
        source = error.source();
    }
    Unread {
        what: what.to_owned(),
        why: why.chars().take(300).collect(),
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
