//! The resource table (`resources.arsc`), just enough to follow a reference to a text, a number or a bitmap's path.

use std::collections::VecDeque;

use super::{
    Problem,
    chunk::{Chunk, STRING_POOL, StringPool, Value},
};
use crate::bytes_view::{Truncated, View};

/// How many references are followed one after another: they may form circles.
const HOPS: usize = 16;

/// How many resources are looked up for one icon.
const LOOKUPS: usize = 64;

/// How many blocks of entries a table may have: a large app has some thousand.
const MOST_TYPES: usize = 16_384;

const TABLE: u16 = 0x0002;
const PACKAGE: u16 = 0x0200;
const TYPE: u16 = 0x0201;

/// The number of the framework's own package, which no app holds.
const FRAMEWORK: u32 = 1;

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

/// For which devices a value is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Config {
    locale: [u8; 4],
    density: u16,
    /// How many of its bytes ask for something.
    demands: usize,
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

    /// Follows `value` to a text or a number, as a device without preferences would.
    pub(super) fn resolve(&self, value: Value) -> Result<Value, Problem> {
        let mut value = value;
        for _ in 0..HOPS {
            let Value::Reference(id) = value else {
                return Ok(value);
            };
            value = self
                .lookup(id)
                .min_by_key(|(config, _)| config.rank())
                .map(|(_, value)| value)
                .ok_or_else(|| missing(id))?;
        }
        Err(Problem::Odd("its references lead in a circle"))
    }

    /// Paths of the files that `value` refers to, those for the densest screens first.
    pub(super) fn files(&self, value: Value) -> Result<Vec<String>, Problem> {
        let id = match value {
            Value::Text(path) => return Ok(vec![path]),
            Value::Reference(id) => id,
            Value::Number(_) => return Err(Problem::Odd("it is a number and no file")),
        };
        let mut found = Vec::new();
        let mut todo = VecDeque::from([(id, 0, 0)]);
        let mut lookups = 0;
        while let Some((id, density, hops)) = todo.pop_front() {
            lookups += 1;
            if hops >= HOPS || lookups > LOOKUPS {
                break;
            }
            for (config, value) in self.lookup(id) {
                let density = config.dots().max(density);
                match value {
                    Value::Text(path) if found.len() < LOOKUPS => found.push((density, path)),
                    Value::Reference(next) if todo.len() < LOOKUPS => {
                        todo.push_back((next, density, hops + 1));
                    }
                    _ => {}
                }
            }
        }
        if found.is_empty() {
            return Err(if lookups > HOPS {
                Problem::Odd("its references lead in a circle")
            } else {
                missing(id)
            });
        }
        found.sort_by(|a, b| b.cmp(a));
        found.dedup();
        Ok(found.into_iter().map(|(_, path)| path).collect())
    }

    fn lookup(&self, id: u32) -> impl Iterator<Item = (Config, Value)> {
        let (kind, index) = ((id >> 24, id >> 16 & 0xff), id & 0xffff);
        self.types
            .iter()
            .filter(move |candidate| candidate.id == kind)
            .filter_map(move |candidate| {
                let value = candidate.value(index, &self.pool).ok()??;
                Some((candidate.config, value))
            })
    }
}

fn missing(id: u32) -> Problem {
    if id >> 24 == FRAMEWORK {
        Problem::Odd("it is one of Android's own resources")
    } else {
        Problem::Odd("it refers to a resource that is not there")
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
            config: Config::parse(fields)?,
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
            return Ok(Value::of(kind, data, pool));
        }
        if flags & 1 != 0 {
            return Ok(None);
        }
        Value::read(&mut entry.from(size)?, pool)
    }
}

impl Config {
    fn parse(mut view: View<'_>) -> Result<Self, Truncated> {
        let size = usize::try_from(view.u32()?).map_err(|_| Truncated)?;
        let rest = view.take(size.checked_sub(4).ok_or(Truncated)?)?;
        let mut view = View::new(rest);
        view.take(4)?;
        let locale = view.u32()?.to_le_bytes();
        view.take(2)?;
        Ok(Self {
            locale,
            density: view.u16()?,
            demands: rest.iter().filter(|byte| **byte != 0).count(),
        })
    }

    /// Which text a device without preferences takes: the smallest.
    fn rank(&self) -> (u8, usize) {
        let language = match self.locale {
            [0, 0, 0, 0] => 0,
            [b'e', b'n', 0, 0] => 1,
            [b'e', b'n', _, _] => 2,
            _ => 3,
        };
        (language, self.demands)
    }

    /// Dots per inch; the numbers for "any" and "none" stand for drawings, which are no bitmaps.
    fn dots(&self) -> u16 {
        if self.density >= 0xfffe {
            0
        } else {
            self.density
        }
    }
}
