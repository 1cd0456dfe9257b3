//! Resources: what a reference in a manifest leads to, whichever way the table is encoded.

use std::collections::VecDeque;

use super::{Problem, value::Value};

/// How many references are followed one after another: they may form circles.
const HOPS: usize = 16;

/// How many resources are looked up for one icon.
const LOOKUPS: usize = 64;

/// The number of the framework's own package, which no app holds.
const FRAMEWORK: u32 = 1;

/// A resource table whose blocks are indexed.
pub(crate) trait Table: Send + Sync {
    /// The values of the resource with this number, each with the devices that it is meant for.
    fn lookup(&self, id: u32) -> Box<dyn Iterator<Item = (Config, Value)> + '_>;
}

/// For which devices a value is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Config {
    pub(crate) language: Language,
    pub(crate) density: u16,
    /// How much of it asks for something.
    pub(crate) demands: usize,
}

/// The language of a value, those first that a device without preferences takes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Language {
    Any,
    English,
    RegionalEnglish,
    Other,
}

impl Config {
    /// Which text a device without preferences takes: the smallest.
    fn rank(&self) -> (Language, usize) {
        (self.language, self.demands)
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

/// Follows `value` to a text or a number, as a device without preferences would.
pub(super) fn resolve(table: &dyn Table, value: Value) -> Result<Value, Problem> {
    let mut value = value;
    for _ in 0..HOPS {
        let Value::Reference(id) = value else {
            return Ok(value);
        };
        value = table
            .lookup(id)
            .min_by_key(|(config, _)| config.rank())
            .map(|(_, value)| value)
            .ok_or_else(|| missing(id))?;
    }
    Err(Problem::Odd("its references lead in a circle"))
}

/// Paths of the files that `value` refers to, those for the densest screens first.
pub(super) fn files(table: &dyn Table, value: Value) -> Result<Vec<String>, Problem> {
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
        for (config, value) in table.lookup(id) {
            let density = config.dots().max(density);
            match value {
                Value::Text(path) if found.len() < LOOKUPS => found.push((density, path)),
                Value::Reference(next) if todo.len() < LOOKUPS => {
                    todo.push_back((next, density, hops + 1));
                }
                Value::Text(_) | Value::Number(_) | Value::Reference(_) => {}
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

fn missing(id: u32) -> Problem {
    if id >> 24 == FRAMEWORK {
        Problem::Odd("it is one of Android's own resources")
    } else {
        Problem::Odd("it refers to a resource that is not there")
    }
}
