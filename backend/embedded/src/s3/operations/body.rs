//! A request's body, onto the disk, with whatever proves that it arrived whole.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use futures::StreamExt;
use s3s::{S3Result, TrailingHeaders, checksum::ChecksumHasher, dto::StreamingBlob, s3_error};
use tokio::sync::mpsc;

use crate::s3::{
    checksum::{Algorithm, Checksum},
    folder::{Draft, Folder, Headers, Ready, blocking, failed},
};

/// S3 takes nothing larger in one request, neither an object nor a part of one, and copies nothing larger.
pub(super) const LARGEST: u64 = 5 << 30;

/// Chunks that wait for the disk: with chunks of a connection's buffer, some hundred KB at the most.
const QUEUE: usize = 16;

/// What a request says of its body.
#[derive(Default)]
pub(crate) struct Claims {
    /// Bytes.
    pub(crate) length: Option<i64>,
    /// `Content-MD5`, base64.
    pub(crate) md5: Option<String>,
    /// A checksum in a header.
    pub(crate) checksum: Option<Checksum>,
    /// The algorithm that the writer's SDK names.
    pub(crate) named: Option<Algorithm>,
    /// Headers behind the body.
    pub(crate) trailers: Option<TrailingHeaders>,
}

impl Claims {
    /// The algorithm of the one checksum that comes before or behind the body, if one does.
    pub(crate) fn algorithm(&self) -> S3Result<Option<Algorithm>> {
        let given = self.checksum.as_ref().map(|checksum| checksum.algorithm);
        match (given, self.named) {
            (None, Some(_)) if self.trailers.is_none() => Err(s3_error!(
                InvalidRequest,
                "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found."
            )),
            (Some(given), Some(named)) if given != named => Err(s3_error!(
                InvalidRequest,
                "Value for x-amz-sdk-checksum-algorithm header is invalid."
            )),
            (given, named) => Ok(given.or(named)),
        }
    }
}

/// Writes a body, checks what the request claims of it, and returns it ready to be published.
pub(crate) async fn receive(
    folder: &Folder,
    body: Option<StreamingBlob>,
    claims: Claims,
    headers: Headers,
) -> S3Result<Ready> {
    match claims.length.map(u64::try_from) {
        Some(Ok(length)) if length <= LARGEST => {}
        Some(_) => {
            return Err(s3_error!(
                EntityTooLarge,
                "Your proposed upload exceeds the maximum allowed size"
            ));
        }
        None => {
            return Err(s3_error!(
                MissingContentLength,
                "You must provide the Content-Length HTTP header."
            ));
        }
    }
    let hasher = claims.algorithm()?.map(Algorithm::hasher);
    let draft = folder.draft()?;
    let (sender, chunks) = mpsc::channel(QUEUE);
    let writing = tokio::spawn(blocking(move || write(draft, hasher, chunks, headers)));
    let sent = send(body, sender).await;
    let ready = writing.await.map_err(failed)??;
    sent?;
    check(&ready, claims)?;
    Ok(ready)
}

async fn send(body: Option<StreamingBlob>, sender: mpsc::Sender<Bytes>) -> S3Result<()> {
    let Some(mut body) = body else {
        return Ok(());
    };
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| {
            let mut refused = s3_error!(
                IncompleteBody,
                "The request body did not arrive as it was announced"
            );
            refused.set_source(error);
            refused
        })?;
        if sender.send(chunk).await.is_err() {
            // The writer gave up, and says why itself.
            return Ok(());
        }
    }
    Ok(())
}

fn write(
    mut draft: Draft,
    mut hasher: Option<ChecksumHasher>,
    mut chunks: mpsc::Receiver<Bytes>,
    headers: Headers,
) -> S3Result<Ready> {
    while let Some(chunk) = chunks.blocking_recv() {
        if let Some(hasher) = &mut hasher {
            hasher.update(&chunk);
        }
        draft.write(&chunk).map_err(failed)?;
    }
    let found = match hasher {
        Some(hasher) => Checksum::single(hasher.finalize())?,
        None => None,
    };
    draft.finish(headers, None, found).map_err(failed)
}

fn check(ready: &Ready, claims: Claims) -> S3Result<()> {
    let record = &ready.record;
    if claims
        .length
        .is_some_and(|length| u64::try_from(length) != Ok(record.size))
    {
        return Err(s3_error!(
            IncompleteBody,
            "You did not provide the number of bytes specified by the Content-Length HTTP header."
        ));
    }
    let wrong = || {
        s3_error!(
            BadDigest,
            "The checksum you specified did not match what we received."
        )
    };
    if let Some(md5) = claims.md5 {
        let found = hex::decode(&record.etag).map_err(failed)?;
        if STANDARD.encode(found) != md5 {
            return Err(wrong());
        }
    }
    let Some(found) = &record.checksum else {
        return Ok(());
    };
    let given = match claims.checksum {
        Some(given) => Some(given.value),
        None => claims.trailers.and_then(|trailers| {
            let trailers = trailers.take()?;
            let value = trailers.get(format!("x-amz-checksum-{}", found.algorithm.name()))?;
            value.to_str().ok().map(str::to_owned)
        }),
    };
    // Also where the trailer that was announced did not come.
    if given.as_ref() == Some(&found.value) {
        Ok(())
    } else {
        Err(wrong())
    }
}
