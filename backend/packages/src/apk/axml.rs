//! Android's binary XML, walked element by element without recursion.

use std::ops::RangeInclusive;

use super::chunk::{self, Chunk, STRING_POOL, StringPool};
use crate::{
    android::{
        Problem,
        value::Value,
        xml::{Element, Visitor},
    },
    bytes_view::{Truncated, View},
};

/// Deeper nesting is refused: a real manifest has six levels.
const DEEPEST: usize = 256;

const XML: u16 = 0x0003;
const RESOURCE_MAP: u16 = 0x0180;
const START: u16 = 0x0102;
const END: u16 = 0x0103;
/// Kinds of chunks that stand for a piece of the document, and how long their headers are at least: Android reads no further where one is shorter.
const NODES: RangeInclusive<u16> = 0x0100..=0x017f;
const NODE_HEADER: usize = 16;
const ATTRIBUTE: usize = 20;

/// An element's start.
struct Start<'a> {
    name: String,
    attributes: &'a [u8],
    attribute_size: usize,
    pool: StringPool<'a>,
    ids: &'a [[u8; 4]],
}

impl Element for Start<'_> {
    fn name(&self) -> &str {
        &self.name
    }

    fn by_id(&self, id: u32) -> Option<Value> {
        self.find(|name| self.id_of(name) == Some(id))
    }

    fn by_name(&self, wanted: &str) -> Option<String> {
        let value = self.find(|name| {
            self.id_of(name).is_none_or(|id| id == 0)
                && self.pool.get(name).is_some_and(|name| name == wanted)
        });
        value.and_then(Value::into_text)
    }
}

impl Start<'_> {
    fn id_of(&self, name: u32) -> Option<u32> {
        let id = self.ids.get(usize::try_from(name).ok()?)?;
        Some(u32::from_le_bytes(*id))
    }

    fn find(&self, matches: impl Fn(u32) -> bool) -> Option<Value> {
        for attribute in self.attributes.chunks_exact(self.attribute_size) {
            let mut view = View::new(attribute);
            view.take(4).ok()?;
            if matches(view.u32().ok()?) {
                view.take(4).ok()?;
                return chunk::value(&mut view, &self.pool).ok()?;
            }
        }
        None
    }
}

/// Walks the document. After an error, what was visited before it stands.
pub(super) fn walk(bytes: &[u8], visitor: &mut dyn Visitor) -> Result<(), Problem> {
    let mut file = View::new(bytes);
    let document = Chunk::next(&mut file)?;
    if document.kind != XML {
        return Err(Problem::Odd("it is no binary XML"));
    }
    let mut view = document.body()?;
    let mut pool = None;
    let mut ids: &[[u8; 4]] = &[];
    let mut depth = 0;
    while !view.is_empty() {
        let chunk = Chunk::next(&mut view)?;
        if NODES.contains(&chunk.kind) && chunk.header_size < NODE_HEADER {
            return Err(Problem::Odd("the header of a node is too short"));
        }
        match chunk.kind {
            STRING_POOL if pool.is_none() => pool = Some(StringPool::parse(&chunk)?),
            RESOURCE_MAP => ids = chunk.body()?.rest().as_chunks().0,
            START => {
                let pool = pool.ok_or(Problem::Odd("it has no texts"))?;
                depth += 1;
                if depth > DEEPEST {
                    return Err(Problem::Odd("it is nested too deeply"));
                }
                visitor.start(depth, &element(&chunk, pool, ids)?);
            }
            END => {
                visitor.end(depth);
                depth = match depth {
                    0 => return Err(Problem::Odd("an element ends that never started")),
                    // Nothing counts after the outermost element.
                    1 => return Ok(()),
                    deeper => deeper - 1,
                };
            }
            _ => {}
        }
    }
    Err(Problem::Truncated(Truncated))
}

fn element<'a>(
    chunk: &Chunk<'a>,
    pool: StringPool<'a>,
    ids: &'a [[u8; 4]],
) -> Result<Start<'a>, Problem> {
    let body = chunk.body()?;
    let mut view = body;
    view.take(4)?;
    let name = view.u32()?;
    let start = usize::from(view.u16()?);
    let attribute_size = usize::from(view.u16()?);
    let count = usize::from(view.u16()?);
    if count > 0 && attribute_size < ATTRIBUTE {
        return Err(Problem::Odd("an attribute is too short"));
    }
    Ok(Start {
        name: pool.get(name).unwrap_or_default(),
        attributes: body.from(start)?.take(count * attribute_size)?,
        attribute_size: attribute_size.max(ATTRIBUTE),
        pool,
        ids,
    })
}
