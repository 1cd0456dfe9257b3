//! Values that are no texts: numbers, truth values, tables within tables.

use std::ops::Range;

use toml::de::DeTable;

use super::{Section, Text, article};

/// A table of the document and where it stands.
pub(crate) type Table<'d, 't> = (&'d DeTable<'t>, Range<usize>);

impl<'d, 't> Section<'d, 't> {
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// `true` or `false`; `false` if absent.
    pub(crate) fn flag(&self, key: &str) -> bool {
        let Some(value) = self.table.get(key) else {
            return false;
        };
        value.get_ref().as_bool().unwrap_or_else(|| {
            self.document.problem(
                value.span(),
                format!("\"{key}\" is {}, not true or false", article(value)),
                format!("write {key} = true, without quotes, or leave it out"),
            );
            false
        })
    }

    /// A whole number of a range that may be absent.
    pub(crate) fn number(&self, key: &str, least: u32, most: u32) -> Option<u32> {
        let value = self.table.get(key)?;
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|number| u32::from_str_radix(number.as_str(), number.radix()).ok())
            .filter(|number| (least..=most).contains(number));
        if number.is_none() {
            let what = if value.get_ref().as_integer().is_some() {
                format!("\"{key}\" is out of range")
            } else {
                format!("\"{key}\" is {}, not a whole number", article(value))
            };
            self.document.problem(
                value.span(),
                what,
                format!(
                    "write a number of {least} to {most}, such as {key} = {}",
                    least.max(1)
                ),
            );
        }
        number
    }

    /// A table that may be absent.
    pub(crate) fn table(&self, key: &str, example: &str) -> Option<Table<'d, 't>> {
        let value = self.table.get(key)?;
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.document.problem(
                value.span(),
                format!("\"{key}\" is {}, not a table", article(value)),
                format!("write {key} = {example}"),
            );
        }
        Some((table?, value.span()))
    }

    /// The tables of a list, in order. An absent key is an empty list.
    pub(crate) fn list(&self, key: &str, example: &str) -> Vec<Table<'d, 't>> {
        let Some(value) = self.table.get(key) else {
            return Vec::new();
        };
        let fix = || format!("write {key} = [{example}]");
        let Some(items) = value.get_ref().as_array() else {
            let what = format!("\"{key}\" is {}, not a list of tables", article(value));
            self.document.problem(value.span(), what, fix());
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items {
            if let Some(table) = item.get_ref().as_table() {
                tables.push((table, item.span()));
            } else {
                let what = format!("an entry of \"{key}\" is {}, not a table", article(item));
                self.document.problem(item.span(), what, fix());
            }
        }
        tables
    }

    /// Refuses a list that is longer than what a promotion can keep of it.
    pub(crate) fn at_most(&self, key: &str, most: usize) {
        let list = self.table.get(key);
        let list = list.and_then(|value| value.get_ref().as_array());
        let length = list.map_or(0, |items| items.len());
        if length > most {
            self.problem(
                key,
                format!("\"{key}\" has {length} entries"),
                format!("keep at most {most}"),
            );
        }
    }

    /// A list of texts that must be there.
    pub(crate) fn required_texts(&self, key: &str, example: &str) -> Option<Vec<Text>> {
        if !self.has(key) {
            self.document.problem(
                self.span.clone(),
                format!("{} has no \"{key}\"", self.name),
                format!("add {key} = [\"{example}\"]"),
            );
        }
        self.texts(key, example)
    }

    pub(crate) fn is_empty_list(&self, key: &str) -> bool {
        let list = self
            .table
            .get(key)
            .and_then(|value| value.get_ref().as_array());
        list.is_some_and(|items| items.is_empty())
    }

    /// Says what is wrong with the value of a key, or with the table if it has none.
    pub(crate) fn problem(&self, key: &str, what: impl Into<String>, fix: impl Into<String>) {
        self.document.problem(self.span_of(key), what, fix);
    }
}
