//! The body of a request, with a time limit for a client that stops sending.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Sleep, sleep};

/// How long a client may send nothing of a body. A whole body may take as long as it does: gigabytes over a slow line do.
pub const STALL: Duration = Duration::from_secs(30);

/// A body that ends with an error where nothing of it comes for a time.
pub struct RequestBody<B = Incoming> {
    body: B,
    stall: Duration,
    /// Runs while something is waited for.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl<B> RequestBody<B> {
    /// A body of which nothing may be missing for longer than `stall`.
    pub fn new(body: B, stall: Duration) -> Self {
        Self {
            body,
            stall,
            waiting: None,
        }
    }
}

impl<B> Body for RequestBody<B>
where
    B: Body<Error: std::error::Error + Send + Sync + 'static> + Unpin,
{
    type Data = B::Data;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<B::Data>>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            this.waiting = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(io::Error::other)));
        }
        let stall = this.stall;
        let waiting = this.waiting.get_or_insert_with(|| Box::pin(sleep(stall)));
        waiting.as_mut().poll(context).map(|()| {
            let why = format!("nothing of the body came for {} s", stall.as_secs_f32());
            Some(Err(io::Error::new(io::ErrorKind::TimedOut, why)))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use futures::{StreamExt as _, stream};
    use http_body_util::{BodyExt as _, StreamBody};

    use super::*;

    /// A body of as many bytes, each after a pause.
    fn slow(bytes: usize, pause: Duration) -> impl Body<Data = Bytes, Error = io::Error> + Unpin {
        let bytes = stream::iter(0..bytes).then(move |_| async move {
            sleep(pause).await;
            Ok(Frame::data(Bytes::from_static(b".")))
        });
        StreamBody::new(Box::pin(bytes))
    }

    const STALL: Duration = Duration::from_millis(500);

    #[tokio::test]
    async fn a_slow_body_takes_as_long_as_it_does() {
        let body = RequestBody::new(slow(12, STALL / 10), STALL);
        let whole = body.collect().await.unwrap();
        assert_eq!(whole.to_bytes().len(), 12);
    }

    #[tokio::test]
    async fn a_body_that_stops_ends_with_an_error() {
        let sent = slow(3, STALL / 10).into_data_stream();
        let sent = sent.map(|bytes| bytes.map(Frame::data));
        let stops = StreamBody::new(sent.chain(stream::pending()));
        let error = RequestBody::new(stops, STALL).collect().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(error.to_string(), "nothing of the body came for 0.5 s");
    }
}
