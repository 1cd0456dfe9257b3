//! An S3 that is at odds with somebody else's write: between the store and the embedded S3, the first answers are altered.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use store::{Error, objects::PART_SIZE};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy, copy_bidirectional, sink},
    net::{TcpListener, TcpStream},
};

use crate::place::{bytes, objects_at, start};

const CONFLICT: &str = "<Error><Code>ConditionalRequestConflict</Code>\
    <Message>A conflicting operation occurred during the upload.</Message></Error>";

/// Answers the first `conflicts` requests that must not replace anything as S3 does while another write is under way, and
/// hands on everything else. Its address.
async fn conflicting(endpoint: &str, conflicts: usize) -> String {
    let server = endpoint.strip_prefix("http://").unwrap().to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let left = Arc::new(AtomicUsize::new(conflicts));
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(answer(client, server.clone(), left.clone()));
        }
    });
    address
}

async fn answer(mut client: TcpStream, server: String, left: Arc<AtomicUsize>) {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let mut block = [0; 4096];
        match client.read(&mut block).await {
            Ok(0) | Err(_) => return,
            Ok(read) => head.extend_from_slice(&block[..read]),
        }
    }
    let text = String::from_utf8_lossy(&head).to_ascii_lowercase();
    let conditional = text.contains("if-none-match: *");
    let less = |left: usize| left.checked_sub(1).filter(|_| conditional);
    if left
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
        .is_ok()
    {
        let length = CONFLICT.len();
        let answer = format!(
            "HTTP/1.1 409 Conflict\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{CONFLICT}"
        );
        client.write_all(answer.as_bytes()).await.unwrap();
        client.shutdown().await.unwrap();
        // What is closed with bytes that nobody read takes the answer with it.
        let _broken = copy(&mut client, &mut sink()).await;
        return;
    }
    // One request a connection, so that each is looked at.
    let end = text.find("\r\n").unwrap() + 2;
    let mut server = TcpStream::connect(server).await.unwrap();
    server.write_all(&head[..end]).await.unwrap();
    server.write_all(b"connection: close\r\n").await.unwrap();
    server.write_all(&head[end..]).await.unwrap();
    let _broken = copy_bidirectional(&mut client, &mut server).await;
}

#[tokio::test]
async fn a_write_that_met_another_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), Vec::new()).await;
    let calm = objects_at(&server.endpoint()).await;
    calm.create_bucket().await.unwrap();
    let objects = objects_at(&conflicting(&server.endpoint(), 2).await).await;
    objects
        .put_if_absent("put", "bytes", "text/plain")
        .await
        .unwrap();
    assert_eq!(calm.range("put", 0..100).await.unwrap(), "bytes");

    let objects = objects_at(&conflicting(&server.endpoint(), 2).await).await;
    objects
        .copy_if_absent("put", "copy", "text/plain")
        .await
        .unwrap();
    assert_eq!(calm.range("copy", 0..100).await.unwrap(), "bytes");
    server.shutdown().await;
}

#[tokio::test]
async fn a_write_that_keeps_meeting_others_is_a_conflict() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), Vec::new()).await;
    let calm = objects_at(&server.endpoint()).await;
    calm.create_bucket().await.unwrap();
    let objects = objects_at(&conflicting(&server.endpoint(), usize::MAX).await).await;
    let put = objects.put_if_absent("put", "bytes", "text/plain").await;
    assert!(matches!(put, Err(Error::Conflict { .. })), "{put:?}");

    let mut writer = objects.writer("large", "text/plain").await.unwrap();
    writer.write(&bytes(PART_SIZE + 1)).await.unwrap();
    let written = writer.finish_if_absent().await;
    assert!(
        matches!(written, Err(Error::Conflict { .. })),
        "{written:?}"
    );
    assert_eq!(calm.list("").await.unwrap(), [""; 0]);
    server.shutdown().await;
}
