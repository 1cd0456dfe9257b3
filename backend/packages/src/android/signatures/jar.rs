//! The v1 scheme: a signed JAR file, whose certificates lie in `META-INF`.

use std::collections::HashSet;

use domain::digest::Digest;

use super::{super::Problem, der};
use crate::{
    archive::{Archive, Entry, Method},
    source::ReadAt,
};

/// A signature file has some kilobytes.
const LONGEST: u64 = 1 << 20;

/// Android accepts ten signers.
const MOST_FILES: usize = 10;

/// The certificates of all signature files that belong to a list of digests (`.SF`).
pub(super) async fn certificates<S: ReadAt>(archive: &Archive<S>) -> Result<Vec<Digest>, Problem> {
    let files = signature_files(archive.entries());
    if files.len() > MOST_FILES {
        return Err(Problem::Odd("there are too many signature files"));
    }
    if files
        .iter()
        .any(|file| file.size > LONGEST || file.compressed_size > LONGEST)
    {
        return Err(Problem::Odd("a signature file is too long"));
    }
    let mut certificates = Vec::new();
    for file in files {
        let file = as_android_reads(file);
        let bytes = archive.read(&file, LONGEST).await?;
        certificates.extend(der::signer_certificates(&bytes)?);
    }
    Ok(certificates)
}

/// For a signature file, Android takes every method of compression but "stored" for deflate.
fn as_android_reads(file: &Entry) -> Entry {
    let mut file = file.clone();
    if let Method::Other(_) = file.method {
        file.method = Method::Deflated;
    }
    file
}

fn signature_files(entries: &[Entry]) -> Vec<&Entry> {
    let ends_with = |kinds: &'static [&str]| {
        entries.iter().filter_map(move |entry| {
            let (stem, ending) = split(&entry.name)?;
            let matches = kinds.iter().any(|kind| ending.eq_ignore_ascii_case(kind));
            matches.then_some((stem, entry))
        })
    };
    let listed: HashSet<&str> = ends_with(&["SF"]).map(|(stem, _)| stem).collect();
    ends_with(&["RSA", "DSA", "EC"])
        .filter(|(stem, _)| listed.contains(stem))
        .map(|(_, entry)| entry)
        .collect()
}

/// A file directly in `META-INF`: its name's stem and ending.
fn split(name: &str) -> Option<(&str, &str)> {
    let base = name.strip_prefix("META-INF/")?;
    if base.contains('/') {
        return None;
    }
    base.rsplit_once('.')
}
