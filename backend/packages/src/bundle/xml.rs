//! XML as protocol buffers (`aapt.pb.XmlNode`), walked element by element without recursion.

use super::{
    item::{self, Item},
    wire::{Content, Fields, Message},
};
use crate::android::{
    Problem,
    value::Value,
    xml::{Element, Visitor},
};

/// Deeper nesting is refused: a real manifest has six levels, and protocol buffers in Java go no deeper than fifty.
const DEEPEST: usize = 64;

const NODE_ELEMENT: u32 = 1;

const ELEMENT_NAME: u32 = 3;
const ELEMENT_ATTRIBUTE: u32 = 4;
const ELEMENT_CHILD: u32 = 5;

const ATTRIBUTE_NAMESPACE: u32 = 1;
const ATTRIBUTE_NAME: u32 = 2;
const ATTRIBUTE_TEXT: u32 = 3;
const ATTRIBUTE_ID: u32 = 5;
const ATTRIBUTE_ITEM: u32 = 6;

/// Walks the document. After an error, what was visited before it stands.
pub(super) fn walk(bytes: &[u8], visitor: &mut dyn Visitor) -> Result<(), Problem> {
    let root = Message::new(bytes).message(NODE_ELEMENT)?;
    let root = root.ok_or(Problem::Odd("it is no XML of a bundle"))?;
    let mut open = vec![start(root, 1, visitor)?];
    while let Some(rest) = open.last_mut() {
        let Some(field) = rest.next() else {
            visitor.end(open.len());
            open.pop();
            continue;
        };
        let (ELEMENT_CHILD, Content::Bytes(node)) = field? else {
            continue;
        };
        if let Some(element) = Message::new(node).message(NODE_ELEMENT)? {
            if open.len() == DEEPEST {
                return Err(Problem::Odd("it is nested too deeply"));
            }
            let rest = start(element, open.len() + 1, visitor)?;
            open.push(rest);
        }
    }
    Ok(())
}

/// Tells of an element whose attributes can all be read, and gives its fields.
fn start<'a>(
    element: Message<'a>,
    depth: usize,
    visitor: &mut dyn Visitor,
) -> Result<Fields<'a>, Problem> {
    for attribute in element.messages(ELEMENT_ATTRIBUTE) {
        value(attribute?)?;
    }
    let start = Start {
        name: element.text(ELEMENT_NAME)?,
        element,
    };
    visitor.start(depth, &start);
    Ok(element.fields())
}

/// An element's start.
struct Start<'a> {
    name: String,
    element: Message<'a>,
}

impl Start<'_> {
    fn find(&self, matches: impl Fn(Message<'_>) -> Result<bool, Problem>) -> Option<Value> {
        let mut attributes = self
            .element
            .messages(ELEMENT_ATTRIBUTE)
            .filter_map(Result::ok);
        let found = attributes.find(|attribute| matches(*attribute).unwrap_or_default())?;
        value(found).ok().flatten()
    }
}

impl Element for Start<'_> {
    fn name(&self) -> &str {
        &self.name
    }

    fn by_id(&self, id: u32) -> Option<Value> {
        self.find(|attribute| Ok(attribute.number(ATTRIBUTE_ID)? == id))
    }

    fn by_name(&self, wanted: &str) -> Option<String> {
        let value = self.find(|attribute| {
            Ok(attribute.text(ATTRIBUTE_NAME)? == wanted
                && attribute.text(ATTRIBUTE_NAMESPACE)?.is_empty()
                && attribute.number(ATTRIBUTE_ID)? == 0)
        });
        value.and_then(Value::into_text)
    }
}

/// The compiled value, if it is of a kind that matters; else the text that was written.
fn value(attribute: Message<'_>) -> Result<Option<Value>, Problem> {
    let text = attribute.text(ATTRIBUTE_TEXT)?;
    let item = attribute.message(ATTRIBUTE_ITEM)?.map(item::read);
    Ok(match item.transpose()? {
        Some(Item::Value(value)) => Some(value),
        Some(Item::Nothing) => None,
        Some(Item::Other) | None => Some(Value::Text(text)),
    })
}
