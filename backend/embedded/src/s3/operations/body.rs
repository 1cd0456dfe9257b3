//! A request's body, onto the disk, with whatever proves that it arrived whole.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use futures::StreamExt;
use s3s::{
    S3Result, TrailingHeaders,
    checksum::ChecksumHasher,
    dto::{Checksum, StreamingBlob},
    s3_error,
};
use tokio::sync::mpsc;

use crate::s3::folder::{Draft, Folder, Headers, Ready, blocking, failed};

/// Chunks that wait for the disk: with chunks of a connection's buffer, some hundred KB at the most.
const QUEUE: usize = 16;

/// What a request says of its body.
#[derive(Default)]
pub(crate) struct Claims {
    /// Bytes.
    pub(crate) length: Option<i64>,
    /// `Content-MD5`, base64.
    pub(crate) md5: Option<String>,
    /// Checksums in headers.
    pub(crate) checksums: Checksum,
    /// The algorithm of one that follows behind the body.
    pub(crate) algorithm: Option<String>,
    /// Headers behind the body.
    pub(crate) trailers: Option<TrailingHeaders>,
}

/// Writes a body, checks what the request claims of it, and returns it ready to be published.
pub(crate) async fn receive(
    folder: &Folder,
    body: Option<StreamingBlob>,
    claims: Claims,
    headers: Headers,
) -> S3Result<Ready> {
    let draft = folder.draft()?;
    let hasher = hasher(&claims);
    let (sender, chunks) = mpsc::channel(QUEUE);
    let writing = tokio::spawn(blocking(move || write(draft, hasher, chunks, headers)));
    let sent = send(body, sender).await;
    let (ready, found) = writing.await.map_err(failed)??;
    sent?;
    check(&ready, &found, claims)?;
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
    mut hasher: ChecksumHasher,
    mut chunks: mpsc::Receiver<Bytes>,
    headers: Headers,
) -> S3Result<(Ready, Checksum)> {
    while let Some(chunk) = chunks.blocking_recv() {
        hasher.update(&chunk);
        draft.write(&chunk).map_err(failed)?;
    }
    let ready = draft.finish(headers, None).map_err(failed)?;
    Ok((ready, hasher.finalize()))
}

fn hasher(claims: &Claims) -> ChecksumHasher {
    let named = |name: &str| claims.algorithm.as_deref() == Some(name);
    let given = &claims.checksums;
    let mut hasher = ChecksumHasher::default();
    if named("CRC32") || given.checksum_crc32.is_some() {
        hasher.crc32 = Some(s3s::crypto::Crc32::default());
    }
    if named("CRC32C") || given.checksum_crc32c.is_some() {
        hasher.crc32c = Some(s3s::crypto::Crc32c::default());
    }
    if named("CRC64NVME") || given.checksum_crc64nvme.is_some() {
        hasher.crc64nvme = Some(s3s::crypto::Crc64Nvme::default());
    }
    if named("SHA1") || given.checksum_sha1.is_some() {
        hasher.sha1 = Some(s3s::crypto::Sha1::default());
    }
    if named("SHA256") || given.checksum_sha256.is_some() {
        hasher.sha256 = Some(s3s::crypto::Sha256::default());
    }
    hasher
}

fn check(ready: &Ready, found: &Checksum, claims: Claims) -> S3Result<()> {
    let size = ready.record.size;
    if claims
        .length
        .is_some_and(|length| u64::try_from(length) != Ok(size))
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
        let found = hex::decode(&ready.record.etag).map_err(failed)?;
        if STANDARD.encode(found) != md5 {
            return Err(wrong());
        }
    }
    let mut given = claims.checksums;
    if let Some(trailers) = claims.trailers.and_then(|trailers| trailers.take()) {
        let trailer = |name| {
            let value = trailers.get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        given.checksum_crc32 = trailer("x-amz-checksum-crc32").or(given.checksum_crc32);
        given.checksum_crc32c = trailer("x-amz-checksum-crc32c").or(given.checksum_crc32c);
        given.checksum_crc64nvme = trailer("x-amz-checksum-crc64nvme").or(given.checksum_crc64nvme);
        given.checksum_sha1 = trailer("x-amz-checksum-sha1").or(given.checksum_sha1);
        given.checksum_sha256 = trailer("x-amz-checksum-sha256").or(given.checksum_sha256);
    }
    let agree = |given: &Option<String>, found: &Option<String>| given.is_none() || given == found;
    let all = agree(&given.checksum_crc32, &found.checksum_crc32)
        && agree(&given.checksum_crc32c, &found.checksum_crc32c)
        && agree(&given.checksum_crc64nvme, &found.checksum_crc64nvme)
        && agree(&given.checksum_sha1, &found.checksum_sha1)
        && agree(&given.checksum_sha256, &found.checksum_sha256);
    if all { Ok(()) } else { Err(wrong()) }
}
