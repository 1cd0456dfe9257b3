//! The bitmap that shows a package.

use domain::{
    digest::Digest,
    package::{Icon, Unread},
};

use super::{Problem, manifest::Manifest, resources::Table, unread};
use crate::{archive::Archive, source::ReadAt};

/// A launcher's icon has some ten kilobytes.
const LONGEST: u64 = 1 << 20;

/// How many files are tried.
const TRIES: usize = 4;

/// Paths of the bitmaps that the manifest's icon stands for, the densest first.
pub(super) fn paths(
    manifest: &Manifest,
    table: Option<&Table<'_>>,
    missing: &mut Vec<Unread>,
) -> Vec<String> {
    let (Some(table), Some(icon)) = (table, manifest.icon.clone()) else {
        return Vec::new();
    };
    let paths = table.files(icon).unwrap_or_else(|problem| {
        missing.push(unread("icon", &problem));
        Vec::new()
    });
    let drawn = |path: &String| {
        let ending = std::path::Path::new(path).extension();
        ending.is_some_and(|ending| ending.eq_ignore_ascii_case("xml"))
    };
    if !paths.is_empty() && paths.iter().all(drawn) {
        missing.push(unread(
            "icon",
            &Problem::Odd("it is a drawing and no bitmap"),
        ));
    }
    paths
        .into_iter()
        .filter(|path| !drawn(path))
        .take(TRIES)
        .collect()
}

/// The first of these files that is a bitmap.
pub(super) async fn read<S: ReadAt>(
    archive: &Archive<S>,
    paths: Vec<String>,
    missing: &mut Vec<Unread>,
) -> Option<(Icon, Vec<u8>)> {
    let mut problem = None;
    for path in paths {
        match read_bitmap(archive, &path).await {
            Ok(icon) => return Some(icon),
            Err(error) => {
                problem.get_or_insert(error);
            }
        }
    }
    missing.extend(problem.map(|problem| unread("icon", &problem)));
    None
}

async fn read_bitmap<S: ReadAt>(
    archive: &Archive<S>,
    path: &str,
) -> Result<(Icon, Vec<u8>), Problem> {
    let bytes = archive.read(archive.find(path)?, LONGEST).await?;
    let content_type = content_type(&bytes).ok_or(Problem::Odd("it is neither PNG nor WebP"))?;
    let icon = Icon {
        digest: Digest::of(&bytes),
        content_type: content_type.to_owned(),
        size: bytes.len() as u64,
    };
    Ok((icon, bytes))
}

/// By its first bytes: a browser is told this type, so a name does not decide.
fn content_type(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some("image/png");
    }
    let webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    webp.then_some("image/webp")
}
