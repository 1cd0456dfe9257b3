//! The resource table (`resources.arsc`), just enough to follow a reference to a text, a number or a bitmap's path.

use super::chunk::{self, Chunk, STRING_POOL, StringPool};
use crate::{
    android::{
        Problem,
        resource::{self, Config, Language},
        value::Value,
    },
    bytes_view::{Truncated, View},
};

/// How many blocks of entries a table may have: a large app has some thousand.
const MOST_TYPES: usize = 16_384;

const TABLE: u16 = 0x0002;
const PACKAGE: u16 = 0x0200;
const TYPE: u16 = 0x0201;

/// A resource table whose blocks are indexed.
pub(super) struct Table<'a> {
    pool: StringPool<'a>,
    types: Vec<Type<'a>>,
}

/// One configuration's entries of one type.
struct Type<'a> {
    /// Package and type, as in a resource's number.
    id: (u32, u32),
    flags: u8,
    count: usize,
    offsets: &'a [u8],
    entries: &'a [u8],
    config: Config,
}

impl<'a> Table<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, Problem> {
        let table = Chunk::next(&mut View::new(bytes))?;
        if table.kind != TABLE {
            return Err(Problem::Odd("it is no resource table"));
        }
        let mut view = table.body()?;
        let mut pool = None;
        let mut types = Vec::new();
        while !view.is_empty() {
            let chunk = Chunk::next(&mut view)?;
            match chunk.kind {
                STRING_POOL if pool.is_none() => pool = Some(StringPool::parse(&chunk)?),
                PACKAGE => index_package(&chunk, &mut types)?,
                _ => {}
            }
        }
        let pool = pool.ok_or(Problem::Odd("it has no texts"))?;
        Ok(Self { pool, types })
    }
}

impl resource::Table for Table<'_> {
    fn lookup(&self, id: u32) -> Box<dyn Iterator<Item = (Config, Value)> + '_> {
        let (kind, index) = ((id >> 24, id >> 16 & 0xff), id & 0xffff);
        let candidates = self
            .types
            .iter()
            .filter(move |candidate| candidate.id == kind);
        Box::new(candidates.filter_map(move |candidate| {
            let value = candidate.value(index, &self.pool).ok()??;
            Some((candidate.config, value))
        }))
    }
}

fn index_package<'a>(package: &Chunk<'a>, types: &mut Vec<Type<'a>>) -> Result<(), Problem> {
    let id = package.fields()?.u32()?;
    let mut view = package.body()?;
    while !view.is_empty() {
        let chunk = Chunk::next(&mut view)?;
        if chunk.kind == TYPE {
            if types.len() == MOST_TYPES {
                return Err(Problem::Odd("it has too many blocks"));
            }
            types.push(Type::parse(id, &chunk)?);
        }
    }
    Ok(())
}

impl<'a> Type<'a> {
    fn parse(package: u32, chunk: &Chunk<'a>) -> Result<Self, Problem> {
        let mut fields = chunk.fields()?;
        let kind = u32::from(fields.u8()?);
        let flags = fields.u8()?;
        fields.take(2)?;
        let count = usize::try_from(fields.u32()?).map_err(|_| Truncated)?;
        let start = usize::try_from(fields.u32()?).map_err(|_| Truncated)?;
        Ok(Self {
            id: (package, kind),
            flags,
            count,
            offsets: chunk.body()?.rest(),
            entries: View::new(chunk.bytes).from(start)?.rest(),
            config: config(fields)?,
        })
    }

    /// Where the entry starts, in the three forms that tables have: sparse, of 16 bits, of 32 bits. A sparse table has a line for each entry
    /// that is there; the others have one for each number below `count`.
    fn offset(&self, index: u32) -> Option<usize> {
        if self.flags & 1 != 0 {
            let wanted = u16::try_from(index).ok()?;
            let lines = self.offsets.as_chunks::<4>().0.get(..self.count)?;
            let key = |line: &[u8; 4]| u16::from_le_bytes([line[0], line[1]]);
            let line = lines[lines.binary_search_by_key(&wanted, key).ok()?];
            return Some(usize::from(u16::from_le_bytes([line[2], line[3]])) * 4);
        }
        let place = usize::try_from(index)
            .ok()
            .filter(|place| *place < self.count)?;
        if self.flags & 2 != 0 {
            let offset = u16::from_le_bytes(*self.offsets.as_chunks().0.get(place)?);
            return (offset != u16::MAX).then_some(usize::from(offset) * 4);
        }
        let offset = u32::from_le_bytes(*self.offsets.as_chunks().0.get(place)?);
        (offset != u32::MAX)
            .then(|| usize::try_from(offset).ok())
            .flatten()
    }

    fn value(&self, index: u32, pool: &StringPool<'_>) -> Result<Option<Value>, Truncated> {
        let Some(offset) = self.offset(index) else {
            return Ok(None);
        };
        let entry = View::new(self.entries).from(offset)?;
        let mut view = entry;
        let size = usize::from(view.u16()?);
        let [flags, kind] = view.u16()?.to_le_bytes();
        let data = view.u32()?;
        if flags & 8 != 0 {
            return Ok(chunk::value_of(kind, data, pool));
        }
        if flags & 1 != 0 {
            return Ok(None);
        }
        chunk::value(&mut entry.from(size)?, pool)
    }
}

/// Reads a `ResTable_config`.
fn config(mut view: View<'_>) -> Result<Config, Truncated> {
    let size = usize::try_from(view.u32()?).map_err(|_| Truncated)?;
    let rest = view.take(size.checked_sub(4).ok_or(Truncated)?)?;
    let mut view = View::new(rest);
    view.take(4)?;
    let language = match view.u32()?.to_le_bytes() {
        [0, 0, 0, 0] => Language::Any,
        [b'e', b'n', 0, 0] => Language::English,
        [b'e', b'n', _, _] => Language::RegionalEnglish,
        _ => Language::Other,
    };
    view.take(2)?;
    Ok(Config {
        language,
        density: view.u16()?,
        demands: rest.iter().filter(|byte| **byte != 0).count(),
    })
}
