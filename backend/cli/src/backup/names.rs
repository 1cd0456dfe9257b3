//! The paths of objects in a backup: their keys, where those make names of files on every system.

use std::path::{Component, Path};

use super::format::FOLDER;

/// The longest path that is taken over.
const LONGEST: usize = 400;
/// The longest part of it. Disks allow 255 bytes.
const LONGEST_PART: usize = 200;
/// Names that Windows gives to devices, some with a digit behind them.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// The path of an object by its key; `None` for a key that makes none. On some disks, it can be another object's all the same:
/// they do not tell case apart.
pub(super) fn plain(role: &str, key: &str) -> Option<String> {
    let fits = key.len() <= LONGEST && key.split('/').all(is_plain);
    fits.then(|| format!("{FOLDER}/{role}/{key}"))
}

/// The path of the object at a place of the list, for one that cannot be named by its key.
pub(super) fn numbered(role: &str, place: u64) -> String {
    format!("{FOLDER}/{role}/~{place}")
}

fn is_plain(part: &str) -> bool {
    let known =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'+');
    let stem = part.split('.').next().unwrap_or_default();
    let stem = stem.trim_end_matches(|last: char| last.is_ascii_digit());
    !part.is_empty()
        && part.len() <= LONGEST_PART
        && part.bytes().all(known)
        && !part.starts_with('.')
        && !part.ends_with('.')
        && DEVICES
            .iter()
            .all(|device| !device.eq_ignore_ascii_case(stem))
}

/// Whether a path that a backup names is one below its folder of objects.
pub(super) fn is_within(file: &str) -> bool {
    let mut parts = Path::new(file).components();
    let first = parts.next();
    first == Some(Component::Normal(FOLDER.as_ref()))
        && parts.all(|part| matches!(part, Component::Normal(_)))
        && !file.contains('\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_keys_that_are_safe_everywhere_name_files() {
        let path = plain("artifacts", "artifacts/wallet/9f2c/App-release_1.2+3.apk");
        assert_eq!(
            path.as_deref(),
            Some("objects/artifacts/artifacts/wallet/9f2c/App-release_1.2+3.apk")
        );
        for key in [
            "",
            "a//b",
            "../a",
            "a/..",
            ".hidden",
            "a b",
            "ä",
            "a\\b",
            "end.",
            "CON.apk",
            "lpt1",
            "~1",
            &"a".repeat(201),
        ] {
            assert_eq!(plain("seals", key), None, "{key}");
        }
    }

    #[test]
    fn no_path_leads_out_of_the_backup() {
        for file in ["objects/a/b", "objects/seals/~3"] {
            assert!(is_within(file), "{file}");
        }
        for file in [
            "",
            "objects/../manifest.json",
            "/objects/a",
            "objects/a/../../x",
            "manifest.json",
            "objects\\a",
            "../objects/a",
        ] {
            assert!(!is_within(file), "{file}");
        }
    }
}
