//! A long past, written fast: copies of the events and runs that are there, under other names.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    config::Credentials,
    types::{AttributeValue, PutRequest, WriteRequest},
};
use futures::{StreamExt, stream};

type Item = HashMap<String, AttributeValue>;

/// Batches under way at one time.
const LANES: usize = 4;

/// Writes items until there are `wanted` events in the past, and gives how many items there are of the past then. What is
/// not of the past, such as the overview, stays as it is.
pub(crate) async fn fill(endpoint: &str, table: &str, wanted: usize) -> usize {
    let client = client(endpoint);
    let past = past(&client, table).await;
    let events = past
        .iter()
        .filter(|item| text(item, "pk").starts_with("EVENT#"))
        .count();
    let copies = wanted.div_ceil(events);
    let items = (0..copies).flat_map(|copy| past.iter().map(move |item| renamed(item, copy)));
    let batches: Vec<Vec<Item>> = items
        .collect::<Vec<_>>()
        .chunks(25)
        .map(<[Item]>::to_vec)
        .collect();
    stream::iter(batches)
        .for_each_concurrent(LANES, |batch| put(&client, table, batch))
        .await;
    copies * past.len()
}

fn client(endpoint: &str) -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version_latest()
        .region(aws_sdk_dynamodb::config::Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(endpoint)
        .build();
    Client::from_conf(config)
}

/// The items of events and runs.
async fn past(client: &Client, table: &str) -> Vec<Item> {
    let mut pages = client
        .scan()
        .table_name(table)
        .into_paginator()
        .items()
        .send();
    let mut items = Vec::new();
    while let Some(item) = pages.next().await {
        items.push(item.unwrap());
    }
    items.retain(|item| {
        let pk = text(item, "pk");
        pk.starts_with("EVENT#") || pk.starts_with("RUN#")
    });
    items
}

/// The same item of another event or run.
fn renamed(item: &Item, copy: usize) -> Item {
    let mut item = item.clone();
    for key in ["pk", "gsi1sk"] {
        if let Some(AttributeValue::S(text)) = item.get_mut(key) {
            *text = format!("{text}-{copy}");
        }
    }
    item
}

async fn put(client: &Client, table: &str, batch: Vec<Item>) {
    let writes = batch.into_iter().map(|item| {
        let put = PutRequest::builder().set_item(Some(item)).build().unwrap();
        WriteRequest::builder().put_request(put).build()
    });
    client
        .batch_write_item()
        .request_items(table, writes.collect())
        .send()
        .await
        .unwrap();
}

fn text<'a>(item: &'a Item, attribute: &str) -> &'a str {
    item[attribute].as_s().unwrap()
}
