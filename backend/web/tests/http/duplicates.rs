//! Bodies in which a member is there twice: what one reader takes first, another takes last.

use axum::http::{Request, header};

use testkit::TestPortal;

#[tokio::test]
async fn a_body_that_says_something_twice_is_refused_with_the_member() {
    let site = TestPortal::new().await;
    let event = r#"{"id":"e1","source":"aws.codepipeline","detail-type":"CodePipeline Pipeline Execution State Change",
        "account":"123456789012","region":"eu-west-1","time":"2026-01-02T03:04:00Z",
        "detail":{"pipeline":"wallet-dev","pipeline":"shop-dev","execution-id":"x1","state":"STARTED"}}"#;
    let bodies = [
        (
            "/api/v1/apps/wallet/uploads",
            r#"{"files":[],"environment":"dev","environment":"preprod"}"#.to_owned(),
        ),
        (
            "/api/v1/apps/wallet/uploads",
            r#"{"files":[{"name":"a.apk","name":"b.apk"}]}"#.to_owned(),
        ),
        ("/api/v1/events", event.to_owned()),
        ("/api/v1/events", format!("[{event}]")),
    ];
    for (address, body) in bodies {
        let post = Request::post(address).header(header::CONTENT_TYPE, "application/json");
        let answer = site.send(post.body(body.clone().into()).unwrap()).await;
        assert!(answer.status.is_client_error(), "{body}");
        let detail = answer.text();
        assert!(detail.contains("is there twice"), "{body}: {detail}");
    }
}
