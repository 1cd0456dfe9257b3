//! A DynamoDB whose clock says something else.

use store::{Settings, Store};
use testkit::log::Log;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::support::app;

/// Looks twice at a table whose answers say what time it is; what was logged.
async fn logged(date: Option<&'static str>) -> String {
    let log = Log::of_this_test("store=warn");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let date = date.map_or_else(String::new, |date| format!("date: {date}\r\n"));
    let answer =
        format!("HTTP/1.1 200 OK\r\n{date}content-length: 2\r\nconnection: close\r\n\r\n{{}}");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            // A GetItem fits into the first packet.
            let _request = stream.read(&mut [0; 8 * 1024]).await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    let settings = Settings {
        region: "eu-west-1".to_owned(),
        table: "towpath".to_owned(),
        bucket: "unused".to_owned(),
        dynamodb_endpoint: Some(endpoint),
        s3_endpoint: None,
        static_credentials: Some(("test".to_owned(), "test".to_owned())),
    };
    let table = Store::connect(&settings).await.table;
    let (wallet, dev) = (app("wallet"), testkit::dev());
    for _ in 0..2 {
        let served = table.releases().current(&wallet, &dev);
        assert_eq!(served.await.unwrap(), None);
    }
    log.text()
}

#[tokio::test]
async fn a_clock_that_disagrees_with_the_table_is_told_of_once() {
    let text = logged(Some("Mon, 01 Jan 2024 00:00:00 GMT")).await;
    assert_eq!(text.matches("clock is ahead of").count(), 1, "{text}");
    assert!(text.contains("DynamoDB"), "{text}");
    // A service that does not say what time it is.
    assert_eq!(logged(None).await, "");
}
