//! The bitmap that shows a package.

use std::collections::VecDeque;

use domain::{
    digest::Digest,
    package::{Icon, Unread},
};

use super::{
    Format, Problem, drawing,
    manifest::Manifest,
    resource::{self, Table},
    unread,
};
use crate::{archive::Archive, source::ReadAt};

/// A launcher's icon has some ten kilobytes; a picture that nobody made smaller may have some megabytes.
const LONGEST: u64 = 4 << 20;

/// How many files are tried.
const TRIES: usize = 4;

/// How many drawings are read for the bitmaps that they are made of.
const MOST_DRAWINGS: usize = 3;

/// Paths of the bitmaps that the manifest's icon stands for, the densest first. Without any, those that its drawings are made of: of an
/// adaptive icon the foreground, else the background.
pub(super) async fn paths<S: ReadAt>(
    archive: &Archive<S>,
    format: &Format,
    manifest: &Manifest,
    table: Option<&dyn Table>,
    missing: &mut Vec<Unread>,
) -> Vec<String> {
    let (Some(table), Some(icon)) = (table, manifest.icon.clone()) else {
        return Vec::new();
    };
    let mut todo = VecDeque::from([icon]);
    let mut drawings = 0;
    let mut problem = None;
    while let Some(value) = todo.pop_front() {
        let paths = resource::files(table, value).unwrap_or_else(|error| {
            problem.get_or_insert(error);
            Vec::new()
        });
        let (drawn, mut bitmaps): (Vec<String>, Vec<String>) =
            paths.into_iter().partition(|path| is_drawing(path));
        if !bitmaps.is_empty() {
            bitmaps.truncate(TRIES);
            return bitmaps.iter().map(|path| format.place(path)).collect();
        }
        let mut layers = Vec::new();
        for path in drawn {
            problem = Some(Problem::Odd("it is a drawing and no bitmap"));
            if drawings < MOST_DRAWINGS {
                drawings += 1;
                layers.extend(drawing::layers(archive, format, &path).await);
            }
        }
        // What a foreground is made of comes before the background.
        for layer in layers.into_iter().rev() {
            todo.push_front(layer);
        }
    }
    missing.extend(problem.map(|problem| unread("icon", &problem)));
    Vec::new()
}

fn is_drawing(path: &str) -> bool {
    let ending = std::path::Path::new(path).extension();
    ending.is_some_and(|ending| ending.eq_ignore_ascii_case("xml"))
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
    let content_type =
        content_type(&bytes).ok_or(Problem::Odd("it is neither PNG, WebP nor JPEG"))?;
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
    if bytes.starts_with(b"\xff\xd8\xff") {
        return Some("image/jpeg");
    }
    let webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    webp.then_some("image/webp")
}
