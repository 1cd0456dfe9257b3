//! What the embedded DynamoDB refuses, as AWS has no need to.

use std::net::Ipv4Addr;

use embedded::dynamodb::{Storage, start};

#[tokio::test]
async fn a_page_of_another_site_is_not_answered() {
    let server = start(Storage::Memory, (Ipv4Addr::LOCALHOST, 0).into()).await;
    let server = server.unwrap();
    let list = || {
        reqwest::Client::new()
            .post(server.endpoint())
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", "DynamoDB_20120810.ListTables")
            .body("{}")
    };
    assert_eq!(list().send().await.unwrap().status(), 200);
    let pages = [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "same-site"),
        ("host", "evil.example"),
    ];
    for (header, value) in pages {
        let refused = list().header(header, value).send().await.unwrap();
        assert_eq!(refused.status(), 403, "{header}: {value}");
        let invited = refused.headers().get("access-control-allow-origin");
        assert_eq!(invited, None);
    }
    server.shutdown().await;
}
