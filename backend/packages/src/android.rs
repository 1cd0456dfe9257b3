//! What Android packages and bundles have in common: the same facts, encoded in two ways.

mod describe;
mod drawing;
mod flutter;
mod icon;
mod libraries;
mod manifest;
mod names;
mod pages;
pub(crate) mod resource;
mod signatures;
pub(crate) mod value;
pub(crate) mod xml;

use domain::package::{Package, Signing, TableFlaw, Unread};

pub(crate) use self::libraries::Library;
use self::{manifest::Manifest, resource::Table, xml::Visitor};
use crate::{
    archive::{self, Archive, Method},
    bytes_view::Truncated,
    source::{ReadAt, ReadError},
};

/// A manifest has some kilobytes; Android's own longest have some hundred.
const LONGEST_MANIFEST: u64 = 4 << 20;

/// Names of parts and of applications have some fifty characters.
const LONGEST_NAME: usize = 200;

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
pub(crate) enum Problem {
    #[error(transparent)]
    Truncated(#[from] Truncated),
    #[error("{0}")]
    Odd(&'static str),
    #[error(transparent)]
    Archive(#[from] archive::Error),
    #[error(transparent)]
    Read(ReadError),
}

/// A resource table that was read.
type ParsedTable<'a> = Result<Box<dyn Table + 'a>, Problem>;

/// How a kind of package is laid out and encoded.
pub(crate) struct Format {
    pub(crate) manifest: &'static str,
    pub(crate) table: &'static str,
    pub(crate) longest_table: u64,
    /// The folder that paths in the resource table start from, with a slash at its end if it has a name.
    pub(crate) folder: &'static str,
    /// The native library that a path names.
    pub(crate) library: fn(&str) -> Option<Library<'_>>,
    /// Walks an XML document. After an error, what was visited before it stands.
    pub(crate) walk: fn(&[u8], &mut dyn Visitor) -> Result<(), Problem>,
    pub(crate) parse_table: for<'a> fn(&'a [u8]) -> ParsedTable<'a>,
    /// Whether phones install it as it is: where its files lie counts then, and signatures of newer schemes than JAR's.
    pub(crate) installs: bool,
}

impl Format {
    /// The file in the package that a path in the resource table stands for.
    fn place(&self, path: &str) -> String {
        format!("{}{path}", self.folder)
    }
}

/// Reads what can be read of a package. Never fails: [`Package::unread`] names what is missing and why.
pub(crate) async fn inspect<S: ReadAt>(source: S, format: &Format) -> Inspection {
    match Archive::open(source).await {
        Ok(archive) => inspect_archive(&archive, format).await,
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

async fn inspect_archive<S: ReadAt>(archive: &Archive<S>, format: &Format) -> Inspection {
    let mut missing = Vec::new();
    if format.installs {
        missing.extend(names::check(archive).map(|problem| unread("zip", &problem)));
    }
    let manifest = read_manifest(archive, format, &mut missing).await;
    let table_bytes = read_table(archive, format, &manifest, &mut missing).await;
    let table = table_bytes.as_deref().and_then(|bytes| {
        let table = (format.parse_table)(bytes);
        table
            .map_err(|problem| missing.push(unread("resources", &problem)))
            .ok()
    });
    let resource_table = table_flaw(archive, format).await;
    let mut package = describe::describe(&manifest, table.as_deref(), &mut missing);
    let paths = icon::paths(archive, format, &manifest, table.as_deref(), &mut missing).await;
    drop(table);
    drop(table_bytes);
    let icon = icon::read(archive, paths, &mut missing).await;
    package.resource_table = resource_table;
    package.abis = libraries::abis(archive, format.library);
    package.signing = signatures::read(archive, format, &mut missing).await;
    package.flutter = flutter::detect(archive, format).await;
    let mapped = format.installs && manifest.maps_libraries();
    package.small_pages = pages::read(archive, format.library, mapped).await;
    package.unread = missing;
    let (icon, bytes) = icon.unzip();
    package.icon = icon;
    Inspection {
        package,
        icon: bytes,
    }
}

async fn read_manifest<S: ReadAt>(
    archive: &Archive<S>,
    format: &Format,
    missing: &mut Vec<Unread>,
) -> Manifest {
    let (manifest, problem) = match read_file(archive, format.manifest, LONGEST_MANIFEST).await {
        Ok(bytes) => manifest::read(&bytes, format),
        Err(problem) => (Manifest::default(), Some(problem)),
    };
    if let Some(problem) = problem {
        missing.push(unread("manifest", &problem));
    } else if manifest.package.is_none() {
        missing.push(unread("manifest", &Problem::Odd("it names no package")));
    }
    if manifest.more_permissions {
        let problem = Problem::Odd(
            "some are left out, because they are too many, too long or not shown as they are",
        );
        missing.push(unread("permissions", &problem));
    }
    manifest
}

/// The resource table, if the manifest refers to it at all.
async fn read_table<S: ReadAt>(
    archive: &Archive<S>,
    format: &Format,
    manifest: &Manifest,
    missing: &mut Vec<Unread>,
) -> Option<Vec<u8>> {
    if !manifest.refers() {
        return None;
    }
    match read_file(archive, format.table, format.longest_table).await {
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

/// What keeps Android 11 from mapping the resource table into memory.
async fn table_flaw<S: ReadAt>(archive: &Archive<S>, format: &Format) -> Option<TableFlaw> {
    let table = archive
        .find(format.table)
        .ok()
        .filter(|_| format.installs)?;
    if table.method != Method::Stored {
        return Some(TableFlaw::Compressed);
    }
    let start = archive.data_offset(table).await.ok()?;
    (!start.is_multiple_of(4)).then_some(TableFlaw::Unaligned)
}

/// Without characters that could break a header or a line of a log, or that nobody sees.
fn printable(text: &str) -> String {
    domain::text::line(text)
}

/// A name, as long as names are.
fn short(text: &str) -> String {
    printable(text).chars().take(LONGEST_NAME).collect()
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
        why: printable(&why).chars().take(300).collect(),
    }
}
