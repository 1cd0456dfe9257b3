//! HTTP for outbound requests: bounded in time and size, over https except on this machine, and without following redirects.

mod body;
mod connections;
mod error;
mod names;

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use tokio::time::timeout;

pub use body::{Body, stream, whole};
pub use error::Error;
pub use names::is_this_machine;

use connections::Connections;

/// An answer whose bytes are still to come.
pub type Answer = Response<Incoming>;

/// The bounds of a client.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How long a connection may take.
    pub connect: Duration,
    /// How long an answer, its bytes, or the next of them may take.
    pub answer: Duration,
    /// The most bytes of an answer that is read as a whole.
    pub most_bytes: usize,
    /// Whether connections are kept for the next request. Where Lambda freezes the process, a kept connection is dead, which shows
    /// only when the next request is lost on it.
    pub keeps_connections: bool,
    pub plain: PlainHttp,
}

/// Where requests may go over plain http.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainHttp {
    /// To this machine.
    Here,
    /// To any address, each of which the caller has checked.
    Checked,
}

/// A client that follows no redirects: what moved is not what was asked for, and a link carries a permission of its own.
#[derive(Clone, Debug)]
pub struct Client {
    connections: Connections,
    settings: Settings,
}

impl Client {
    pub fn new(settings: Settings) -> Self {
        Self {
            connections: Connections::new(settings.connect, settings.keeps_connections),
            settings,
        }
    }

    /// Sends a request, and gives the answer once its head is here.
    pub async fn send(&self, request: Request<Body>) -> Result<Answer, Error> {
        let secure = request.uri().scheme_str() == Some("https");
        let host = request.uri().host().unwrap_or_default();
        if !secure && self.settings.plain == PlainHttp::Here && !is_this_machine(host) {
            return Err(Error::Plain);
        }
        let sent = self.connections.send(request, secure);
        self.in_time(sent).await?
    }

    /// All bytes of an answer.
    pub async fn read(&self, answer: Answer) -> Result<Bytes, Error> {
        let body = Limited::new(answer.into_body(), self.settings.most_bytes).collect();
        let body = self.in_time(body).await?;
        let body = body.map_err(|error| Error::connection(&*error))?;
        Ok(body.to_bytes())
    }

    /// Sends a request, and gives the answer once all of it is here, in the time of one answer. A request that changes nothing is
    /// sent again after its connection failed.
    pub async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Error> {
        let exchanged = async {
            match self.once(request.clone()).await {
                Err(Error::Connection(_)) if request.method().is_safe() => self.once(request).await,
                answered => answered,
            }
        };
        self.in_time(exchanged).await?
    }

    /// The bytes of an answer as they come.
    pub fn chunks(
        &self,
        answer: Answer,
    ) -> impl futures::Stream<Item = Result<Bytes, Error>> + Unpin {
        body::chunks(answer, self.settings.answer)
    }

    async fn once(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Error> {
        let answer = self.send(request.map(whole)).await?;
        let (head, body) = answer.into_parts();
        let bytes = self.read(Response::new(body)).await?;
        Ok(Response::from_parts(head, bytes))
    }

    async fn in_time<T>(&self, answer: impl Future<Output = T>) -> Result<T, Error> {
        let patience = self.settings.answer;
        let answered = timeout(patience, answer).await;
        answered.map_err(|_| Error::Silence(patience))
    }
}
