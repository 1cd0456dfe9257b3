//! Which operation is answered where. What is not here, `s3s` refuses as `NotImplemented`.

use s3s::{
    S3, S3Request, S3Response, S3Result,
    dto::{
        AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput,
        CompleteMultipartUploadOutput, CopyObjectInput, CopyObjectOutput, CreateBucketInput,
        CreateBucketOutput, CreateMultipartUploadInput, CreateMultipartUploadOutput,
        DeleteObjectInput, DeleteObjectOutput, GetBucketVersioningInput, GetBucketVersioningOutput,
        GetObjectInput, GetObjectLockConfigurationInput, GetObjectLockConfigurationOutput,
        GetObjectOutput, HeadBucketInput, HeadBucketOutput, HeadObjectInput, HeadObjectOutput,
        ListObjectVersionsInput, ListObjectVersionsOutput, ListObjectsV2Input, ListObjectsV2Output,
        ListPartsInput, ListPartsOutput, PutBucketVersioningInput, PutBucketVersioningOutput,
        PutObjectInput, PutObjectLockConfigurationInput, PutObjectLockConfigurationOutput,
        PutObjectOutput, UploadPartInput, UploadPartOutput,
    },
};

use super::{
    folder::Folder,
    operations::{buckets, copy, get, list, multipart, put, versions},
};

/// The operations over a folder.
pub(crate) struct Service {
    folder: Folder,
}

impl Service {
    pub(crate) fn new(folder: Folder) -> Self {
        Self { folder }
    }
}

macro_rules! operations {
    ($($name:ident($input:ident) -> $output:ident = $handler:path;)*) => {
        #[async_trait::async_trait]
        impl S3 for Service {
            $(async fn $name(&self, request: S3Request<$input>) -> S3Result<S3Response<$output>> {
                $handler(self.folder.clone(), request).await
            })*
        }
    };
}

operations! {
    create_bucket(CreateBucketInput) -> CreateBucketOutput = buckets::create;
    head_bucket(HeadBucketInput) -> HeadBucketOutput = buckets::head;
    put_object(PutObjectInput) -> PutObjectOutput = put::put;
    delete_object(DeleteObjectInput) -> DeleteObjectOutput = put::delete;
    get_object(GetObjectInput) -> GetObjectOutput = get::get;
    head_object(HeadObjectInput) -> HeadObjectOutput = get::head;
    copy_object(CopyObjectInput) -> CopyObjectOutput = copy::copy;
    list_objects_v2(ListObjectsV2Input) -> ListObjectsV2Output = list::list;
    list_object_versions(ListObjectVersionsInput) -> ListObjectVersionsOutput = versions::list;
    get_bucket_versioning(GetBucketVersioningInput) -> GetBucketVersioningOutput = versions::get_versioning;
    put_bucket_versioning(PutBucketVersioningInput) -> PutBucketVersioningOutput = versions::put_versioning;
    get_object_lock_configuration(GetObjectLockConfigurationInput) -> GetObjectLockConfigurationOutput = versions::get_lock;
    put_object_lock_configuration(PutObjectLockConfigurationInput) -> PutObjectLockConfigurationOutput = versions::put_lock;
    create_multipart_upload(CreateMultipartUploadInput) -> CreateMultipartUploadOutput = multipart::create;
    upload_part(UploadPartInput) -> UploadPartOutput = multipart::upload_part;
    list_parts(ListPartsInput) -> ListPartsOutput = multipart::list_parts;
    complete_multipart_upload(CompleteMultipartUploadInput) -> CompleteMultipartUploadOutput = multipart::complete;
    abort_multipart_upload(AbortMultipartUploadInput) -> AbortMultipartUploadOutput = multipart::abort;
}
