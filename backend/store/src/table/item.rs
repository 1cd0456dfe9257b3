//! Items: records as DynamoDB keeps them.

use std::fmt::Display;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

pub(super) use super::Item;
use super::keys::{self, Key, PK, SK, TTL};
use crate::{Error, Result};

/// The format of the records that this version writes. A change of a record that the version before would misread
/// adds one, and says in docs/upgrading.md how to go back. A record without a number is of the first format.
pub(super) const FORMAT: u32 = 1;

/// The attribute with a record's format.
pub(super) const FORMAT_NAME: &str = "format";

/// The most bytes that DynamoDB takes for one item.
const LARGEST: u64 = 400 * 1024;

/// The item of a record.
pub(super) fn of(key: &Key, record: &impl Serialize) -> Result<Item> {
    let mut item: Item = serde_dynamo::to_item(record).map_err(|error| {
        // Only a type that no item can hold ends here, never what it holds.
        Error::corrupt(name(key), error)
    })?;
    item.extend(key.attributes());
    Ok(item)
}

/// An item as it is written: with its format.
pub(super) fn formatted(mut item: Item) -> Item {
    let format = item.entry(FORMAT_NAME.to_owned());
    format.or_insert_with(|| number(FORMAT));
    item
}

/// The record of an item. One of a later format is not guessed at.
pub(super) fn read<T: DeserializeOwned>(mut item: Item) -> Result<T> {
    let what = format!("{} {}", text(&item, PK), text(&item, SK));
    if let Some(AttributeValue::N(format)) = item.remove(FORMAT_NAME) {
        let format = format.parse();
        let format: u32 = format.map_err(|error| Error::corrupt(what.as_str(), error))?;
        if format > FORMAT {
            return Err(Error::Newer {
                what,
                format,
                known: FORMAT,
            });
        }
    }
    serde_dynamo::from_item(item).map_err(|error| Error::corrupt(what, error))
}

/// An attribute's text; empty if it has none.
pub(super) fn text<'a>(item: &'a Item, attribute: &str) -> &'a str {
    item.get(attribute)
        .and_then(|value| value.as_s().ok())
        .map_or("", String::as_str)
}

/// A number, as DynamoDB takes it.
pub(super) fn number(number: impl Display) -> AttributeValue {
    AttributeValue::N(format!("{number}"))
}

/// Whether DynamoDB may have deleted an item by now.
pub(super) fn has_expired(item: &Item, now: Timestamp) -> bool {
    let expires = item.get(keys::TTL).and_then(|ttl| ttl.as_n().ok());
    let expires = expires.and_then(|second| second.parse::<i64>().ok());
    expires.is_some_and(|second| second <= now.as_second())
}

/// Lets DynamoDB delete an item some time after `seconds` since 1970.
pub(super) fn expire(item: &mut Item, seconds: i64) {
    item.insert(TTL.to_owned(), number(seconds));
}

/// Refuses an item that DynamoDB would refuse, with its name and size.
pub(super) fn check(item: &Item) -> Result<()> {
    let size = size(item);
    if size <= LARGEST {
        return Ok(());
    }
    Err(Error::TooLarge {
        what: text(item, PK).to_owned(),
        size,
        limit: LARGEST,
    })
}

/// The bytes of an item, by the rules of the DynamoDB developer guide ("item sizes and formats").
pub(super) fn size(item: &Item) -> u64 {
    item.iter()
        .map(|(name, value)| length(name.len()) + value_size(value))
        .sum()
}

fn value_size(value: &AttributeValue) -> u64 {
    match value {
        AttributeValue::S(text) => length(text.len()),
        // A byte for two digits and one more; never more than 21.
        AttributeValue::N(digits) => length(digits.len().div_ceil(2) + 1).min(21),
        AttributeValue::B(bytes) => length(bytes.as_ref().len()),
        AttributeValue::Ss(texts) => texts.iter().map(|text| length(text.len())).sum(),
        AttributeValue::L(values) => {
            3 + values
                .iter()
                .map(|value| 1 + value_size(value))
                .sum::<u64>()
        }
        AttributeValue::M(values) => {
            3 + values
                .iter()
                .map(|(name, value)| 1 + length(name.len()) + value_size(value))
                .sum::<u64>()
        }
        _ => 1,
    }
}

fn length(bytes: usize) -> u64 {
    bytes as u64
}

fn name(key: &Key) -> String {
    format!("{} {}", key.pk, key.sk)
}

/// Where an item lies.
pub(super) fn key(item: &Item) -> Key {
    let [pk, sk] = [PK, SK].map(|name| text(item, name).into());
    Key { pk, sk }
}
