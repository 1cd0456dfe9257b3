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

use crate::{browsers::Browsers, listener::Stop};

/// What answers requests, on any number of connections.
pub(crate) trait Answers:
    Service<
        Request<Incoming>,
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
            Request<Incoming>,
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
                    connections.spawn(connection(stream, service.clone(), browsers, stop.clone()));
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

async fn connection(stream: TcpStream, service: impl Answers, browsers: Browsers, stop: Stop) {
    // Small answers must not wait for the other side's delayed acknowledgement.
    let _unsupported = stream.set_nodelay(true).is_err();
    let guarded = service_fn(move |request: Request<Incoming>| {
        match browsers.refuse(request.method(), request.headers()) {
            Some(why) => Either::Left(refusal(why)),
            None => Either::Right(service.call(request)),
        }
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
