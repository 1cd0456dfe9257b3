//! What S3 refuses of an upload in parts and of checksums. The SDK asks here, not the store: most of it the store never does.

use std::fmt::Debug;

use aws_sdk_s3::{
    Client,
    error::ProvideErrorMetadata,
    operation::{
        complete_multipart_upload::CompleteMultipartUploadError, upload_part::UploadPartOutput,
    },
    primitives::ByteStream,
    types::{ChecksumAlgorithm, ChecksumType, CompletedMultipartUpload, CompletedPart},
};
use domain::digest::Digest;
use jiff::SignedDuration;

use crate::place::{Place, bytes, signed};

const FIVE_MIB: usize = 5 * 1024 * 1024;

/// An upload that was just started.
struct Upload {
    place: Place,
    client: Client,
    bucket: String,
    key: String,
    id: String,
}

type Completed = Result<Option<String>, CompleteMultipartUploadError>;

impl Upload {
    async fn start(algorithm: Option<ChecksumAlgorithm>) -> Self {
        let place = Place::new().await;
        let (client, bucket) = place.raw().await;
        let key = place.key("file");
        let call = client.create_multipart_upload().bucket(&bucket).key(&key);
        let started = call.set_checksum_algorithm(algorithm).send().await.unwrap();
        Self {
            id: started.upload_id.unwrap(),
            place,
            client,
            bucket,
            key,
        }
    }

    async fn send(&self, number: i32, content: Vec<u8>) -> UploadPartOutput {
        let call = self.client.upload_part().bucket(&self.bucket);
        let call = call.key(&self.key).upload_id(&self.id).part_number(number);
        call.body(ByteStream::from(content)).send().await.unwrap()
    }

    async fn complete(&self, parts: &[CompletedPart]) -> Completed {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts.to_vec()));
        let call = self.client.complete_multipart_upload();
        let call = call.bucket(&self.bucket).key(&self.key).upload_id(&self.id);
        let done = call.multipart_upload(parts.build()).send().await;
        done.map(|done| done.checksum_crc32)
            .map_err(aws_sdk_s3::error::SdkError::into_service_error)
    }

    async fn close(self) {
        let call = self.client.abort_multipart_upload().bucket(&self.bucket);
        // Gone already, if the test completed it.
        let _ended = call.key(&self.key).upload_id(&self.id).send().await;
        self.place.close().await;
    }
}

fn named(number: i32, sent: &UploadPartOutput) -> CompletedPart {
    let part = CompletedPart::builder().part_number(number);
    part.set_e_tag(sent.e_tag.clone()).build()
}

fn with_checksum(part: &CompletedPart, crc32: Option<&str>) -> CompletedPart {
    let same = CompletedPart::builder()
        .set_part_number(part.part_number)
        .set_e_tag(part.e_tag.clone());
    same.set_checksum_crc32(crc32.map(str::to_owned)).build()
}

#[track_caller]
fn is_refused<T: Debug>(answer: Result<T, impl ProvideErrorMetadata + Debug>, code: &str) {
    let error = answer.unwrap_err();
    assert_eq!(error.code(), Some(code), "{error:?}");
}

#[tokio::test]
async fn an_upload_without_an_algorithm_does_not_know_its_parts_checksums() {
    let upload = Upload::start(None).await;
    let sent = upload.send(1, bytes(1_000)).await;
    let part = named(1, &sent);
    // The SDK sends one of its own accord, and S3 answers with it.
    let crc32 = sent.checksum_crc32.as_deref();
    assert!(crc32.is_some(), "{sent:?}");
    is_refused(
        upload.complete(&[with_checksum(&part, crc32)]).await,
        "InvalidPart",
    );
    upload.complete(&[part]).await.unwrap();
    upload.close().await;
}

#[tokio::test]
async fn an_upload_with_an_algorithm_wants_its_checksum_of_every_part() {
    let upload = Upload::start(Some(ChecksumAlgorithm::Crc32)).await;
    let hour = SignedDuration::from_hours(1);
    let link = upload
        .place
        .objects
        .presign_part(&upload.key, &upload.id, 1, hour)
        .await
        .unwrap();
    let bare = reqwest::Client::new().put(link).body(bytes(1_000));
    let bare = bare.send().await.unwrap();
    assert_eq!(bare.status(), 400);
    assert!(bare.text().await.unwrap().contains("InvalidRequest"));

    let call = upload.client.upload_part().bucket(&upload.bucket);
    let call = call.key(&upload.key).upload_id(&upload.id).part_number(1);
    let other = call
        .checksum_algorithm(ChecksumAlgorithm::Sha256)
        .body(ByteStream::from(bytes(1_000)))
        .send()
        .await;
    is_refused(other, "InvalidRequest");
    upload.close().await;
}

#[tokio::test]
async fn an_upload_with_an_algorithm_is_completed_with_every_parts_checksum() {
    let upload = Upload::start(Some(ChecksumAlgorithm::Crc32)).await;
    let sent = upload.send(1, b"123456789".to_vec()).await;
    // The check value that CRC-32 is known by, 0xCBF43926.
    assert_eq!(sent.checksum_crc32.as_deref(), Some("y/Q5Jg=="));
    let part = named(1, &sent);
    is_refused(
        upload.complete(std::slice::from_ref(&part)).await,
        "InvalidRequest",
    );
    let wrong = with_checksum(&part, Some("AAAAAA=="));
    is_refused(upload.complete(&[wrong]).await, "InvalidPart");
    let right = with_checksum(&part, Some("y/Q5Jg=="));
    let of_parts = upload.complete(&[right]).await.unwrap().unwrap();
    assert!(of_parts.ends_with("-1"), "{of_parts}");
    upload.close().await;
}

#[tokio::test]
async fn parts_are_completed_in_order_and_as_they_were_sent() {
    let upload = Upload::start(None).await;
    let first = named(1, &upload.send(1, bytes(FIVE_MIB)).await);
    let second = named(2, &upload.send(2, bytes(10)).await);
    let turned = [second.clone(), first.clone()];
    is_refused(upload.complete(&turned).await, "InvalidPartOrder");
    let never_sent = CompletedPart::builder()
        .part_number(3)
        .set_e_tag(second.e_tag.clone())
        .build();
    is_refused(
        upload.complete(&[first.clone(), never_sent]).await,
        "InvalidPart",
    );
    let other = CompletedPart::builder()
        .part_number(2)
        .set_e_tag(first.e_tag.clone())
        .build();
    is_refused(
        upload.complete(&[first.clone(), other]).await,
        "InvalidPart",
    );
    upload.complete(&[first, second]).await.unwrap();
    upload.close().await;
}

#[tokio::test]
async fn an_upload_that_was_aborted_cannot_be_completed() {
    let upload = Upload::start(None).await;
    let part = named(1, &upload.send(1, bytes(10)).await);
    let objects = &upload.place.objects;
    objects
        .abort_multipart(&upload.key, &upload.id)
        .await
        .unwrap();
    is_refused(upload.complete(&[part]).await, "NoSuchUpload");
    upload.close().await;
}

#[tokio::test]
async fn parts_are_listed_a_page_at_a_time() {
    let upload = Upload::start(None).await;
    for number in [2, 3, 5, 7, 11] {
        upload.send(number, bytes(10)).await;
    }
    let call = upload.client.list_parts().bucket(&upload.bucket);
    let call = call.key(&upload.key).upload_id(&upload.id).max_parts(2);
    let mut pages = call.into_paginator().send();
    let mut numbers = Vec::new();
    while let Some(page) = pages.next().await {
        let parts = page.unwrap().parts.unwrap_or_default();
        numbers.push(
            parts
                .iter()
                .filter_map(|part| part.part_number)
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(numbers, [vec![2, 3], vec![5, 7], vec![11]]);
    upload.close().await;
}

#[tokio::test]
async fn an_upload_takes_a_checksum_type_with_its_algorithm_alone() {
    let place = Place::new().await;
    let (client, bucket) = place.raw().await;
    let call = client.create_multipart_upload().bucket(&bucket);
    let call = call.key(place.key("file"));
    let alone = call.clone().checksum_type(ChecksumType::FullObject);
    is_refused(alone.send().await, "InvalidRequest");
    let of_sha = call
        .checksum_algorithm(ChecksumAlgorithm::Sha256)
        .checksum_type(ChecksumType::FullObject);
    is_refused(of_sha.send().await, "InvalidRequest");
    place.close().await;
}

#[tokio::test]
async fn an_object_whose_checksum_is_not_that_of_its_bytes_is_refused() {
    let place = Place::new().await;
    let (client, bucket) = place.raw().await;
    let key = place.key("file");
    let call = client.put_object().bucket(&bucket).key(&key);
    let put = call
        .checksum_crc32("AAAAAA==")
        .body(ByteStream::from_static(b"123456789"));
    is_refused(put.send().await, "BadDigest");
    assert_eq!(place.objects.head(&key).await.unwrap(), None);
    place.close().await;
}

#[tokio::test]
async fn a_copy_of_an_object_to_itself_is_refused() {
    let place = Place::new().await;
    let (client, bucket) = place.raw().await;
    let key = place.key("file");
    place
        .objects
        .put(&key, "bytes", "text/plain")
        .await
        .unwrap();
    let call = client.copy_object().copy_source(format!("{bucket}/{key}"));
    is_refused(
        call.bucket(&bucket).key(&key).send().await,
        "InvalidRequest",
    );
    place.close().await;
}

#[tokio::test]
async fn a_link_takes_no_header_of_s3_that_was_not_signed() {
    let place = Place::new().await;
    let key = place.key("file");
    let hour = SignedDuration::from_hours(1);
    let digest = Digest::of(b"123456789");
    let link = place.objects.presign_put(&key, 9, &digest, hour);
    let link = link.await.unwrap();
    let put = signed(link).body("123456789");
    let put = put.header("x-amz-checksum-crc32", "y/Q5Jg==").send().await;
    let put = put.unwrap();
    assert_eq!(put.status(), 403);
    assert!(put.text().await.unwrap().contains("AccessDenied"));
    assert_eq!(place.objects.head(&key).await.unwrap(), None);
    place.close().await;
}
