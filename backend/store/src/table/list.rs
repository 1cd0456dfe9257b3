//! Lists: a whole partition, or the page of it that was asked for.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::page::{Cursor, Limit, Page};
use futures::FutureExt as _;
use serde::de::DeserializeOwned;

use super::{
    item::{self, Item},
    keys::{INDEX, INDEX_SK, SK},
};
use crate::{Error, Result, table::calls::Calls};

/// Where a list is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Table,
    /// The table as it is at this moment: for decisions.
    TableNow,
    Index,
}

impl Place {
    fn sort_key(self) -> &'static str {
        match self {
            Self::Table | Self::TableNow => SK,
            Self::Index => INDEX_SK,
        }
    }
}

/// What of a partition a list takes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Range<'a> {
    All,
    /// What sorts below this.
    Below(&'a str),
    /// What sorts above this.
    Above(&'a str),
    /// What begins with this.
    Beginning(&'a str),
    /// What sorts from the first to the second, both included.
    Between(&'a str, &'a str),
}

/// One Query.
struct Ask<'a> {
    place: Place,
    partition: &'a str,
    range: Range<'a>,
    newest_first: bool,
    limit: Option<i32>,
    consistent: bool,
}

impl Calls {
    /// Every item of a partition, in order.
    pub(super) async fn partition(&self, partition: &str, consistent: bool) -> Result<Vec<Item>> {
        self.ask(&Ask {
            place: Place::Table,
            partition,
            range: Range::All,
            newest_first: false,
            limit: None,
            consistent,
        })
        .await
    }

    /// Every item of a partition below a bound, in order.
    pub(super) async fn below(&self, partition: &str, bound: &str) -> Result<Vec<Item>> {
        self.ask(&Ask {
            place: Place::Table,
            partition,
            range: Range::Below(bound),
            newest_first: false,
            limit: None,
            consistent: false,
        })
        .await
    }

    /// The first items of a partition above a bound, in order.
    pub(super) async fn above(
        &self,
        partition: &str,
        bound: &str,
        limit: i32,
        consistent: bool,
    ) -> Result<Vec<Item>> {
        self.ask(&Ask {
            place: Place::Table,
            partition,
            range: Range::Above(bound),
            newest_first: false,
            limit: Some(limit),
            consistent,
        })
        .await
    }

    /// Every item of a partition from one bound to another, in order.
    pub(super) async fn between(&self, partition: &str, from: &str, to: &str) -> Result<Vec<Item>> {
        self.ask(&Ask {
            place: Place::Table,
            partition,
            range: Range::Between(from, to),
            newest_first: false,
            limit: None,
            consistent: false,
        })
        .await
    }

    /// Every item of a partition that begins with something, in order.
    pub(super) async fn beginning(&self, partition: &str, prefix: &str) -> Result<Vec<Item>> {
        self.ask(&Ask {
            place: Place::Table,
            partition,
            range: Range::Beginning(prefix),
            newest_first: false,
            limit: None,
            consistent: false,
        })
        .await
    }

    /// Every item of a partition of the index in a range, in order.
    pub(super) async fn indexed(&self, partition: &str, range: Range<'_>) -> Result<Vec<Item>> {
        self.ask(&Ask {
            place: Place::Index,
            partition,
            range,
            newest_first: false,
            limit: None,
            consistent: false,
        })
        .await
    }

    /// One page of a partition, the greatest sort keys first.
    pub(super) async fn page<T: DeserializeOwned>(
        &self,
        place: Place,
        partition: &str,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<T>> {
        let wanted = usize::from(limit.get());
        // One more than asked for tells whether there is a next page.
        let mut items = self
            .ask(&Ask {
                place,
                partition,
                range: cursor.map_or(Range::All, |cursor| Range::Below(cursor.sort_key())),
                newest_first: true,
                limit: Some(i32::from(limit.get()) + 1),
                consistent: place == Place::TableNow,
            })
            .await?;
        let more = items.len() > wanted;
        items.truncate(wanted);
        let last = items.last().map(|item| item::text(item, place.sort_key()));
        let next = last.filter(|_| more).map(Cursor::behind);
        Ok(Page {
            items: items.into_iter().map(item::read).collect::<Result<_>>()?,
            next,
        })
    }

    /// Queries until there is nothing more or `limit` is reached: DynamoDB stops at 1 MB each time.
    async fn ask(&self, ask: &Ask<'_>) -> Result<Vec<Item>> {
        let mut items: Vec<Item> = Vec::new();
        let mut start = None;
        loop {
            let have = i32::try_from(items.len()).unwrap_or(i32::MAX);
            let call = self
                .query(ask)
                .set_limit(ask.limit.map(|limit| limit - have))
                .set_exclusive_start_key(start);
            let answer = call
                .send()
                .boxed()
                .await
                .map_err(|error| Error::unavailable("reading a list", error))?;
            self.count_read(answer.consumed_capacity.as_slice(), answer.items());
            items.extend(answer.items.unwrap_or_default());
            start = answer.last_evaluated_key;
            let full = ask
                .limit
                .is_some_and(|limit| usize::try_from(limit).is_ok_and(|most| items.len() >= most));
            if start.is_none() || full {
                return Ok(items);
            }
        }
    }

    fn query(
        &self,
        ask: &Ask<'_>,
    ) -> aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder {
        let (pk, sk) = match ask.place {
            Place::Table | Place::TableNow => ("pk", "sk"),
            Place::Index => ("gsi1pk", "gsi1sk"),
        };
        let (condition, bounds) = match ask.range {
            Range::All => (String::new(), [None, None]),
            Range::Below(bound) => (format!(" AND {sk} < :bound"), [Some(bound), None]),
            Range::Above(bound) => (format!(" AND {sk} > :bound"), [Some(bound), None]),
            Range::Beginning(bound) => (
                format!(" AND begins_with({sk}, :bound)"),
                [Some(bound), None],
            ),
            Range::Between(from, to) => (
                format!(" AND {sk} BETWEEN :bound AND :end"),
                [Some(from), Some(to)],
            ),
        };
        let call = self
            .client
            .query()
            .table_name(&self.name)
            .set_index_name((ask.place == Place::Index).then(|| INDEX.to_owned()))
            .expression_attribute_values(":partition", AttributeValue::S(ask.partition.to_owned()))
            .scan_index_forward(!ask.newest_first)
            .consistent_read(ask.consistent)
            .set_return_consumed_capacity(self.asks_for_cost());
        let mut call = call.key_condition_expression(format!("{pk} = :partition{condition}"));
        for (name, bound) in [":bound", ":end"].into_iter().zip(bounds) {
            if let Some(bound) = bound {
                call = call.expression_attribute_values(name, AttributeValue::S(bound.to_owned()));
            }
        }
        call
    }
}
