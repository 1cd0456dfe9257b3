//! The program says where its portal is, lets in whom it says, and ends with its input.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use serde_json::Value;

#[tokio::test]
async fn it_says_where_it_is_and_ends_with_its_input() {
    let program = Command::new(env!("CARGO_BIN_EXE_api-portal"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut program = program.unwrap();
    let mut line = String::new();
    BufReader::new(program.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let said: Value = serde_json::from_str(&line).unwrap();
    let address = format!("{}/api/v1/overview", said["address"].as_str().unwrap());
    let ask = async |cookie: &str| {
        let request = reqwest::Client::new()
            .get(&address)
            .header("cookie", cookie);
        request.send().await.unwrap()
    };
    assert_eq!(ask("").await.status(), 401);
    let people = said["people"].as_object().unwrap();
    assert_eq!(people.len(), 8);
    for (group, cookie) in people {
        let answer = ask(cookie.as_str().unwrap()).await;
        let expected = if group == "nobody" { 403 } else { 200 };
        assert_eq!(answer.status(), expected, "{group}");
    }
    drop(program.stdin.take());
    assert!(program.wait().unwrap().success());
}
