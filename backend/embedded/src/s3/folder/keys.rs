//! From keys to paths and back.
//!
//! A key is any text of up to 1,024 bytes: it may climb (`../`), hold empty segments, be both an object and another's
//! folder, or differ from another key in case alone, on a disk that does not tell case apart. So only lower-case letters,
//! digits and `. _ -` stand for themselves; every other byte is written `%xx`. Characters that encoding never yields mark
//! what an entry is: `@` ends an object's file, `~` a piece of a name too long for the disk, `%` alone is an empty segment.

use std::path::{Path, PathBuf};

/// Ends the name of an object's file.
const OBJECT: char = '@';
/// Ends a piece of a longer name.
const PIECE: char = '~';
/// Bytes of a name's piece; disks allow 255.
const PIECE_LENGTH: usize = 200;
/// An empty segment.
const EMPTY: &str = "%";

/// The file of an object.
pub(crate) fn path_of(bucket: &Path, key: &str) -> PathBuf {
    let mut path = bucket.to_owned();
    let mut segments = key.split('/').peekable();
    while let Some(segment) = segments.next() {
        let mut name = encode(segment);
        while name.len() > PIECE_LENGTH {
            let rest = name.split_off(PIECE_LENGTH);
            name.push(PIECE);
            path.push(&name);
            name = rest;
        }
        if segments.peek().is_none() {
            name.push(OBJECT);
        }
        path.push(name);
    }
    path
}

fn encode(segment: &str) -> String {
    if segment.is_empty() {
        return EMPTY.to_owned();
    }
    let mut name = String::with_capacity(segment.len());
    for (index, byte) in segment.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' => name.push(char::from(byte)),
            // A leading dot would allow `.` and `..`, and hide the file.
            b'.' if index > 0 => name.push('.'),
            _ => {
                name.push('%');
                name.push_str(&hex::encode([byte]));
            }
        }
    }
    name
}

fn decode(name: &str) -> Option<String> {
    if name == EMPTY {
        return Some(String::new());
    }
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        if first == '%' {
            bytes.extend(hex::decode(rest.get(1..3)?).ok()?);
            rest = &rest[3..];
        } else {
            bytes.extend_from_slice(&rest.as_bytes()[..first.len_utf8()]);
            rest = &rest[first.len_utf8()..];
        }
    }
    String::from_utf8(bytes).ok()
}

/// How far into a key a folder is.
#[derive(Clone, Default)]
pub(crate) struct Place {
    /// The whole segments so far, each with its `/`.
    key: String,
    /// Pieces of the next one.
    piece: String,
}

/// What an entry of a folder stands for.
pub(crate) enum Entry {
    /// An object with this key.
    Object(String),
    /// A folder of keys.
    Folder(Place),
}

impl Place {
    /// What the entry `name` of this place stands for; `None` for a file that no key has.
    pub(crate) fn enter(&self, name: &str) -> Option<Entry> {
        if let Some(last) = name.strip_suffix(OBJECT) {
            let segment = decode(&format!("{}{last}", self.piece))?;
            return Some(Entry::Object(format!("{}{segment}", self.key)));
        }
        Some(Entry::Folder(match name.strip_suffix(PIECE) {
            Some(piece) => Self {
                key: self.key.clone(),
                piece: format!("{}{piece}", self.piece),
            },
            None => Self {
                key: format!("{}{}/", self.key, decode(&format!("{}{name}", self.piece))?),
                piece: String::new(),
            },
        }))
    }

    /// Whether keys that start with `prefix` can be below.
    pub(crate) fn leads_to(&self, prefix: &str) -> bool {
        self.key.starts_with(prefix) || prefix.starts_with(&self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_of(path: &Path) -> String {
        let mut place = Place::default();
        for name in path {
            match place.enter(name.to_str().unwrap()).unwrap() {
                Entry::Object(key) => return key,
                Entry::Folder(inner) => place = inner,
            }
        }
        panic!("{path:?} ends in a folder");
    }

    #[test]
    fn every_key_comes_back_from_its_path_and_none_climbs() {
        let long = "ä".repeat(500);
        for key in [
            "a",
            "a/b",
            "a//b",
            "/a",
            "a/",
            "..",
            "../../etc/passwd",
            ".hidden",
            "A",
            "Größe 50%.apk",
            "a@",
            "a~/b",
            "%",
            "a\\b",
            "a\0b",
            "line\nbreak",
            &long,
        ] {
            let path = path_of(Path::new(""), key);
            assert_eq!(key_of(&path), key);
            for name in &path {
                let name = name.to_str().unwrap();
                assert!(!name.starts_with('.') && name.len() <= 255, "{name}");
            }
        }
    }

    #[test]
    fn keys_that_differ_have_paths_that_differ_in_any_case() {
        let keys = ["a", "A", "a/", "a/b", "a//b", "a~", "%41", "%", ""];
        let mut paths: Vec<_> = keys
            .iter()
            .map(|key| {
                path_of(Path::new("x"), key)
                    .to_string_lossy()
                    .to_lowercase()
            })
            .collect();
        paths.sort();
        paths.dedup();
        assert_eq!(paths.len(), keys.len());
    }
}
