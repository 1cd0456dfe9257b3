//! The few calls of DynamoDB that all questions are made of.

use std::{collections::HashMap, sync::Arc};

use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::{
        delete_item::DeleteItemError, put_item::PutItemError,
        transact_write_items::TransactWriteItemsError, update_item::UpdateItemError,
    },
    types::{
        AttributeValue, ConditionCheck, ConsumedCapacity, Delete, KeysAndAttributes, Put,
        ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure::AllOld,
        TransactWriteItem, Update, builders::TransactWriteItemBuilder,
    },
};
use futures::FutureExt as _;
use uuid::Uuid;

use super::{
    Meter,
    item::{self, Item},
    keys::Key,
    meter::Reading,
    tries::Tries,
};
use crate::{Error, Result};

/// Reasons for which a transaction is canceled that pass by themselves.
const CONTENDED: [&str; 3] = [
    "ProvisionedThroughputExceeded",
    "ThrottlingError",
    "TransactionConflict",
];

/// What has to hold for a write to happen.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    pub(super) expression: &'static str,
    pub(super) values: Vec<(&'static str, AttributeValue)>,
}

impl Condition {
    /// Nothing is there yet.
    pub(super) fn absent() -> Self {
        Self {
            expression: "attribute_not_exists(pk)",
            values: Vec::new(),
        }
    }

    /// Something is there.
    pub(super) fn present() -> Self {
        Self {
            expression: "attribute_exists(pk)",
            values: Vec::new(),
        }
    }

    /// Its values as a call takes them, which takes none where there are none.
    fn named_values(self) -> Option<HashMap<String, AttributeValue>> {
        let values = self.values.into_iter();
        let values: HashMap<_, _> = values
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        (!values.is_empty()).then_some(values)
    }

    /// What is there is still what was read: of that version, or nothing.
    pub(super) fn version(version: Option<u64>) -> Self {
        match version {
            None => Self::absent(),
            Some(version) => Self {
                expression: "version = :version",
                values: vec![(":version", item::number(version))],
            },
        }
    }
}

/// What became of a write with a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// It happened.
    Yes,
    /// It did not, since these conditions did not hold (by their places in the transaction).
    Refused(Vec<usize>),
}

/// What became of a deletion with a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deleted {
    /// It happened.
    Now,
    /// Nothing is there: of a call whose answer was lost, the next one finds this.
    Before,
    /// The item is there, and the condition does not hold.
    Refused,
}

/// The calls of DynamoDB that everything here is made of, and what they cost.
#[derive(Clone, Debug)]
pub(super) struct Calls {
    pub(super) client: Client,
    pub(super) name: String,
    meter: Option<Arc<Meter>>,
}

impl Calls {
    pub(super) fn new(client: Client, name: &str) -> Self {
        Self {
            client,
            name: name.to_owned(),
            meter: None,
        }
    }

    /// The same, with every call's cost added to `meter`.
    pub(super) fn with_meter(&self, meter: Arc<Meter>) -> Self {
        Self {
            meter: Some(meter),
            ..self.clone()
        }
    }

    /// One item. A `consistent` read sees every write that was acknowledged, at twice the price.
    pub(super) async fn get(&self, key: &Key, consistent: bool) -> Result<Option<Item>> {
        let call = self
            .client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(key.attributes()))
            .consistent_read(consistent)
            .set_return_consumed_capacity(self.asks_for_cost());
        let answer = call
            .send()
            .boxed()
            .await
            .map_err(|error| Error::unavailable("reading an item", error))?;
        self.count_read(answer.consumed_capacity.as_slice(), answer.item.as_slice());
        Ok(answer.item)
    }

    /// Those of some items that are there: one call, 100 keys at the most, in no order. A `consistent` read sees every
    /// write that was acknowledged, at twice the price.
    pub(super) async fn get_some(&self, keys: &[Key], consistent: bool) -> Result<Vec<Item>> {
        let mut missing: Vec<Item> = keys.iter().map(Key::attributes).collect();
        let mut items = Vec::new();
        let mut tries = Tries::of("some items");
        while !missing.is_empty() {
            let asked = KeysAndAttributes::builder()
                .set_keys(Some(missing))
                .consistent_read(consistent)
                .build()
                .map_err(|error| Error::corrupt("some keys", error))?;
            let call = self
                .client
                .batch_get_item()
                .request_items(&self.name, asked)
                .set_return_consumed_capacity(self.asks_for_cost());
            let answer = call
                .send()
                .boxed()
                .await
                .map_err(|error| Error::unavailable("reading some items", error))?;
            let found = answer.responses.unwrap_or_default().remove(&self.name);
            let found = found.unwrap_or_default();
            self.count_read(
                answer.consumed_capacity.as_deref().unwrap_or_default(),
                &found,
            );
            items.extend(found);
            // What DynamoDB had no capacity for at once, it names.
            let rest = answer
                .unprocessed_keys
                .unwrap_or_default()
                .remove(&self.name);
            missing = rest.map(|rest| rest.keys).unwrap_or_default();
            if !missing.is_empty() {
                tries.again().await?;
            }
        }
        Ok(items)
    }

    /// Puts an item, whatever was there.
    pub(super) async fn put(&self, item: Item) -> Result<()> {
        self.put_if(item, None).await.map(|_| ())
    }

    /// Puts an item, if the condition holds.
    pub(super) async fn put_if(&self, item: Item, condition: Option<Condition>) -> Result<Written> {
        let item = item::formatted(item);
        item::check(&item)?;
        self.note_size(&item);
        let mut call = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item))
            .set_return_consumed_capacity(self.asks_for_cost());
        if let Some(condition) = condition {
            call = call.condition_expression(condition.expression);
            for (name, value) in condition.values {
                call = call.expression_attribute_values(name, value);
            }
        }
        match uncontended(|| call.clone().send()).await? {
            Ok(answer) => {
                self.count_write(answer.consumed_capacity.as_slice());
                Ok(Written::Yes)
            }
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(PutItemError::is_conditional_check_failed_exception) =>
            {
                Ok(Written::Refused(vec![0]))
            }
            Err(error) => Err(Error::unavailable("writing an item", error)),
        }
    }

    /// Changes attributes of an item, and gives them as they are then; `None` if the condition does not hold.
    pub(super) async fn update(&self, change: Change) -> Result<Option<Item>> {
        let mut call = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(change.key.attributes()))
            .update_expression(change.formatted())
            .set_condition_expression(change.condition.map(str::to_owned))
            .expression_attribute_names("#format", item::FORMAT_NAME)
            .expression_attribute_values(":format", item::number(item::FORMAT))
            .return_values(ReturnValue::AllNew)
            .set_return_consumed_capacity(self.asks_for_cost());
        for (name, attribute) in change.names {
            call = call.expression_attribute_names(name, attribute);
        }
        for (name, value) in change.values {
            call = call.expression_attribute_values(name, value);
        }
        match uncontended(|| call.clone().send()).await? {
            Ok(answer) => {
                self.count_write(answer.consumed_capacity.as_slice());
                Ok(Some(answer.attributes.unwrap_or_default()))
            }
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(None)
            }
            Err(error) => Err(Error::unavailable("changing an item", error)),
        }
    }

    /// All or none of some writes.
    pub(super) async fn transact(&self, writes: Vec<Write>) -> Result<Written> {
        let mut items = Vec::with_capacity(writes.len());
        for write in writes {
            if let Write::Put(item, _) = &write {
                self.note_size(item);
            }
            items.push(write.into_transaction(&self.name)?);
        }
        if let Some(meter) = &self.meter {
            meter.add(Reading {
                largest_transaction: items.len(),
                ..Reading::default()
            });
        }
        let call = self
            .client
            .transact_write_items()
            .set_transact_items(Some(items))
            .set_return_consumed_capacity(self.asks_for_cost());
        let mut tries = Tries::of("some items");
        let mut token = Uuid::new_v4();
        loop {
            let sent = call.clone().client_request_token(token.to_string());
            let error = match sent.send().boxed().await {
                Ok(answer) => {
                    self.count_write(answer.consumed_capacity.as_deref().unwrap_or_default());
                    return Ok(Written::Yes);
                }
                Err(error) => error,
            };
            match Canceled::of(&error) {
                Some(Canceled::Refused(places)) => return Ok(Written::Refused(places)),
                Some(Canceled::Contended) => token = Uuid::new_v4(),
                // By the same token it is written once, whichever try it was.
                Some(Canceled::InProgress) => {}
                None => return Err(Error::unavailable("writing in a transaction", error)),
            }
            tries.again().await?;
        }
    }

    /// Deletes an item if the condition holds.
    pub(super) async fn delete_if(&self, key: &Key, condition: &str) -> Result<Deleted> {
        let call = self
            .client
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(key.attributes()))
            .condition_expression(condition)
            .return_values_on_condition_check_failure(AllOld)
            .set_return_consumed_capacity(self.asks_for_cost());
        match uncontended(|| call.clone().send()).await? {
            Ok(answer) => {
                self.count_write(answer.consumed_capacity.as_slice());
                Ok(Deleted::Now)
            }
            Err(error) => match error.as_service_error() {
                Some(DeleteItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(match failed.item() {
                        Some(_) => Deleted::Refused,
                        None => Deleted::Before,
                    })
                }
                _ => Err(Error::unavailable("deleting an item", error)),
            },
        }
    }

    pub(super) fn asks_for_cost(&self) -> Option<ReturnConsumedCapacity> {
        self.meter.as_ref().map(|_| ReturnConsumedCapacity::Total)
    }

    pub(super) fn count_read(&self, capacity: &[ConsumedCapacity], items: &[Item]) {
        if let Some(meter) = &self.meter {
            meter.add(Reading {
                requests: 1,
                read_units: units(capacity),
                write_units: 0.0,
                bytes_read: items.iter().map(item::size).sum(),
                ..Reading::default()
            });
        }
    }

    fn note_size(&self, item: &Item) {
        if let Some(meter) = &self.meter {
            meter.add(Reading {
                largest_item: item::size(item),
                ..Reading::default()
            });
        }
    }

    pub(super) fn count_write(&self, capacity: &[ConsumedCapacity]) {
        if let Some(meter) = &self.meter {
            meter.add(Reading {
                requests: 1,
                write_units: units(capacity),
                ..Reading::default()
            });
        }
    }
}

fn units(capacity: &[ConsumedCapacity]) -> f64 {
    capacity.iter().filter_map(|of| of.capacity_units).sum()
}

/// A change of some attributes of one item.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) key: Key,
    pub(super) expression: &'static str,
    /// Names of attributes that DynamoDB does not take as they are.
    pub(super) names: Vec<(&'static str, &'static str)>,
    pub(super) condition: Option<&'static str>,
    pub(super) values: Vec<(&'static str, AttributeValue)>,
}

impl Change {
    /// Its expression; an item that it creates gets its format.
    fn formatted(&self) -> String {
        let format = "SET #format = if_not_exists(#format, :format)";
        match self.expression.strip_prefix("SET ") {
            Some(rest) => format!("{format}, {rest}"),
            None => format!("{format} {}", self.expression),
        }
    }
}

/// One write of a transaction.
#[derive(Clone, Debug)]
pub(super) enum Write {
    Put(Item, Option<Condition>),
    Delete(Key),
    DeleteIf(Key, Condition),
    Change(Change),
    /// Nothing is written, but this has to hold.
    Check(Key, Condition),
}

impl Write {
    fn into_transaction(self, table: &str) -> Result<TransactWriteItem> {
        let builder = TransactWriteItem::builder();
        // The builders fail only on a part left out, which none is here.
        let built = match self {
            Self::Put(item, condition) => {
                let item = item::formatted(item);
                item::check(&item)?;
                let mut put = Put::builder().table_name(table).set_item(Some(item));
                if let Some(condition) = condition {
                    put = put.condition_expression(condition.expression);
                    for (name, value) in condition.values {
                        put = put.expression_attribute_values(name, value);
                    }
                }
                put.build().map(|put| builder.put(put))
            }
            Self::Delete(key) => Delete::builder()
                .table_name(table)
                .set_key(Some(key.attributes()))
                .build()
                .map(|delete| builder.delete(delete)),
            Self::DeleteIf(key, condition) => Delete::builder()
                .table_name(table)
                .set_key(Some(key.attributes()))
                .condition_expression(condition.expression)
                .set_expression_attribute_values(condition.named_values())
                .build()
                .map(|delete| builder.delete(delete)),
            Self::Check(key, condition) => ConditionCheck::builder()
                .table_name(table)
                .set_key(Some(key.attributes()))
                .condition_expression(condition.expression)
                .set_expression_attribute_values(condition.named_values())
                .build()
                .map(|check| builder.condition_check(check)),
            Self::Change(change) => {
                let mut update = Update::builder()
                    .table_name(table)
                    .set_key(Some(change.key.attributes()))
                    .update_expression(change.formatted())
                    .set_condition_expression(change.condition.map(str::to_owned))
                    .expression_attribute_names("#format", item::FORMAT_NAME)
                    .expression_attribute_values(":format", item::number(item::FORMAT));
                for (name, attribute) in change.names {
                    update = update.expression_attribute_names(name, attribute);
                }
                for (name, value) in change.values {
                    update = update.expression_attribute_values(name, value);
                }
                update.build().map(|update| builder.update(update))
            }
        };
        built
            .map(TransactWriteItemBuilder::build)
            .map_err(|error| Error::corrupt("a write", error))
    }
}

/// Sends a call, and again where a transaction had its hands on the item. What was throttled, lost or not answered in time,
/// the SDK sends again by itself.
async fn uncontended<T, E, F>(send: impl Fn() -> F) -> Result<std::result::Result<T, SdkError<E>>>
where
    E: ProvideErrorMetadata,
    F: Future<Output = std::result::Result<T, SdkError<E>>> + Send,
{
    let mut tries = Tries::of("an item");
    loop {
        // Boxed: what the SDK keeps of a call is large, and everything here is made of calls.
        match send().boxed().await {
            Err(error) if error.code() == Some("TransactionConflictException") => {
                tries.again().await?;
            }
            answer => return Ok(answer),
        }
    }
}

/// Why nothing of a transaction was written, where that is no failure.
enum Canceled {
    /// Conditions did not hold, by their places.
    Refused(Vec<usize>),
    /// Others were writing the same items, or too much was asked for at once: the next try may get through.
    Contended,
    /// An earlier try, whose answer was lost, is still being written.
    InProgress,
}

impl Canceled {
    fn of(error: &SdkError<TransactWriteItemsError>) -> Option<Self> {
        let reasons = match error.as_service_error()? {
            TransactWriteItemsError::TransactionInProgressException(_) => {
                return Some(Self::InProgress);
            }
            TransactWriteItemsError::TransactionCanceledException(canceled) => {
                canceled.cancellation_reasons()
            }
            _ => return None,
        };
        let codes = || {
            reasons
                .iter()
                .map(|reason| reason.code().unwrap_or_default())
        };
        let refused = codes()
            .enumerate()
            .filter(|(_, code)| *code == "ConditionalCheckFailed");
        let refused: Vec<usize> = refused.map(|(place, _)| place).collect();
        if !refused.is_empty() {
            return Some(Self::Refused(refused));
        }
        codes()
            .any(|code| CONTENDED.contains(&code))
            .then_some(Self::Contended)
    }
}
