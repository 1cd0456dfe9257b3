//! The Dart version of Flutter's engine, when it costs little.

use super::{
    super::Problem,
    elf::{Elf, Window},
};
use crate::{
    archive::{Archive, Entry, Method},
    source::{BLOCK, ReadAt},
};

/// How much of an engine is searched: with this, a package of 100 MB stays below a hundredth of its bytes.
const SEARCHED: u64 = BLOCK;

const CHANNELS: [&[u8]; 4] = [b" (stable) (", b" (beta) (", b" (dev) (", b" (main) ("];

pub(super) async fn dart_version<S: ReadAt>(
    archive: &Archive<S>,
    engine: &Entry,
) -> Result<Option<String>, Problem> {
    if engine.compressed_size <= SEARCHED {
        let bytes = archive.read(engine, 16 * SEARCHED).await?;
        return Ok(find_version(&bytes));
    }
    if engine.method != Method::Stored {
        return Ok(None);
    }
    let start = archive.data_offset(engine).await?;
    let elf = Elf::open(Window::new(archive, start, engine.compressed_size)).await?;
    let Some(constants) = elf.constants().await? else {
        return Ok(None);
    };
    let length = constants.size.min(SEARCHED);
    let bytes = elf.file().read(constants.offset, length).await?;
    Ok(find_version(&bytes))
}

/// Finds the like of `3.9.2 (stable) (Wed Aug 27 03:49:40 2025 -0700) on "android_arm64"`.
fn find_version(bytes: &[u8]) -> Option<String> {
    let places = bytes
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b' ')
        .map(|(at, _)| at);
    for at in places {
        let (before, after) = bytes.split_at(at);
        if !CHANNELS.iter().any(|channel| after.starts_with(channel)) {
            continue;
        }
        let length = before
            .iter()
            .rev()
            .take(40)
            .take_while(|byte| byte.is_ascii_alphanumeric() || b".-".contains(byte))
            .count();
        let version = str::from_utf8(&before[before.len() - length..]).ok()?;
        let is_version = version.starts_with(|first: char| first.is_ascii_digit())
            && version.split('.').count() >= 3;
        if is_version {
            return Some(version.to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_stands_before_its_channel() {
        let found = |text: &str| find_version(text.as_bytes());
        assert_eq!(
            found("\u{0}3.9.2 (stable) (Wed Aug 27)").as_deref(),
            Some("3.9.2")
        );
        assert_eq!(
            found("x (dev) (y 3.10.0-75.1.beta (beta) (Mon)").as_deref(),
            Some("3.10.0-75.1.beta")
        );
        assert_eq!(found("it is (stable) (really)"), None);
        assert_eq!(found(""), None);
    }
}
