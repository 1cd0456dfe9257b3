//! A file at an address, read by ranges.

use std::ops::Range;

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use packages::source::ReadAt;
use url::Url;

use crate::{
    client::http::{Content, Http, HttpError},
    failure::Failure,
};

/// A page that leads to a link that leads to a server near by: three, and two to spare.
const MOST_REDIRECTS: usize = 5;

/// A file at an address.
pub(super) struct RemoteFile {
    http: Http,
    url: String,
    size: u64,
}

/// Why a range could not be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum RangeError {
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error("the server answered {0} to a range")]
    Status(StatusCode),
}

impl RemoteFile {
    /// Follows redirects to the file, and asks for its size. By a range, since links are often signed for GET alone.
    pub(super) async fn open(url: &Url) -> Result<Self, Failure> {
        let http = Http::impatient();
        let mut url = url.clone();
        for _ in 0..=MOST_REDIRECTS {
            let asked = ask(&http, url.as_str(), &(0..1)).await;
            let answer = asked.map_err(|error| {
                let why = domain::causes::chain(&error);
                Failure::Unreachable(format!("{url} does not answer: {why}"))
            })?;
            let text = |name| {
                answer
                    .headers()
                    .get(name)
                    .and_then(|value| value.to_str().ok())
            };
            match answer.status() {
                status if status.is_redirection() => {
                    let to = text(header::LOCATION).and_then(|to| url.join(to).ok());
                    url = to.ok_or_else(|| Failure::Refused(format!("{url} leads nowhere")))?;
                }
                StatusCode::PARTIAL_CONTENT => {
                    let size = text(header::CONTENT_RANGE).and_then(size_of);
                    let size = size.ok_or_else(|| Failure::Refused(unsized_file(&url)))?;
                    let url = url.into();
                    return Ok(Self { http, url, size });
                }
                StatusCode::NOT_FOUND | StatusCode::GONE => {
                    return Err(Failure::NotFound(format!("there is nothing at {url}")));
                }
                StatusCode::OK | StatusCode::RANGE_NOT_SATISFIABLE => {
                    return Err(Failure::Refused(unsized_file(&url)));
                }
                status => {
                    return Err(Failure::Refused(format!("{url} is answered with {status}")));
                }
            }
        }
        Err(Failure::Refused(format!("{url} leads on and on")))
    }
}

impl ReadAt for RemoteFile {
    type Error = RangeError;

    fn size(&self) -> u64 {
        self.size
    }

    async fn read_at(&self, range: Range<u64>) -> Result<Bytes, RangeError> {
        let answer = ask(&self.http, &self.url, &range).await?;
        if answer.status() != StatusCode::PARTIAL_CONTENT {
            return Err(RangeError::Status(answer.status()));
        }
        Ok(self.http.read(answer).await?)
    }
}

async fn ask(http: &Http, url: &str, range: &Range<u64>) -> Result<http_client::Answer, HttpError> {
    let range = format!("bytes={}-{}", range.start, range.end - 1);
    let range = HeaderValue::try_from(range).map_err(|error| HttpError::Request(error.into()))?;
    let headers = [(header::RANGE, range)];
    http.send_with(Method::GET, url, &headers, Content::None)
        .await
}

/// `12345` of `bytes 0-0/12345`.
fn size_of(content_range: &str) -> Option<u64> {
    content_range.rsplit_once('/')?.1.parse().ok()
}

fn unsized_file(url: &Url) -> String {
    format!("{url} is empty, or its server gives no ranges: download the file, and inspect that")
}
