//! Who may ask, and for which bucket.

use std::sync::Arc;

use http::{HeaderMap, Uri};
use s3s::{
    S3Request, S3Result,
    access::{S3Access, S3AccessContext},
    auth::{S3Auth, SecretKey},
    dto::{CompleteMultipartUploadInput, CopyObjectInput, CopySource, PutObjectInput},
    path::S3Path,
    s3_error,
};

/// A pair of keys, as AWS gives them to a user or a role.
#[derive(Clone)]
pub struct KeyPair {
    id: String,
    secret: SecretKey,
    bucket: Option<String>,
}

impl KeyPair {
    /// A pair that opens every bucket.
    pub fn new(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            secret: SecretKey::from(secret.into()),
            bucket: None,
        }
    }

    /// A pair that opens one bucket, as the credentials of a pipeline's job open that pipeline's.
    #[must_use]
    pub fn only(mut self, bucket: impl Into<String>) -> Self {
        self.bucket = Some(bucket.into());
        self
    }

    fn opens(&self, bucket: &str) -> bool {
        self.bucket.as_deref().is_none_or(|only| only == bucket)
    }
}

impl std::fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyPair")
            .field("id", &self.id)
            .field("bucket", &self.bucket)
            .finish_non_exhaustive()
    }
}

/// All pairs that are known, and what the buckets' policies ask of a write.
#[derive(Clone)]
pub(crate) struct KeyPairs {
    pairs: Arc<Vec<KeyPair>>,
    written_once: Arc<Vec<String>>,
}

impl KeyPairs {
    pub(crate) fn new(pairs: Vec<KeyPair>, written_once: Vec<String>) -> Self {
        Self {
            pairs: Arc::new(pairs),
            written_once: Arc::new(written_once),
        }
    }

    /// Refuses a write without `If-None-Match` or `If-Match` where objects are written once.
    fn check_write(&self, bucket: &str, key: &str, conditional: bool) -> S3Result<()> {
        let place = format!("{bucket}/{key}");
        let mut once = self.written_once.iter();
        if !conditional && once.any(|prefix| place.starts_with(prefix)) {
            return Err(s3_error!(AccessDenied, "Access Denied"));
        }
        Ok(())
    }

    fn find(&self, id: &str) -> S3Result<&KeyPair> {
        let found = self.pairs.iter().find(|pair| pair.id == id);
        found.ok_or_else(|| {
            s3_error!(
                InvalidAccessKeyId,
                "The AWS Access Key Id you provided does not exist in our records."
            )
        })
    }

    fn check(&self, id: Option<&str>, bucket: Option<&str>) -> S3Result<()> {
        let denied = || s3_error!(AccessDenied, "Access Denied");
        let pair = self.find(id.ok_or_else(denied)?)?;
        match bucket {
            Some(bucket) if pair.opens(bucket) => Ok(()),
            None if pair.bucket.is_none() => Ok(()),
            _ => Err(denied()),
        }
    }
}

/// S3's own headers count only if the link's maker signed them. (In a request that is signed itself, its sender did.)
fn all_signed(uri: &Uri, headers: &HeaderMap) -> S3Result<()> {
    let mut query = uri.query().unwrap_or_default().split('&');
    let Some(signed) = query.find_map(|pair| pair.strip_prefix("X-Amz-SignedHeaders=")) else {
        return Ok(());
    };
    let signed = signed.to_ascii_lowercase().replace("%3b", ";");
    let unsigned = headers.keys().any(|name| {
        let name = name.as_str();
        name.starts_with("x-amz-") && signed.split(';').all(|other| other != name)
    });
    if unsigned {
        Err(s3_error!(
            AccessDenied,
            "There were headers present in the request which were not signed"
        ))
    } else {
        Ok(())
    }
}

#[async_trait::async_trait]
impl S3Auth for KeyPairs {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        Ok(self.find(access_key)?.secret.clone())
    }
}

#[async_trait::async_trait]
impl S3Access for KeyPairs {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        all_signed(context.uri(), context.headers())?;
        let bucket = match context.s3_path() {
            S3Path::Root => None,
            S3Path::Bucket { bucket } | S3Path::Object { bucket, .. } => Some(bucket.as_ref()),
        };
        let id = context.credentials().map(|known| known.access_key.as_str());
        KeyPairs::check(self, id, bucket)
    }

    async fn put_object(&self, request: &mut S3Request<PutObjectInput>) -> S3Result<()> {
        let input = &request.input;
        let conditional = input.if_none_match.is_some() || input.if_match.is_some();
        self.check_write(&input.bucket, &input.key, conditional)
    }

    async fn complete_multipart_upload(
        &self,
        request: &mut S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<()> {
        let input = &request.input;
        let conditional = input.if_none_match.is_some() || input.if_match.is_some();
        self.check_write(&input.bucket, &input.key, conditional)
    }

    async fn copy_object(&self, request: &mut S3Request<CopyObjectInput>) -> S3Result<()> {
        // The model that s3s was generated from does not know this header here.
        let conditional = request.headers.contains_key("if-none-match");
        self.check_write(&request.input.bucket, &request.input.key, conditional)?;
        let id = request.credentials.as_ref();
        let id = id.map(|known| known.access_key.as_str());
        let source = match &request.input.copy_source {
            CopySource::Bucket { bucket, .. } => Some(bucket.as_ref()),
            CopySource::AccessPoint { .. } | CopySource::Outpost { .. } => None,
        };
        KeyPairs::check(self, id, source)
    }
}
