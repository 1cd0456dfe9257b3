//! The connections of the local portal's servers.

use std::{pin::pin, time::Duration};

use axum::Router;
use embedded::{RequestBody, STALL};
use hyper::{
    Request,
    body::Incoming,
    server::conn::http1,
    service::{Service as _, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::sleep,
};

/// How long a client may take to send the headers of a request, and to begin the next one.
const HEADERS: Duration = Duration::from_secs(20);

/// Serves until told to stop, then lets each connection end the request that it is at.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    mut stopped: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    let for_each = stopped.clone();
    let mut stop = pin!(async { stopped.wait_for(|stop| *stop).await.is_err() });
    loop {
        tokio::select! {
            _gone = &mut stop => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, router.clone(), STALL, for_each.clone()));
                }
                Err(error) => {
                    // Out of file descriptors, most likely: they come back.
                    tracing::warn!(%error, "a connection cannot be accepted");
                    sleep(Duration::from_millis(100)).await;
                }
            },
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// `stall` is how long a client may send nothing of a body.
async fn connection(
    stream: TcpStream,
    router: Router,
    stall: Duration,
    mut stopped: watch::Receiver<bool>,
) {
    let _unsupported = stream.set_nodelay(true).is_err();
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |request: Request<Incoming>| {
        router.call(request.map(|body| RequestBody::new(body, stall)))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let stop = async { stopped.wait_for(|stop| *stop).await.is_err() };
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _gone = stop => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
}

#[cfg(test)]
mod tests {
    use axum::{body::Bytes, routing::post};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    /// A connection to a router that says how many bytes a body has, and what keeps it running.
    async fn connected(stall: Duration) -> (TcpStream, watch::Sender<bool>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route(
            "/",
            post(async |body: Bytes| format!("{} bytes", body.len())),
        );
        let (stopping, stopped) = watch::channel(false);
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            connection(stream, router, stall, stopped).await;
        });
        let mut client = TcpStream::connect(address).await.unwrap();
        let head = b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n";
        client.write_all(head).await.unwrap();
        (client, stopping)
    }

    #[tokio::test]
    async fn a_body_that_stops_ends_its_request_and_the_connection() {
        let (mut client, _running) = connected(Duration::from_millis(100)).await;
        client.write_all(b"12345").await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    }

    #[tokio::test]
    async fn a_slow_body_is_waited_for() {
        let stall = Duration::from_secs(2);
        let (mut client, running) = connected(stall).await;
        for byte in b"1234567890" {
            client.write_all(&[*byte]).await.unwrap();
            sleep(stall / 8).await;
        }
        running.send_replace(true);
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("10 bytes"), "{answer}");
    }
}
