//! What a request carries, and what an answer brings.

use std::{io, time::Duration};

use bytes::Bytes;
use futures::{Stream, StreamExt as _, TryStreamExt as _, future::ready, stream::try_unfold};
use http_body_util::{BodyExt as _, BodyStream, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::Frame;
use tokio::time::timeout;

use crate::{Answer, Error};

/// What a request carries.
pub type Body = UnsyncBoxBody<Bytes, io::Error>;

/// These bytes.
pub fn whole(bytes: Bytes) -> Body {
    Full::new(bytes)
        .map_err(|never| match never {})
        .boxed_unsync()
}

/// Bytes as they come.
pub fn stream(bytes: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Body {
    StreamBody::new(bytes.map_ok(Frame::data)).boxed_unsync()
}

/// The bytes of an answer as they come, each in time.
pub(crate) fn chunks(
    answer: Answer,
    patience: Duration,
) -> impl Stream<Item = Result<Bytes, Error>> + Unpin {
    let frames = BodyStream::new(answer.into_body());
    let chunks = try_unfold(frames, move |mut frames| async move {
        let next = timeout(patience, frames.next()).await;
        match next.map_err(|_| Error::Silence(patience))? {
            Some(Ok(frame)) => Ok(Some((frame.into_data().unwrap_or_default(), frames))),
            Some(Err(error)) => Err(Error::connection(&error)),
            None => Ok(None),
        }
    });
    Box::pin(chunks.try_filter(|chunk| ready(!chunk.is_empty())))
}
