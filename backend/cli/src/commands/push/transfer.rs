//! Bytes on their way: four links at a time, each tried several times.

use std::{
    collections::BTreeMap,
    io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use api::uploads::{FileState, UploadPlan};
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, SeekFrom};

use super::{files::LocalFile, progress::Progress};
use crate::client::http::{Content, Http, HttpError};

/// How many links at a time.
const AT_ONCE: usize = 4;

/// How often to try a link. The pauses between add up to 7.5 seconds.
const TRIES: u32 = 5;

/// How long to wait after the first try.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// Bytes read at a time.
const CHUNK: usize = 256 << 10;

/// Why bytes did not arrive.
#[derive(Debug, thiserror::Error)]
pub(super) enum TransferError {
    /// The connection.
    #[error("{0}")]
    Connection(HttpError),
    /// The bucket.
    #[error("the bucket answers {0}")]
    Status(StatusCode),
    /// The file, which something has changed since its digest was made.
    #[error("{} is not what it was when it was read first", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The file, which is not what it was when its digest was made.
    #[error("{} cannot be read any more, or not as far as before", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A stretch of a file and where to put it.
#[derive(Clone)]
struct Piece {
    path: PathBuf,
    offset: u64,
    size: u64,
    url: String,
    /// What the link was signed with.
    headers: BTreeMap<String, String>,
}

/// Puts all that is missing.
pub(super) async fn all(
    http: &Http,
    files: &[LocalFile],
    plan: &UploadPlan,
    progress: &Progress,
) -> Result<(), TransferError> {
    let pieces = pieces(files, plan);
    let total: u64 = files.iter().map(|file| file.promise.size).sum();
    let missing: u64 = pieces.iter().map(|piece| piece.size).sum();
    progress.start_at(total.saturating_sub(missing));
    stream::iter(pieces)
        .map(|piece| put(http, piece, progress))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}

fn pieces(files: &[LocalFile], plan: &UploadPlan) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (file, plan) in files.iter().zip(&plan.files) {
        let piece = |offset, size, url: &String| Piece {
            path: file.path.clone(),
            offset,
            size,
            url: url.clone(),
            headers: BTreeMap::new(),
        };
        match &plan.state {
            FileState::Done => {}
            FileState::Put { url, headers } => pieces.push(Piece {
                headers: headers.clone(),
                ..piece(0, plan.size, url)
            }),
            FileState::Parts { parts } => {
                pieces.extend(
                    parts
                        .iter()
                        .map(|part| piece(part.offset, part.size, &part.url)),
                );
            }
        }
    }
    pieces
}

/// Puts one piece, again and again while that may help.
async fn put(http: &Http, piece: Piece, progress: &Progress) -> Result<(), TransferError> {
    let mut pause = FIRST_PAUSE;
    for number in 1.. {
        let sent = Arc::new(AtomicU64::new(0));
        let Err(error) = try_once(http, &piece, progress, &sent).await else {
            break;
        };
        progress.take_back(sent.load(Ordering::Relaxed));
        if number == TRIES || !error.may_pass() {
            return Err(error);
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
    Ok(())
}

async fn try_once(
    http: &Http,
    piece: &Piece,
    progress: &Progress,
    sent: &Arc<AtomicU64>,
) -> Result<(), TransferError> {
    let unread = |source| TransferError::File {
        path: piece.path.clone(),
        source,
    };
    let mut file = tokio::fs::File::open(&piece.path).await.map_err(unread)?;
    file.seek(SeekFrom::Start(piece.offset))
        .await
        .map_err(unread)?;
    let (progress, sent) = (progress.clone(), Arc::clone(sent));
    let bytes = stream::try_unfold((file, piece.size), move |(mut file, left)| {
        let (progress, sent) = (progress.clone(), Arc::clone(&sent));
        async move {
            if left == 0 {
                return Ok(None);
            }
            let length = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
            let mut chunk = vec![0; length];
            file.read_exact(&mut chunk).await?;
            progress.add(length as u64);
            sent.fetch_add(length as u64, Ordering::Relaxed);
            Ok::<_, io::Error>(Some((Bytes::from(chunk), (file, left - length as u64))))
        }
    });
    let headers = headers(&piece.headers)
        .map_err(|error| TransferError::Connection(HttpError::Request(error)))?;
    let content = Content::stream(piece.size, bytes);
    let sent = http.send_with(Method::PUT, &piece.url, &headers, content);
    let answer = match sent.await {
        Ok(answer) => answer,
        Err(_) if is_shorter(piece).await => return Err(changed(piece)),
        Err(error) => return Err(TransferError::Connection(error)),
    };
    match answer.status() {
        status if status.is_success() => Ok(()),
        StatusCode::BAD_REQUEST if !piece.headers.is_empty() => Err(changed(piece)),
        status => Err(TransferError::Status(status)),
    }
}

fn headers(
    given: &BTreeMap<String, String>,
) -> Result<Vec<(HeaderName, HeaderValue)>, http::Error> {
    let parsed = given
        .iter()
        .map(|(name, value)| Ok((name.parse()?, value.parse()?)));
    parsed.collect()
}

/// Whether the file is not as long any more as it was when it was read first.
async fn is_shorter(piece: &Piece) -> bool {
    let now = tokio::fs::metadata(&piece.path).await;
    now.is_ok_and(|now| now.len() < piece.offset + piece.size)
}

fn changed(piece: &Piece) -> TransferError {
    TransferError::Changed {
        path: piece.path.clone(),
    }
}

impl TransferError {
    /// Whether what was to be sent is at fault.
    pub(super) fn is_of_the_file(&self) -> bool {
        matches!(self, Self::File { .. } | Self::Changed { .. })
    }

    /// Whether a new link may work: this one was refused, likely because it has expired.
    pub(super) fn needs_new_link(&self) -> bool {
        matches!(self, Self::Status(status) if status.is_client_error())
    }

    /// Whether the same link may work the next time.
    fn may_pass(&self) -> bool {
        match self {
            Self::Connection(_) => true,
            Self::Status(status) => {
                status.is_server_error() || *status == StatusCode::REQUEST_TIMEOUT
            }
            Self::File { .. } | Self::Changed { .. } => false,
        }
    }
}
