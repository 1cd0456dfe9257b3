//! All that is kept of a person: handing it out, and taking the name away.
//!
//! Records have no index by person: it would be a write more for each download, and know nothing of records that are there
//! already. So the table is read through, a part at a time, whenever somebody asks for a person. Nothing else does that.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::{operation::update_item::UpdateItemError, types::AttributeValue};
use domain::{audit::replaced, id::PersonId, page::Cursor};
use futures::FutureExt as _;
use serde_json::Value;

use super::{
    PersonRecord,
    audit::readable,
    item::{self, Item},
    keys::{self, Key},
    people::ORDER,
    tries::Tries,
};
use crate::{Error, Result, table::handle::People};

/// Attributes that DynamoDB and the lists rely on, which are never changed here.
const OF_THE_TABLE: [&str; 6] = [
    keys::PK,
    keys::SK,
    keys::INDEX_PK,
    keys::INDEX_SK,
    keys::TTL,
    item::FORMAT_NAME,
];

/// The attribute by which a record's writers know that nobody was faster.
const VERSION: &str = "version";

/// Groups are names of `towpath.toml`: a gate compares them, whatever they look like.
const GROUPS: &str = "groups";

/// What nobody gets to see of a record.
const SECRET: [&str; 3] = ["secret", "password", "salt"];

/// What is said of others in what one person is handed.
const ANOTHER: &str = "another person";

/// The person that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Who it is.
    pub id: PersonId,
    /// What they are called, also where a record says no more of them.
    pub names: Vec<String>,
    /// Those of their names that nobody else has, which are looked for in texts.
    pub texts: Vec<String>,
}

/// A record that concerns somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptRecord {
    /// The partition that it is in.
    pub partition: String,
    /// Its place there.
    pub place: String,
    /// The record, without secrets and without the names of others.
    pub record: Value,
}

/// A part of the table that was looked through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<T> {
    /// What there was.
    pub found: T,
    /// Where the table goes on, if it does.
    pub next: Option<Cursor>,
}

/// How many records were changed, by what they are: the first word of their partition.
pub type Changed = BTreeMap<String, usize>;

/// Whether a part can begin there, as it can at [`Part::next`].
pub fn begins_a_part(cursor: &Cursor) -> bool {
    place(cursor).is_ok()
}

impl People<'_> {
    /// The records in a part of the table that concern somebody.
    pub async fn kept_of(
        self,
        subject: &Subject,
        behind: Option<&Cursor>,
    ) -> Result<Part<Vec<KeptRecord>>> {
        let Part { found, next } = self.scan(behind).await?;
        let (entries, others): (Vec<Item>, Vec<Item>) = found
            .into_iter()
            .filter(|item| subject.is_in(item))
            .partition(|item| keys::is_audit_entry(item::text(item, keys::PK)));
        let mut records = Vec::new();
        for mut item in others {
            // A payload as it was delivered, which JSON has no word for.
            item.retain(|_, value| !matches!(value, AttributeValue::B(_)));
            let value = serde_dynamo::from_item(item.clone());
            let value = value.map_err(|error| Error::corrupt("a record", error))?;
            records.push(subject.record(&item, value));
        }
        let places = entries.clone();
        for (item, found) in places.iter().zip(self.table.audit().found(entries).await?) {
            let value = readable(found).unwrap_or_default();
            records.push(subject.record(item, value));
        }
        Ok(Part {
            found: records,
            next,
        })
    }

    /// Takes somebody's name out of the records in a part of the table. Entries of the audit log are never changed, and what is
    /// looked up by person (sessions, names, the person's own record) has calls of its own.
    pub async fn forget_in(
        self,
        subject: &Subject,
        behind: Option<&Cursor>,
    ) -> Result<Part<Changed>> {
        let Part { found, next } = self.scan(behind).await?;
        let mut changed = Changed::new();
        for item in found {
            let partition = item::text(&item, keys::PK).to_owned();
            let kind = keys::kind(&partition);
            if keys::KEEPS_ITS_NAMES.contains(&kind) {
                continue;
            }
            if self.forget(subject, item).await? {
                *changed.entry(kind.to_owned()).or_default() += 1;
            }
        }
        Ok(Part {
            found: changed,
            next,
        })
    }

    /// Takes the name off what is kept of a person's newest sign-in, unless they signed in again. Their groups stay: by them it
    /// is known whether an approval of theirs still counts.
    pub async fn forget_person(self, person: &PersonRecord) -> Result<bool> {
        let name = person.id.erased();
        if person.name == name {
            return Ok(false);
        }
        let order = item::number(person.signed_in_at.as_millisecond());
        let changed = self.table.calls.update(super::calls::Change {
            key: keys::person(&person.id),
            expression: "SET #name = :name, issuer = :none, subject = :none",
            names: vec![("#name", "name"), ("#order", ORDER)],
            condition: Some("#order = :order"),
            values: vec![
                (":name", AttributeValue::S(name)),
                (":none", AttributeValue::S(String::new())),
                (":order", order),
            ],
        });
        Ok(changed.await?.is_some())
    }

    /// Some items, wherever they lie.
    async fn scan(self, behind: Option<&Cursor>) -> Result<Part<Vec<Item>>> {
        let start = behind.map(place).transpose()?;
        let answer = self
            .table
            .calls
            .client
            .scan()
            .table_name(&self.table.calls.name)
            .set_exclusive_start_key(start.map(|key| key.attributes()))
            .consistent_read(true)
            .set_return_consumed_capacity(self.table.calls.asks_for_cost())
            .send()
            .boxed()
            .await
            .map_err(|error| Error::unavailable("reading the table through", error))?;
        self.table
            .calls
            .count_read(answer.consumed_capacity.as_slice(), answer.items());
        let next = answer.last_evaluated_key.map(|key| {
            let (pk, sk) = (item::text(&key, keys::PK), item::text(&key, keys::SK));
            Cursor::behind(&format!("{}.{pk}{sk}", pk.len()))
        });
        Ok(Part {
            found: answer.items.unwrap_or_default(),
            next,
        })
    }

    /// Takes a name out of one record; false if it is not in there. A change that was made meanwhile is not overwritten,
    /// and a writer that read it before is refused.
    async fn forget(self, subject: &Subject, mut item: Item) -> Result<bool> {
        let key = item::key(&item);
        let mut tries = Tries::of("a record");
        loop {
            let edit = subject.edit(&item);
            if edit.is_empty() {
                return Ok(false);
            }
            if self.apply(&key, edit).await? {
                return Ok(true);
            }
            tries.again().await?;
            match self.table.calls.get(&key, true).await? {
                Some(read) => item = read,
                None => return Ok(false),
            }
        }
    }

    async fn apply(self, key: &Key, edit: Edit) -> Result<bool> {
        let (mut changes, mut removals) = (Vec::new(), Vec::new());
        let mut same = vec!["attribute_exists(pk)".to_owned()];
        let mut names = HashMap::new();
        let mut values = HashMap::new();
        for (number, (name, old, new)) in edit.into_iter().enumerate() {
            names.insert(format!("#a{number}"), name);
            values.insert(format!(":old{number}"), old);
            same.push(format!("#a{number} = :old{number}"));
            match new {
                Some(new) => {
                    values.insert(format!(":new{number}"), new);
                    changes.push(format!("#a{number} = :new{number}"));
                }
                None => removals.push(format!("#a{number}")),
            }
        }
        let mut expression = String::new();
        for (verb, parts) in [("SET", changes), ("REMOVE", removals)] {
            if !parts.is_empty() {
                expression = format!("{expression} {verb} {}", parts.join(", "));
            }
        }
        let sent = self
            .table
            .calls
            .client
            .update_item()
            .table_name(&self.table.calls.name)
            .set_key(Some(key.attributes()))
            .update_expression(expression.trim())
            .condition_expression(same.join(" AND "))
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values))
            .set_return_consumed_capacity(self.table.calls.asks_for_cost())
            .send()
            .boxed()
            .await;
        match sent {
            Ok(answer) => {
                self.table
                    .calls
                    .count_write(answer.consumed_capacity.as_slice());
                Ok(true)
            }
            Err(error) => match error.as_service_error() {
                Some(
                    UpdateItemError::ConditionalCheckFailedException(_)
                    | UpdateItemError::TransactionConflictException(_),
                ) => Ok(false),
                _ => Err(Error::unavailable("changing a record", error)),
            },
        }
    }
}

/// Where a part begins.
fn place(cursor: &Cursor) -> Result<Key> {
    let text = cursor.sort_key();
    let parts = text.split_once('.').and_then(|(length, rest)| {
        let (pk, sk) = rest.split_at_checked(length.parse().ok()?)?;
        (!pk.is_empty() && !sk.is_empty()).then(|| Key {
            pk: pk.to_owned(),
            sk: sk.to_owned(),
        })
    });
    parts.ok_or_else(|| Error::NotFound {
        what: "place in the table that the cursor names".to_owned(),
    })
}

/// Attributes to change: their name, what they are, and what they become, if they do not go.
type Edit = Vec<(String, AttributeValue, Option<AttributeValue>)>;

impl Subject {
    /// Whether an item is about them or names them.
    fn is_in(&self, item: &Item) -> bool {
        item.values().any(|value| self.is_in_value(value))
    }

    fn is_in_value(&self, value: &AttributeValue) -> bool {
        match value {
            AttributeValue::S(text) => {
                text.contains(self.id.as_str())
                    || self
                        .texts
                        .iter()
                        .any(|name| replaced(text, name, "") != *text)
            }
            AttributeValue::M(members) => {
                members.contains_key(self.id.as_str())
                    || self.is_actor(members)
                    || members.values().any(|value| self.is_in_value(value))
            }
            AttributeValue::L(items) => items.iter().any(|value| self.is_in_value(value)),
            _ => false,
        }
    }

    /// Whether they answer for what an actor did.
    fn is_actor(&self, members: &Item) -> bool {
        let responsible = responsible(members);
        let of = |name: &str| item::text(responsible, name);
        let is_person = of("kind") == "person";
        match of("person") {
            "" => {
                is_person
                    && self
                        .names
                        .iter()
                        .any(|name| name.eq_ignore_ascii_case(of("name")))
            }
            person => is_person && person == self.id.as_str(),
        }
    }

    /// What is to be changed in an item.
    fn edit(&self, item: &Item) -> Edit {
        let mut edit = Edit::new();
        for (name, value) in item {
            if !OF_THE_TABLE.contains(&name.as_str()) && name != GROUPS {
                let new = self.without(value);
                if new != *value {
                    edit.push((name.clone(), value.clone(), Some(new)));
                }
            }
        }
        // What a browser calls itself stands beside the principal who used it.
        let by = item.get("by").and_then(|by| by.as_m().ok());
        let own = by.filter(|by| self.is_actor(by) && item::text(by, "kind") != GUEST);
        if let (Some(_), Some(agent)) = (own, item.get("user_agent")) {
            edit.push(("user_agent".to_owned(), agent.clone(), None));
        }
        if let (false, Some(AttributeValue::N(version))) = (edit.is_empty(), item.get(VERSION))
            && let Ok(version) = version.parse::<u64>()
        {
            let next = item::number(version.saturating_add(1));
            edit.push((VERSION.to_owned(), item::number(version), Some(next)));
        }
        edit
    }

    fn without(&self, value: &AttributeValue) -> AttributeValue {
        match value {
            AttributeValue::S(text) => AttributeValue::S(self.unnamed(text)),
            AttributeValue::L(items) => {
                AttributeValue::L(items.iter().map(|value| self.without(value)).collect())
            }
            AttributeValue::M(members) => {
                let mut changed: Item = members
                    .iter()
                    .map(|(name, value)| {
                        let value = if name == GROUPS {
                            value.clone()
                        } else {
                            self.without(value)
                        };
                        (name.clone(), value)
                    })
                    .collect();
                if self.is_actor(members) {
                    let old = item::text(responsible(members), "name");
                    self.rename(&mut changed, members, old);
                }
                AttributeValue::M(changed)
            }
            other => other.clone(),
        }
    }

    /// Gives an actor, and its owner, the words for somebody whose name was erased.
    fn rename(&self, changed: &mut Item, before: &Item, old: &str) {
        let name = item::text(before, "name").replacen(old, &self.id.erased(), 1);
        changed.insert("name".to_owned(), AttributeValue::S(name));
        let owner = before.get("owner").and_then(|owner| owner.as_m().ok());
        if let (Some(before), Some(AttributeValue::M(changed))) = (owner, changed.get_mut("owner"))
        {
            self.rename(changed, before, old);
        }
    }

    /// A text without their names.
    pub fn unnamed(&self, text: &str) -> String {
        let erased = self.id.erased();
        self.texts
            .iter()
            .fold(text.to_owned(), |text, name| replaced(&text, name, &erased))
    }

    /// A record as they are handed it.
    fn record(&self, item: &Item, mut value: Value) -> KeptRecord {
        self.redact(&mut value);
        if let Some(members) = value.as_object_mut() {
            for name in OF_THE_TABLE {
                members.remove(name);
            }
        }
        KeptRecord {
            partition: item::text(item, keys::PK).to_owned(),
            place: item::text(item, keys::SK).to_owned(),
            record: value,
        }
    }

    /// Leaves out secrets, and who others are.
    fn redact(&self, value: &mut Value) {
        match value {
            Value::Object(members) => {
                for name in SECRET {
                    members.remove(name);
                }
                // The names beside an entry are in their places by now.
                members.remove("names");
                let actor = members.get("kind").and_then(Value::as_str);
                let is_of_person = matches!(actor, Some("person" | "token" | GUEST));
                let own = is_of_person && self.answers(members);
                if is_of_person && !own && members.contains_key("name") {
                    members.insert("name".to_owned(), Value::from(ANOTHER));
                    members.remove("person");
                    members.remove("owner");
                    return;
                }
                members.values_mut().for_each(|value| self.redact(value));
            }
            Value::Array(items) => items.iter_mut().for_each(|value| self.redact(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn answers(&self, members: &serde_json::Map<String, Value>) -> bool {
        let responsible = members.get("owner").and_then(Value::as_object);
        let responsible = responsible.unwrap_or(members);
        let of = |name: &str| responsible.get(name).and_then(Value::as_str);
        let is_theirs = match of("person") {
            Some(person) => person == self.id.as_str(),
            None => of("name")
                .is_some_and(|name| self.names.iter().any(|own| own.eq_ignore_ascii_case(name))),
        };
        of("kind") == Some("person") && is_theirs
    }
}

/// The word of [`domain::actor::ActorKind::Guest`].
const GUEST: &str = "guest";

/// Who answers for what an actor does, as [`domain::actor::Actor::responsible`] says.
fn responsible(members: &Item) -> &Item {
    let owner = members.get("owner").and_then(|owner| owner.as_m().ok());
    owner.unwrap_or(members)
}

#[cfg(test)]
mod tests {
    use domain::actor::ActorKind;

    use super::*;

    #[test]
    fn the_words_of_actors_are_those_that_records_have() {
        let word = |kind: ActorKind| serde_json::to_value(kind).unwrap();
        assert_eq!(word(ActorKind::Guest), GUEST);
        assert_eq!(word(ActorKind::Person), "person");
        assert_eq!(word(ActorKind::Token), "token");
    }

    #[test]
    fn a_place_survives_its_cursor_and_nothing_else_is_one() {
        let cursor = Cursor::behind("7.LINK#a.TAP#1.2");
        let key = place(&cursor).unwrap();
        assert_eq!((key.pk.as_str(), key.sk.as_str()), ("LINK#a.", "TAP#1.2"));
        for text in ["x", "3.abc", "99.abc", "0.abc", "-1.abc", "1.\u{e9}"] {
            assert!(place(&Cursor::behind(text)).is_err(), "{text}");
        }
    }
}
