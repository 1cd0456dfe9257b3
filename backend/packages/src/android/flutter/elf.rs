//! ELF files, of which only the tables are read (System V ABI, chapter 4).

use bytes::Bytes;

use super::super::Problem;
use crate::{
    archive::Archive,
    bytes_view::{Truncated, View},
    source::ReadAt,
};

/// The longest table of names that is read.
const LONGEST_NAMES: u64 = 64 << 10;

/// How much of a table of symbols is read: a snapshot has five.
const LONGEST_SYMBOLS: u64 = 4 << 10;

/// What the section of constants is called.
const CONSTANTS: &[u8] = b".rodata\0";

/// The kinds of sections with symbols, those first that a loader goes by.
const SYMBOLS: [u32; 2] = [11, 2];

/// A stored entry, read in place and by as few bytes as needed: its tables are far apart.
pub(super) struct Window<'a, S> {
    archive: &'a Archive<S>,
    start: u64,
    size: u64,
}

impl<'a, S: ReadAt> Window<'a, S> {
    pub(super) fn new(archive: &'a Archive<S>, start: u64, size: u64) -> Self {
        Self {
            archive,
            start,
            size,
        }
    }

    pub(super) async fn read(&self, offset: u64, length: u64) -> Result<Bytes, Problem> {
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

/// A file whose table of sections was read.
pub(super) struct Elf<'a, S> {
    file: Window<'a, S>,
    layout: Layout,
    sections: Vec<Section>,
    /// The section with the sections' names.
    names: u16,
}

impl<'a, S: ReadAt> Elf<'a, S> {
    pub(super) async fn open(file: Window<'a, S>) -> Result<Self, Problem> {
        let header = Header::parse(&file.read(0, 64).await?)?;
        let size = u64::from(header.count) * header.layout.section_size();
        let table = file.read(header.table, size).await?;
        let mut view = View::new(&table);
        let sections = (0..header.count)
            .map(|_| header.layout.section(&mut view))
            .collect::<Result<Vec<Section>, Truncated>>()?;
        Ok(Self {
            file,
            layout: header.layout,
            sections,
            names: header.names,
        })
    }

    pub(super) fn file(&self) -> &Window<'a, S> {
        &self.file
    }

    /// The section of constants.
    pub(super) async fn constants(&self) -> Result<Option<&Section>, Problem> {
        let names = self.names(usize::from(self.names)).await?;
        let mut sections = self.sections.iter();
        Ok(sections.find(|section| name(&names, section.name).starts_with(CONSTANTS)))
    }

    /// Where in the file the first of these symbols points to that is there. The names end in a zero.
    pub(super) async fn symbol(&self, wanted: &[&[u8]]) -> Result<Option<u64>, Problem> {
        for kind in SYMBOLS {
            let Some(table) = self.sections.iter().find(|section| section.kind == kind) else {
                continue;
            };
            let names = self
                .names(usize::try_from(table.link).map_err(|_| Truncated)?)
                .await?;
            let length = table.size.min(LONGEST_SYMBOLS);
            let symbols = self.file.read(table.offset, length).await?;
            let mut view = View::new(&symbols);
            while let Ok(symbol) = self.layout.symbol(&mut view) {
                let name = name(&names, symbol.name);
                if wanted.iter().any(|wanted| name.starts_with(wanted)) {
                    return Ok(self.place(symbol.address));
                }
            }
        }
        Ok(None)
    }

    async fn names(&self, section: usize) -> Result<Bytes, Problem> {
        let section = self.sections.get(section).ok_or(Truncated)?;
        if section.size > LONGEST_NAMES {
            return Err(Problem::Odd("its names are too long"));
        }
        self.file.read(section.offset, section.size).await
    }

    /// Where in the file an address in memory comes from.
    fn place(&self, address: u64) -> Option<u64> {
        self.sections.iter().find_map(|section| {
            let within = address.checked_sub(section.address)?;
            let is_loaded = section.address != 0 && within < section.size;
            section.offset.checked_add(within).filter(|_| is_loaded)
        })
    }
}

fn name(names: &[u8], at: u32) -> &[u8] {
    let name = usize::try_from(at).ok().and_then(|at| names.get(at..));
    name.unwrap_or_default()
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

/// A part of the file.
pub(super) struct Section {
    name: u32,
    kind: u32,
    address: u64,
    pub(super) offset: u64,
    pub(super) size: u64,
    link: u32,
}

struct Symbol {
    name: u32,
    address: u64,
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
        let (name, kind) = (view.u32()?, view.u32()?);
        let mut word = || match self {
            Self::Bits32 => view.u32().map(u64::from),
            Self::Bits64 => view.u64(),
        };
        let (_flags, address, offset, size) = (word()?, word()?, word()?, word()?);
        let (link, _info) = (view.u32()?, view.u32()?);
        view.take(match self {
            Self::Bits32 => 8,
            Self::Bits64 => 16,
        })?;
        Ok(Section {
            name,
            kind,
            address,
            offset,
            size,
            link,
        })
    }

    fn symbol(self, view: &mut View<'_>) -> Result<Symbol, Truncated> {
        let name = view.u32()?;
        let address = match self {
            Self::Bits32 => {
                let address = view.u32()?.into();
                view.take(8)?;
                address
            }
            Self::Bits64 => {
                view.take(4)?;
                let address = view.u64()?;
                view.take(8)?;
                address
            }
        };
        Ok(Symbol { name, address })
    }
}
