//! Whether a package holds Flutter, and the Dart version of its engine when that costs little.

use domain::package::Flutter;

use super::Problem;
use crate::{
    archive::{Archive, Entry, Method},
    bytes_view::{Truncated, View},
    source::{BLOCK, ReadAt},
};

/// How much of an engine is searched: with this, a package of 100 MB stays below a hundredth of its bytes.
const SEARCHED: u64 = BLOCK;

const ENGINE: &str = "/libflutter.so";
const CHANNELS: [&[u8]; 4] = [b" (stable) (", b" (beta) (", b" (dev) (", b" (main) ("];

/// What an engine's section of constants is called.
const CONSTANTS: &[u8] = b".rodata\0";

/// Looks for an engine or its assets.
pub(super) async fn detect<S: ReadAt>(archive: &Archive<S>) -> Option<Flutter> {
    let is_engine = |entry: &&Entry| {
        entry
            .name
            .strip_prefix("lib/")
            .and_then(|rest| rest.strip_suffix(ENGINE))
            .is_some_and(|abi| !abi.contains('/'))
    };
    let engine = archive.entries().iter().find(is_engine);
    let Some(engine) = engine else {
        let mut names = archive.entries().iter().map(|entry| &entry.name);
        let has_assets = names.any(|name| name.starts_with("assets/flutter_assets/"));
        return has_assets.then(Flutter::default);
    };
    // Best effort by its nature: no version is no problem.
    let dart_version = dart_version(archive, engine).await.ok().flatten();
    Some(Flutter {
        dart_version,
        mode: None,
    })
}

async fn dart_version<S: ReadAt>(
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
    let window = Window {
        archive,
        start: archive.data_offset(engine).await?,
        size: engine.compressed_size,
    };
    let Some((offset, length)) = constants(&window).await? else {
        return Ok(None);
    };
    let bytes = window.read(offset, length.min(SEARCHED)).await?;
    Ok(find_version(&bytes))
}

/// A stored entry, read in place and by as few bytes as needed: its headers are far apart.
struct Window<'a, S> {
    archive: &'a Archive<S>,
    start: u64,
    size: u64,
}

impl<S: ReadAt> Window<'_, S> {
    async fn read(&self, offset: u64, length: u64) -> Result<bytes::Bytes, Problem> {
        let end = offset
            .checked_add(length)
            .filter(|end| *end <= self.size)
            .ok_or(Truncated)?;
        let range = self.start + offset..self.start + end;
        self.archive
            .source()
            .glance(range)
            .await
            .map_err(Problem::Read)
    }
}

/// Where an ELF file's constants lie (System V ABI, chapter 4), by way of its table of sections.
async fn constants<S: ReadAt>(elf: &Window<'_, S>) -> Result<Option<(u64, u64)>, Problem> {
    let header = Header::parse(&elf.read(0, 64).await?)?;
    let table_size = u64::from(header.count) * header.layout.section_size();
    let table = elf.read(header.table, table_size).await?;
    let sections = (0..header.count)
        .map(|_| ())
        .scan(View::new(&table), |view, ()| {
            Some(header.layout.section(view))
        })
        .collect::<Result<Vec<Section>, Truncated>>()?;
    let names = sections.get(usize::from(header.names)).ok_or(Truncated)?;
    if names.size > SEARCHED {
        return Err(Problem::Odd("its sections' names are too long"));
    }
    let names = elf.read(names.offset, names.size).await?;
    let constants = sections.iter().find(|section| {
        usize::try_from(section.name)
            .ok()
            .and_then(|at| names.get(at..))
            .is_some_and(|name| name.starts_with(CONSTANTS))
    });
    Ok(constants.map(|section| (section.offset, section.size)))
}

#[derive(Clone, Copy)]
enum Layout {
    Bits32,
    Bits64,
}

struct Header {
    layout: Layout,
    table: u64,
    count: u16,
    names: u16,
}

struct Section {
    name: u32,
    offset: u64,
    size: u64,
}

impl Header {
    fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        let layout = match bytes.get(..6) {
            Some(b"\x7fELF\x01\x01") => Layout::Bits32,
            Some(b"\x7fELF\x02\x01") => Layout::Bits64,
            _ => return Err(Problem::Odd("it is no little-endian ELF file")),
        };
        let view = View::new(bytes);
        let (table, mut counts) = match layout {
            Layout::Bits32 => (u64::from(view.from(0x20)?.u32()?), view.from(0x2e)?),
            Layout::Bits64 => (view.from(0x28)?.u64()?, view.from(0x3a)?),
        };
        if u64::from(counts.u16()?) != layout.section_size() {
            return Err(Problem::Odd("its sections have an unknown form"));
        }
        Ok(Self {
            layout,
            table,
            count: counts.u16()?.min(256),
            names: counts.u16()?,
        })
    }
}

impl Layout {
    fn section_size(self) -> u64 {
        match self {
            Self::Bits32 => 40,
            Self::Bits64 => 64,
        }
    }

    fn section(self, view: &mut View<'_>) -> Result<Section, Truncated> {
        let name = view.u32()?;
        match self {
            Self::Bits32 => {
                view.take(12)?;
                let (offset, size) = (view.u32()?.into(), view.u32()?.into());
                view.take(16)?;
                Ok(Section { name, offset, size })
            }
            Self::Bits64 => {
                view.take(20)?;
                let (offset, size) = (view.u64()?, view.u64()?);
                view.take(24)?;
                Ok(Section { name, offset, size })
            }
        }
    }
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
