//! Buckets.

use s3s::{
    S3Request, S3Response, S3Result,
    dto::{CreateBucketInput, CreateBucketOutput, HeadBucketInput, HeadBucketOutput},
    s3_error,
};

use crate::s3::folder::{Folder, blocking};

pub(crate) async fn create(
    folder: Folder,
    request: S3Request<CreateBucketInput>,
) -> S3Result<S3Response<CreateBucketOutput>> {
    let bucket = request.input.bucket;
    let location = format!("/{bucket}");
    if blocking(move || folder.create_bucket(&bucket)).await? {
        Ok(S3Response::new(CreateBucketOutput {
            location: Some(location),
        }))
    } else {
        Err(s3_error!(
            BucketAlreadyOwnedByYou,
            "Your previous request to create the named bucket succeeded and you already own it."
        ))
    }
}

pub(crate) async fn head(
    folder: Folder,
    request: S3Request<HeadBucketInput>,
) -> S3Result<S3Response<HeadBucketOutput>> {
    blocking(move || folder.bucket(&request.input.bucket)).await?;
    Ok(S3Response::new(HeadBucketOutput::default()))
}
