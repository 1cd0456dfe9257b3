//! Links that let their holder read or write one object for a while. They are signed here; nothing is asked of S3.

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_s3::presigning::{PresigningConfig, PresigningConfigError};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use domain::{Timestamp, digest::Digest, id::FileName, text::is_shown};
use futures::FutureExt as _;
use jiff::SignedDuration;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::Objects;
use crate::{Error, Result};

/// A link to write an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedPut {
    pub url: String,
    /// Headers that are signed, so that a request must have them.
    pub headers: BTreeMap<String, String>,
}

impl Objects {
    /// A link to write an object of exactly `size` bytes with that digest, and the headers that a request must have beside
    /// its length.
    pub async fn presign_put(
        &self,
        key: &str,
        size: u64,
        digest: &Digest,
        expires: SignedDuration,
    ) -> Result<SignedPut> {
        let size = i64::try_from(size).map_err(|error| unsigned(error.into()))?;
        let call = self.client.put_object().bucket(&self.bucket).key(key);
        let signed = call
            .content_length(size)
            .set_checksum_sha256(Some(BASE64.encode(digest.as_bytes())))
            .presigned(lasting(expires, None)?)
            .boxed()
            .await
            .map_err(|error| Error::unavailable("signing a link", error))?;
        let headers = signed.headers();
        let headers = headers.filter(|(name, _)| !name.eq_ignore_ascii_case("content-length"));
        Ok(SignedPut {
            url: signed.uri().to_owned(),
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        })
    }

    /// A link to send one part of an upload.
    pub async fn presign_part(
        &self,
        key: &str,
        upload: &str,
        number: i32,
        expires: SignedDuration,
    ) -> Result<String> {
        let call = self.client.upload_part().bucket(&self.bucket).key(key);
        let signed = call
            .upload_id(upload)
            .part_number(number)
            .presigned(lasting(expires, None)?)
            .boxed()
            .await
            .map_err(|error| Error::unavailable("signing a link", error))?;
        Ok(signed.uri().to_owned())
    }

    /// A link to download an object as a file of that name and type. It works from `now` on.
    pub async fn presign_get(
        &self,
        key: &str,
        file_name: &FileName,
        content_type: &str,
        now: Timestamp,
        expires: SignedDuration,
    ) -> Result<String> {
        let call = self.client.get_object().bucket(&self.bucket).key(key);
        let signed = call
            .response_content_disposition(attachment(file_name))
            .response_content_type(content_type)
            .presigned(lasting(expires, Some(now))?)
            .boxed()
            .await
            .map_err(|error| Error::unavailable("signing a link", error))?;
        Ok(signed.uri().to_owned())
    }

    /// Where links lead: scheme, host and port, for pages whose forms end there. One is made and thrown away,
    /// since nobody but the SDK knows.
    pub async fn links_origin(&self) -> Result<String> {
        let call = self.client.get_object().bucket(&self.bucket).key("-");
        let signed = call
            .presigned(lasting(SignedDuration::from_secs(1), None)?)
            .boxed()
            .await
            .map_err(|error| Error::unavailable("signing a link", error))?;
        let url = signed.uri();
        let host = url.find("://").map_or(0, |at| at + 3);
        let end = url[host..].find('/').map_or(url.len(), |at| host + at);
        Ok(url[..end].to_owned())
    }
}

fn lasting(expires: SignedDuration, from: Option<Timestamp>) -> Result<PresigningConfig> {
    let expires = Duration::try_from(expires).map_err(|error| unsigned(error.into()))?;
    let config = PresigningConfig::builder().expires_in(expires);
    let config = match from {
        Some(now) => config.start_time(now.into()),
        None => config,
    };
    config
        .build()
        .map_err(|error: PresigningConfigError| unsigned(error.into()))
}

fn unsigned(source: crate::Source) -> Error {
    Error::Unavailable {
        operation: "signing a link",
        source,
    }
}

/// A download's name (RFC 6266): in ASCII for old programs, and as it is (RFC 8187).
fn attachment(name: &FileName) -> String {
    let ascii: String = name
        .as_str()
        .chars()
        .map(|c| match c {
            // `%` too: some browsers decode it.
            ' '..='~' if !matches!(c, '"' | '\\' | '%') => c,
            _ => '_',
        })
        .collect();
    // Names of files that were registered long ago may hold what changes the order of a name: `exe.jpg` of `gpj.exe`.
    let shown = |c: char| if is_shown(c) { c } else { '_' };
    let exact: String = name.as_str().chars().map(shown).collect();
    let exact = utf8_percent_encode(&exact, RESERVED);
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{exact}")
}

/// What is written as `%XX`: everything but unreserved characters (RFC 3986).
pub(super) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_reads_as_another_one() {
        let name: FileName = "app\u{202e}kpa.exe".parse().unwrap();
        assert_eq!(
            attachment(&name),
            "attachment; filename=\"app_kpa.exe\"; filename*=UTF-8''app_kpa.exe"
        );
    }

    #[test]
    fn a_download_is_named_in_ascii_and_exactly() {
        let name: FileName = "Größe \"50%\".apk".parse().unwrap();
        assert_eq!(
            attachment(&name),
            "attachment; filename=\"Gr__e _50__.apk\"; \
             filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%2250%25%22.apk"
        );
    }
}
