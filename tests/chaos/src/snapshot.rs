//! The whole table and the names of all objects, read past everything of the portal's.

use std::collections::BTreeMap;

use domain::{audit::Entry, build::Build, event::Event};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use testkit::{TABLE, TestPortal};

/// Items by their sort keys.
pub(crate) type Partition = BTreeMap<String, Value>;

/// What there is at one moment.
pub(crate) struct Snapshot {
    /// All partitions by their keys, with plain JSON as items.
    pub(crate) partitions: BTreeMap<String, Partition>,
    /// The keys of all objects in the portal's bucket.
    pub(crate) objects: Vec<String>,
    /// The audit log, oldest first.
    pub(crate) log: Vec<Entry>,
}

impl Snapshot {
    /// Reads all of it.
    pub(crate) async fn of(test: &TestPortal) -> Self {
        let mut partitions: BTreeMap<String, Partition> = BTreeMap::new();
        let mut start = Value::Null;
        loop {
            let mut scan = json!({"TableName": TABLE});
            if !start.is_null() {
                scan["ExclusiveStartKey"] = start;
            }
            let mut page = test.services.dynamodb("Scan", &scan).await;
            let Value::Array(items) = page["Items"].take() else {
                panic!("a scan without items");
            };
            for item in items {
                let item = of_attributes(item);
                let key = |name: &str| item[name].as_str().unwrap().to_owned();
                let partition = partitions.entry(key("pk")).or_default();
                partition.insert(key("sk"), item);
            }
            start = page["LastEvaluatedKey"].take();
            if start.is_null() {
                break;
            }
        }
        let objects = test.services.store.objects.list("").await.unwrap();
        let mut snapshot = Self {
            partitions,
            objects,
            log: Vec::new(),
        };
        let log = snapshot.items("AUDIT#").map(|(_, item)| read(item));
        snapshot.log = log.collect();
        snapshot.log.sort_by_key(|entry: &Entry| entry.number);
        snapshot
    }

    /// The items of all partitions whose key begins so, each with its sort key.
    pub(crate) fn items<'a>(
        &'a self,
        start: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.starting(start)
            .flat_map(|(_, partition)| partition.iter())
            .map(|(sort_key, item)| (sort_key.as_str(), item))
    }

    /// The partitions whose key begins so, each with the rest of its key.
    pub(crate) fn starting<'a>(
        &'a self,
        start: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a Partition)> {
        let from = self.partitions.range(start.to_owned()..);
        let those = from.take_while(move |(key, _)| key.starts_with(start));
        those.map(move |(key, partition)| (&key[start.len()..], partition))
    }

    /// One partition; empty if there is none.
    pub(crate) fn partition(&self, key: &str) -> impl Iterator<Item = (&str, &Value)> + use<'_> {
        let found = self.partitions.get(key).into_iter().flatten();
        found.map(|(sort_key, item)| (sort_key.as_str(), item))
    }

    /// The partition of that kind and name; empty if there is none.
    pub(crate) fn partition_of(
        &self,
        kind: &str,
        name: &str,
    ) -> impl Iterator<Item = (&str, &Value)> + use<'_> {
        self.partition(&format!("{kind}{name}"))
    }

    /// All builds, in the order that their identifiers were made in.
    pub(crate) fn builds(&self) -> Vec<Build> {
        let items = self.items("BUILD#");
        let builds = items.filter(|(sort_key, _)| *sort_key == "BUILD");
        builds.map(|(_, item)| read(item)).collect()
    }

    /// How much there is.
    pub(crate) fn summary(&self) -> String {
        let count = |start| self.items(start).count();
        let [builds, releases, promotions] = ["BUILDS#", "RELEASES#", "PROMOTION#"].map(count);
        let (events, entries, objects) = (count("EVENT#"), self.log.len(), self.objects.len());
        format!(
            "{builds} builds, {releases} releases, {promotions} promotions, {events} events, {entries} entries in the audit \
             log, {objects} objects"
        )
    }

    /// All events.
    pub(crate) fn events(&self) -> Vec<Event> {
        self.items("EVENT#").map(|(_, item)| read(item)).collect()
    }
}

/// The record of an item.
pub(crate) fn read<T: DeserializeOwned>(item: &Value) -> T {
    T::deserialize(item).unwrap_or_else(|error| panic!("{error}: {item}"))
}

/// An item of `DynamoDB`'s JSON as plain JSON.
fn of_attributes(item: Value) -> Value {
    let Value::Object(item) = item else {
        panic!("not an item: {item}");
    };
    let plain: Map<String, Value> = item
        .into_iter()
        .map(|(name, value)| (name, of_attribute(value)))
        .collect();
    Value::Object(plain)
}

fn of_attribute(value: Value) -> Value {
    let Value::Object(value) = value else {
        panic!("not an attribute: {value}");
    };
    let (kind, value) = value.into_iter().next().unwrap();
    match (kind.as_str(), value) {
        ("N", Value::String(number)) => serde_json::from_str(&number).unwrap(),
        ("NULL", _) => Value::Null,
        ("M", value) => of_attributes(value),
        ("L", Value::Array(values)) => values.into_iter().map(of_attribute).collect(),
        (_, value) => value,
    }
}
