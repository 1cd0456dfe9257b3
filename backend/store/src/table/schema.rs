//! The table itself, where nobody else has made it: on a laptop and in tests.

use std::time::Duration;

use aws_sdk_dynamodb::{
    error::BuildError,
    operation::create_table::CreateTableError,
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
        Projection, ProjectionType, ScalarAttributeType, TableStatus, TimeToLiveSpecification,
        TimeToLiveStatus,
    },
};

use super::{
    Table,
    keys::{INDEX, INDEX_PK, INDEX_SK, INDEXED, PK, SK, TTL},
};
use crate::{Error, Result};

/// How often and how long to wait for a table that is being made.
const PAUSE: Duration = Duration::from_millis(250);
const PAUSES: u32 = 240;

/// Makes the table with its index and its expiry, unless it is there.
pub async fn create(table: &Table) -> Result<()> {
    let (attributes, keys, index) =
        shape().map_err(|error| Error::corrupt("the table's shape", error))?;
    let sent = table
        .calls
        .client
        .create_table()
        .table_name(&table.calls.name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(attributes))
        .set_key_schema(Some(keys))
        .global_secondary_indexes(index)
        .send()
        .await;
    if let Err(error) = sent {
        let exists = matches!(
            error.as_service_error(),
            Some(CreateTableError::ResourceInUseException(_))
        );
        if !exists {
            return Err(Error::unavailable("making the table", error));
        }
    }
    wait_until_active(table).await?;
    expire_items(table).await
}

async fn wait_until_active(table: &Table) -> Result<()> {
    for _ in 0..PAUSES {
        let answer = table
            .calls
            .client
            .describe_table()
            .table_name(&table.calls.name)
            .send()
            .await
            .map_err(|error| Error::unavailable("looking at the table", error))?;
        if answer.table.and_then(|table| table.table_status) == Some(TableStatus::Active) {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(Error::Conflict {
        what: format!("the table {}", table.calls.name),
    })
}

async fn expire_items(table: &Table) -> Result<()> {
    let answer = table
        .calls
        .client
        .describe_time_to_live()
        .table_name(&table.calls.name)
        .send()
        .await
        .map_err(|error| Error::unavailable("looking at the table's expiry", error))?;
    let status = answer
        .time_to_live_description
        .and_then(|description| description.time_to_live_status);
    if matches!(
        status,
        Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)
    ) {
        return Ok(());
    }
    let specification = TimeToLiveSpecification::builder()
        .attribute_name(TTL)
        .enabled(true)
        .build()
        .map_err(|error| Error::corrupt("the table's expiry", error))?;
    table
        .calls
        .client
        .update_time_to_live()
        .table_name(&table.calls.name)
        .time_to_live_specification(specification)
        .send()
        .await
        .map_err(|error| Error::unavailable("setting the table's expiry", error))?;
    Ok(())
}

type Shape = (
    Vec<AttributeDefinition>,
    Vec<KeySchemaElement>,
    GlobalSecondaryIndex,
);

fn shape() -> std::result::Result<Shape, BuildError> {
    let text = |name: &str| {
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S)
            .build()
    };
    let keys = |partition: &str, sort: &str| {
        let key = |name: &str, kind| {
            KeySchemaElement::builder()
                .attribute_name(name)
                .key_type(kind)
                .build()
        };
        [(partition, KeyType::Hash), (sort, KeyType::Range)]
            .map(|(name, kind)| key(name, kind))
            .into_iter()
            .collect::<std::result::Result<Vec<_>, _>>()
    };
    let attributes = [PK, SK, INDEX_PK, INDEX_SK]
        .map(text)
        .into_iter()
        .collect::<std::result::Result<_, _>>()?;
    let index = GlobalSecondaryIndex::builder()
        .index_name(INDEX)
        .set_key_schema(Some(keys(INDEX_PK, INDEX_SK)?))
        .projection(
            Projection::builder()
                .projection_type(ProjectionType::Include)
                .set_non_key_attributes(Some(INDEXED.map(str::to_owned).to_vec()))
                .build(),
        )
        .build()?;
    Ok((attributes, keys(PK, SK)?, index))
}
