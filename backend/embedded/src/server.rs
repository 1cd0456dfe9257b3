//! The connections of both servers.

use std::{
    error::Error,
    future::{Ready, ready},
    time::Duration,
};

use futures::future::Either;
use hyper::{
    Request, Response, StatusCode,
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::rt::{TokioIo, TokioTimer};
use s3s::Body;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::sleep,
};

use crate::{
    body::{RequestBody, STALL},
    browsers::Browsers,
    listener::Stop,
};

/// What answers requests, on any number of connections.
pub(crate) trait Answers:
    Service<
        Request<RequestBody>,
        Response = Response<Body>,
        Error: Into<Box<dyn Error + Send + Sync>> + Send,
        Future: Send,
    > + Clone
    + Send
    + Sync
    + 'static
{
}

impl<S> Answers for S where
    S: Service<
            Request<RequestBody>,
            Response = Response<Body>,
            Error: Into<Box<dyn Error + Send + Sync>> + Send,
            Future: Send,
        > + Clone
        + Send
        + Sync
        + 'static
{
}

/// Serves until told to stop, then lets each connection end the request that it is at.
pub(crate) async fn serve(
    listener: TcpListener,
    service: impl Answers,
    browsers: Browsers,
    stop: Stop,
) {
    let mut connections = JoinSet::new();
    let mut stopped = std::pin::pin!(stop.clone().asked());
    loop {
        tokio::select! {
            () = &mut stopped => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let service = service.clone();
                    connections.spawn(connection(stream, service, browsers, STALL, stop.clone()));
                }
                Err(error) => {
                    // Out of file descriptors, most likely: they come back.
                    tracing::warn!(%error, "an embedded server cannot accept a connection");
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
    service: impl Answers,
    browsers: Browsers,
    stall: Duration,
    stop: Stop,
) {
    // Small answers must not wait for the other side's delayed acknowledgement.
    let _unsupported = stream.set_nodelay(true).is_err();
    let guarded = service_fn(move |request: Request<Incoming>| {
        if let Some(why) = browsers.refuse(request.method(), request.headers()) {
            return Either::Left(refusal(why));
        }
        let request = request.map(|body| RequestBody::new(body, stall));
        Either::Right(service.call(request))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), guarded);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.asked() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection to an embedded server broke");
    }
}

fn refusal<E>(why: &'static str) -> Ready<Result<Response<Body>, E>> {
    let mut response = Response::new(Body::from(format!("{why}\n")));
    *response.status_mut() = StatusCode::FORBIDDEN;
    ready(Ok(response))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use http_body_util::BodyExt as _;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;
    use crate::listener::Running;

    /// Answers with what a client gets that sends some bytes of ten, and then nothing.
    async fn answered(sent: &[u8], stall: Duration) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = service_fn(async |request: Request<RequestBody>| {
            let whole = request.into_body().collect().await;
            let said = whole.map_or_else(|error| error.to_string(), |_| "whole".to_owned());
            Ok::<_, Infallible>(Response::new(Body::from(said)))
        });
        let _running = Running::spawn(address, |stop| async move {
            let (stream, _) = listener.accept().await.unwrap();
            connection(stream, service, Browsers::StayOut, stall, stop).await;
        });
        let mut client = TcpStream::connect(address).await.unwrap();
        let head = b"PUT / HTTP/1.1\r\ncontent-length: 10\r\nconnection: close\r\n\r\n";
        client.write_all(&[head, sent].concat()).await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn a_body_that_stops_is_not_waited_for() {
        let answer = answered(b"12345", Duration::from_millis(100)).await;
        assert!(
            answer.ends_with("nothing of the body came for 0.1 s"),
            "{answer}"
        );
        let answer = answered(b"1234567890", Duration::from_mins(1)).await;
        assert!(answer.ends_with("whole"), "{answer}");
    }
}
