//! The values of attributes and resources (`aapt.pb.Item`).

use super::wire::{Content, Message, low};
use crate::android::{Problem, value::Value};

const REFERENCE: u32 = 1;
const TEXT: u32 = 2;
const RAW_TEXT: u32 = 3;
const STYLED_TEXT: u32 = 4;
const FILE: u32 = 5;
const PRIMITIVE: u32 = 7;

const REFERENCE_TYPE: u32 = 1;
const REFERENCE_ID: u32 = 2;
const REFERENCE_NAME: u32 = 3;
const NULL: u32 = 1;
const EMPTY: u32 = 2;
const DECIMAL: u32 = 6;
const HEXADECIMAL: u32 = 7;
const BOOLEAN: u32 = 8;

/// The only field of a text; a file has its path there.
const CONTENT: u32 = 1;

/// What an item stands for.
pub(super) enum Item {
    Value(Value),
    /// Nothing (`@null`, `@empty`), or what a theme says.
    Nothing,
    /// A kind of value that matters nowhere here: a colour, a length, a fraction.
    Other,
}

/// Reads an item; of several values the last counts, as protocol buffers have it.
pub(super) fn read(item: Message<'_>) -> Result<Item, Problem> {
    let mut found = Item::Other;
    for field in item.fields() {
        let (number, Content::Bytes(bytes)) = field? else {
            continue;
        };
        let message = Message::new(bytes);
        found = match number {
            REFERENCE => reference(message)?,
            TEXT | RAW_TEXT | STYLED_TEXT | FILE => {
                Item::Value(Value::Text(message.text(CONTENT)?))
            }
            PRIMITIVE => primitive(message)?,
            _ => found,
        };
    }
    Ok(found)
}

fn reference(reference: Message<'_>) -> Result<Item, Problem> {
    let id = reference.number(REFERENCE_ID)?;
    let is_attribute = reference.number(REFERENCE_TYPE)? != 0;
    if is_attribute || (id == 0 && reference.text(REFERENCE_NAME)?.is_empty()) {
        return Ok(Item::Nothing);
    }
    // One that has a name alone leads nowhere, and is told so.
    Ok(Item::Value(Value::Reference(id)))
}

fn primitive(primitive: Message<'_>) -> Result<Item, Problem> {
    let mut found = Item::Other;
    for field in primitive.fields() {
        found = match field? {
            (DECIMAL | HEXADECIMAL, Content::Number(number)) => {
                Item::Value(Value::Number(low(number)))
            }
            (BOOLEAN, Content::Number(number)) => {
                Item::Value(Value::Number(if number == 0 { 0 } else { u32::MAX }))
            }
            (NULL | EMPTY, Content::Bytes(_)) => Item::Nothing,
            (_, Content::Number(_) | Content::Bytes(_) | Content::Fraction) => Item::Other,
        };
    }
    Ok(found)
}
