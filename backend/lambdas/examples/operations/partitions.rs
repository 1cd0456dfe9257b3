//! Which partitions of the table the units of calls fall on: DynamoDB gives each a limit of its own.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

/// Units by partition.
#[derive(Clone, Debug, Default)]
pub(crate) struct Partitions(HashMap<Partition, Units>);

/// A partition: of the table, or of its index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Partition {
    key: String,
    indexed: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Units {
    read: f64,
    written: f64,
}

impl Partitions {
    /// Adds what one call took, in equal shares where it names several items.
    pub(crate) fn add(&mut self, operation: &str, request: &Value, capacity: &Value) {
        let reads = ["GetItem", "BatchGetItem", "Query"].contains(&operation);
        let named = named(operation, request);
        for indexed in [false, true] {
            let named: Vec<&Partition> = named.iter().filter(|it| it.indexed == indexed).collect();
            let share = units(capacity, indexed) / f64::from(u32::try_from(named.len()).unwrap());
            for partition in named {
                let units = self.0.entry(partition.clone()).or_default();
                if reads {
                    units.read += share;
                } else {
                    units.written += share;
                }
            }
        }
    }

    /// Those that took most, of so many operations; a single one's share.
    pub(crate) fn hottest(&self, times: f64) -> Value {
        let mut all: Vec<_> = self.0.iter().collect();
        all.sort_by(|(a, this), (b, that)| {
            let heat = |units: &Units| units.read / 3.0 + units.written;
            heat(that).total_cmp(&heat(this)).then_with(|| a.cmp(b))
        });
        let share = |units: f64| (units / times * 100.0).round() / 100.0;
        let told = all.iter().take(3).map(|(partition, units)| {
            json!({
                "partition": partition.key,
                "of": if partition.indexed { "index" } else { "table" },
                "read_units": share(units.read),
                "write_units": share(units.written),
            })
        });
        told.collect()
    }
}

/// The partitions of the items that a call names.
fn named(operation: &str, request: &Value) -> Vec<Partition> {
    match operation {
        "Query" => {
            let key = text(&request["ExpressionAttributeValues"][":partition"]);
            let indexed = request.get("IndexName").is_some();
            key.map(|key| Partition { key, indexed })
                .into_iter()
                .collect()
        }
        "BatchGetItem" => each(&request["RequestItems"])
            .flat_map(|asked| asked["Keys"].as_array().unwrap())
            .flat_map(partitions)
            .collect(),
        "TransactWriteItems" => request["TransactItems"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(each)
            .flat_map(of_item)
            .collect(),
        _ => of_item(request),
    }
}

/// Those of the item that a write or a read of one item names.
fn of_item(call: &Value) -> Vec<Partition> {
    partitions(call.get("Item").unwrap_or(&call["Key"]))
}

/// That of the table, and that of the index if the item is in it.
fn partitions(item: &Value) -> Vec<Partition> {
    let of = |name: &str, indexed| {
        Some(Partition {
            key: text(&item[name])?,
            indexed,
        })
    };
    of("pk", false)
        .into_iter()
        .chain(of("gsi1pk", true))
        .collect()
}

/// The values of an object.
fn each(object: &Value) -> impl Iterator<Item = &Value> {
    object.as_object().into_iter().flat_map(Map::values)
}

fn text(attribute: &Value) -> Option<String> {
    attribute["S"].as_str().map(ToOwned::to_owned)
}

/// The units that a call took of the table alone, or of its indexes: of one table, or of each that a transaction names.
fn units(capacity: &Value, indexed: bool) -> f64 {
    let of = |capacity: &Value| {
        if indexed {
            each(&capacity["GlobalSecondaryIndexes"])
                .filter_map(|index| index["CapacityUnits"].as_f64())
                .sum()
        } else {
            capacity["Table"]["CapacityUnits"]
                .as_f64()
                .unwrap_or_default()
        }
    };
    match capacity.as_array() {
        Some(tables) => tables.iter().map(of).sum(),
        None => of(capacity),
    }
}
