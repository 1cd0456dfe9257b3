//! The connections.

use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use s3s::service::S3Service;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::sleep,
};

use crate::listener::Stop;

/// Serves until told to stop, then lets each connection end the request that it is at.
pub(crate) async fn serve(listener: TcpListener, service: S3Service, stop: Stop) {
    let mut connections = JoinSet::new();
    let mut stopped = std::pin::pin!(stop.clone().asked());
    loop {
        tokio::select! {
            () = &mut stopped => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, service.clone(), stop.clone()));
                }
                Err(error) => {
                    // Out of file descriptors, most likely: they come back.
                    tracing::warn!(%error, "the embedded S3 cannot accept a connection");
                    sleep(Duration::from_millis(100)).await;
                }
            },
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn connection(stream: TcpStream, service: S3Service, stop: Stop) {
    // Small answers must not wait for the other side's delayed acknowledgement.
    let _unsupported = stream.set_nodelay(true).is_err();
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.asked() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection to the embedded S3 broke");
    }
}
