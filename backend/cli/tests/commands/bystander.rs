//! When nobody answers, or somebody else.

use std::net::TcpListener;

use axum::{Router, routing::get};

use crate::portal::{towpath, typed};

fn status_at(url: &str, json: bool) -> crate::portal::Typed {
    let folder = tempfile::tempdir().unwrap();
    let mut command = towpath(folder.path());
    command.args(["--url", url, "status"]);
    if json {
        command.arg("--json");
    }
    typed(&mut command)
}

fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[test]
fn a_portal_that_is_down_is_said_to_be_in_one_line() {
    let url = free_address();
    let done = status_at(&url, false);
    assert_eq!(done.code, 3);
    assert!(
        done.err
            .starts_with(&format!("towpath: cannot reach the portal at {url}/: ")),
        "{}",
        done.err
    );
    assert!(
        done.err.contains("towpath serve") && done.err.contains("--url"),
        "{}",
        done.err
    );
    assert_eq!(done.err.lines().count(), 1);
    let json: serde_json::Value = serde_json::from_str(&status_at(&url, true).err).unwrap();
    assert_eq!(json["code"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn something_else_that_answers_is_no_portal() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let other = Router::new().route("/api/v1/overview", get(async || "<html>hello"));
    tokio::spawn(async move { axum::serve(listener, other).await });
    for address in [url.clone(), format!("{url}/elsewhere")] {
        let done = status_at(&address, false);
        assert_eq!(done.code, 3, "{}", done.err);
        assert!(done.err.contains("is not a Towpath portal"), "{}", done.err);
    }
}
