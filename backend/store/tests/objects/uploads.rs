//! Uploads that others send through links.

use domain::digest::Digest;
use jiff::SignedDuration;
use store::Error;

use crate::place::{Place, bytes, signed};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const FIVE_MIB: usize = 5 * 1024 * 1024;

async fn send(link: &str, body: Vec<u8>) -> reqwest::Response {
    reqwest::Client::new()
        .put(link)
        .body(body)
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_file_is_uploaded_through_a_link() {
    let place = Place::new().await;
    let (key, content) = (place.key("file"), bytes(100_000));
    let link = place
        .objects
        .presign_put(&key, 100_000, &Digest::of(&content), HOUR)
        .await
        .unwrap();
    let sent = signed(link).body(content.clone()).send().await.unwrap();
    assert_eq!(sent.status(), 200, "{}", sent.text().await.unwrap());
    assert_eq!(
        place.objects.range(&key, 0..100_000).await.unwrap(),
        content
    );
    place.close().await;
}

#[tokio::test]
async fn a_link_for_a_file_takes_no_other_size() {
    let place = Place::new().await;
    let key = place.key("file");
    let link = place
        .objects
        .presign_put(&key, 100_000, &Digest::of(&bytes(100_000)), HOUR)
        .await
        .unwrap();
    let sent = signed(link).body(bytes(100_001)).send().await.unwrap();
    assert_eq!(sent.status(), 403, "{}", sent.text().await.unwrap());
    assert_eq!(place.objects.head(&key).await.unwrap(), None);
    place.close().await;
}

#[tokio::test]
async fn a_link_for_a_file_takes_no_other_bytes() {
    let place = Place::new().await;
    let (key, right) = (place.key("file"), bytes(100_000));
    let mut wrong = right.clone();
    wrong[7] ^= 1;
    let digest = Digest::of(&right);
    let link = place.objects.presign_put(&key, 100_000, &digest, HOUR);
    let link = link.await.unwrap();
    let sent = signed(link.clone()).body(wrong).send().await.unwrap();
    assert_eq!(sent.status(), 400, "{}", sent.text().await.unwrap());
    let without = reqwest::Client::new().put(&link.url).body(right);
    assert_eq!(without.send().await.unwrap().status(), 403);
    assert_eq!(place.objects.head(&key).await.unwrap(), None);
    place.close().await;
}

#[tokio::test]
async fn an_upload_in_parts_goes_on_where_it_broke_off() {
    let place = Place::new().await;
    let (key, content) = (place.key("file"), bytes(2 * FIVE_MIB + 1));
    let upload = place.objects.start_multipart(&key).await.unwrap();
    let parts: Vec<_> = content.chunks(FIVE_MIB).collect();
    for number in [1, 3] {
        let link = place
            .objects
            .presign_part(&key, &upload, number, HOUR)
            .await
            .unwrap();
        let part = parts[usize::try_from(number - 1).unwrap()].to_vec();
        assert_eq!(send(&link, part).await.status(), 200);
    }
    let arrived = place.objects.uploaded_parts(&key, &upload).await.unwrap();
    let arrived: Vec<_> = arrived
        .iter()
        .map(|part| (part.number, part.size))
        .collect();
    assert_eq!(arrived, [(1, FIVE_MIB as u64), (3, 1)]);

    let link = place
        .objects
        .presign_part(&key, &upload, 2, HOUR)
        .await
        .unwrap();
    assert_eq!(send(&link, parts[1].to_vec()).await.status(), 200);
    assert_eq!(place.objects.head(&key).await.unwrap(), None);
    place
        .objects
        .complete_multipart(&key, &upload)
        .await
        .unwrap();
    let read = place
        .objects
        .range(&key, 0..content.len() as u64)
        .await
        .unwrap();
    assert_eq!(read, content);
    let etag = place.objects.head(&key).await.unwrap().unwrap().etag;
    assert!(etag.ends_with("-3"), "{etag}");
    place.close().await;
}

#[tokio::test]
async fn an_aborted_upload_is_gone() {
    let place = Place::new().await;
    let key = place.key("file");
    let upload = place.objects.start_multipart(&key).await.unwrap();
    let link = place
        .objects
        .presign_part(&key, &upload, 1, HOUR)
        .await
        .unwrap();
    assert_eq!(send(&link, bytes(10)).await.status(), 200);
    place.objects.abort_multipart(&key, &upload).await.unwrap();
    place.objects.abort_multipart(&key, &upload).await.unwrap();
    let parts = place.objects.uploaded_parts(&key, &upload).await;
    assert!(matches!(parts, Err(Error::NotFound { .. })), "{parts:?}");
    assert_eq!(place.names().await, [""; 0]);
    place.close().await;
}

#[tokio::test]
async fn a_part_that_is_too_small_and_not_the_last_is_refused() {
    let place = Place::new().await;
    let key = place.key("file");
    let upload = place.objects.start_multipart(&key).await.unwrap();
    for number in [1, 2] {
        let link = place
            .objects
            .presign_part(&key, &upload, number, HOUR)
            .await
            .unwrap();
        assert_eq!(send(&link, bytes(FIVE_MIB - 1)).await.status(), 200);
    }
    let refused = place
        .objects
        .complete_multipart(&key, &upload)
        .await
        .unwrap_err();
    assert!(
        format!("{refused:?}").contains("EntityTooSmall"),
        "{refused:?}"
    );
    assert_eq!(place.objects.head(&key).await.unwrap(), None);

    // The upload is still there: a larger part mends it.
    let link = place
        .objects
        .presign_part(&key, &upload, 1, HOUR)
        .await
        .unwrap();
    assert_eq!(send(&link, bytes(FIVE_MIB)).await.status(), 200);
    place
        .objects
        .complete_multipart(&key, &upload)
        .await
        .unwrap();
    let size = place.objects.head(&key).await.unwrap().unwrap().size;
    assert_eq!(size, 2 * FIVE_MIB as u64 - 1);
    place.close().await;
}
