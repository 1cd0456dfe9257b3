//! A DynamoDB that takes calls and says nothing.

use std::time::Duration;

use store::{Error, Settings, Store};
use tokio::{net::TcpListener, time::timeout};

use crate::support::app;

#[tokio::test]
async fn a_call_without_an_answer_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = Settings {
        region: "eu-west-1".to_owned(),
        table: "towpath".to_owned(),
        bucket: "unused".to_owned(),
        dynamodb_endpoint: Some(format!("http://{}", silent.local_addr().unwrap())),
        s3_endpoint: None,
        static_credentials: Some(("test".to_owned(), "test".to_owned())),
    };
    let table = Store::connect(&settings).await.table;
    // It takes 20 seconds; without a limit, it takes for ever.
    let wallet = app("wallet");
    let number = table.builds().next_number(&wallet);
    let number = timeout(Duration::from_mins(5), number).await.unwrap();
    assert!(
        matches!(number, Err(Error::Unavailable { .. })),
        "{number:?}"
    );
}
