//! The resource table of a module (`aapt.pb.ResourceTable`), just enough to follow a reference to a text, a number or a bitmap's path.

use super::{
    item::{self, Item},
    wire::{Content, Message},
};
use crate::android::{
    Problem,
    resource::{self, Config, Language},
    value::Value,
};

/// How many resources a table may have: a large app has some ten thousand.
const MOST_ENTRIES: usize = 400_000;

/// How many values of one resource are looked at: a large app has some hundred, one for each language.
const MOST_VALUES: usize = 2_000;

const TABLE_PACKAGE: u32 = 2;
const PACKAGE_TYPE: u32 = 3;
const TYPE_ENTRY: u32 = 3;
const ENTRY_VALUE: u32 = 6;

/// The field that a package, a type and an entry have their number in, which is a message itself.
const ID: u32 = 1;

const VALUE_CONFIG: u32 = 1;
const VALUE_VALUE: u32 = 2;
const VALUE_ITEM: u32 = 4;

const CONFIG_LOCALE: u32 = 3;
const CONFIG_DENSITY: u32 = 18;

/// A resource table whose entries are indexed.
pub(super) struct Table<'a> {
    /// Sorted by number.
    entries: Vec<(u32, Message<'a>)>,
}

impl<'a> Table<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, Problem> {
        let mut entries = Vec::new();
        for package in Message::new(bytes).messages(TABLE_PACKAGE) {
            let package = package?;
            let package_id = id(package)? << 24;
            for kind in package.messages(PACKAGE_TYPE) {
                let kind = kind?;
                let type_id = (id(kind)? & 0xff) << 16;
                for entry in kind.messages(TYPE_ENTRY) {
                    let entry = entry?;
                    if entries.len() == MOST_ENTRIES {
                        return Err(Problem::Odd("it has too many resources"));
                    }
                    let number = package_id | type_id | id(entry)? & 0xffff;
                    entries.push((number, entry));
                }
            }
        }
        entries.sort_unstable_by_key(|(number, _)| *number);
        Ok(Self { entries })
    }
}

fn id(message: Message<'_>) -> Result<u32, Problem> {
    let id = message.message(ID)?;
    id.map_or(Ok(0), |id| id.number(ID))
}

impl resource::Table for Table<'_> {
    fn lookup(&self, id: u32) -> Box<dyn Iterator<Item = (Config, Value)> + '_> {
        let first = self.entries.partition_point(|(number, _)| *number < id);
        let entries = self.entries.iter().skip(first);
        let entries = entries.take_while(move |(number, _)| *number == id);
        let values = entries
            .flat_map(|(_, entry)| entry.messages(ENTRY_VALUE))
            .take(MOST_VALUES);
        Box::new(values.filter_map(|value| read(value.ok()?).ok().flatten()))
    }
}

/// A value with its configuration, unless it is of a kind that matters nowhere here.
fn read(value: Message<'_>) -> Result<Option<(Config, Value)>, Problem> {
    let config = value.message(VALUE_CONFIG)?.unwrap_or(Message::new(&[]));
    let Some(item) = value
        .message(VALUE_VALUE)?
        .map(|value| value.message(VALUE_ITEM))
        .transpose()?
        .flatten()
    else {
        return Ok(None);
    };
    let value = match item::read(item)? {
        Item::Value(value) => value,
        Item::Nothing | Item::Other => return Ok(None),
    };
    Ok(Some((parse_config(config)?, value)))
}

fn parse_config(config: Message<'_>) -> Result<Config, Problem> {
    let mut demands = 0;
    for field in config.fields() {
        let (_, content) = field?;
        demands += match content {
            Content::Number(0) | Content::Bytes([]) => 0,
            Content::Number(_) | Content::Bytes(_) | Content::Fraction => 1,
        };
    }
    let language = match config.text(CONFIG_LOCALE)?.as_str() {
        "" => Language::Any,
        "en" => Language::English,
        other if other.starts_with("en-") => Language::RegionalEnglish,
        _ => Language::Other,
    };
    Ok(Config {
        language,
        density: u16::try_from(config.number(CONFIG_DENSITY)?).unwrap_or(u16::MAX),
        demands,
    })
}
