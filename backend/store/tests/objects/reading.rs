//! What was written is read back, whole and in parts.

use futures::TryStreamExt;
use store::Error;

use crate::place::{Place, bytes};

#[tokio::test]
async fn any_range_of_an_object_is_read_and_no_more() {
    let place = Place::new().await;
    let (key, content) = (place.key("object"), bytes(100_000));
    place
        .objects
        .put(&key, content.clone(), "text/plain")
        .await
        .unwrap();

    for range in [0..1, 0..100_000, 99_999..100_000, 5..5, 40_000..70_001] {
        let read = place.objects.range(&key, range.clone()).await.unwrap();
        let wanted = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
        assert_eq!(read, content[wanted]);
    }
    let past = place.objects.range(&key, 99_990..200_000).await.unwrap();
    assert_eq!(past, content[99_990..]);
    let beyond = place.objects.range(&key, 100_000..100_001).await;
    assert!(beyond.is_err(), "{beyond:?}");
    place.close().await;
}

#[tokio::test]
async fn an_object_is_streamed_whole_and_from_the_middle() {
    let place = Place::new().await;
    let (key, content) = (place.key("object"), bytes(3_000_000));
    place
        .objects
        .put(&key, content.clone(), "text/plain")
        .await
        .unwrap();

    let whole = place.objects.stream(&key, None).await.unwrap();
    let whole: Vec<_> = whole.try_collect().await.unwrap();
    assert!(whole.len() > 1, "it comes a block at a time");
    assert_eq!(whole.concat(), content);

    let middle = place
        .objects
        .stream(&key, Some(1_000..2_000_000))
        .await
        .unwrap();
    let middle: Vec<_> = middle.try_collect().await.unwrap();
    assert_eq!(middle.concat(), content[1_000..2_000_000]);
    place.close().await;
}

#[tokio::test]
async fn what_is_not_there_is_said_to_be_absent() {
    let place = Place::new().await;
    let key = place.key("absent");
    assert_eq!(place.objects.head(&key).await.unwrap(), None);
    let read = place.objects.range(&key, 0..1).await;
    assert!(matches!(read, Err(Error::NotFound { .. })), "{read:?}");
    let copied = place
        .objects
        .copy_if_absent(&key, &place.key("copy"), "text/plain")
        .await;
    assert!(matches!(copied, Err(Error::NotFound { .. })), "{copied:?}");
    place.objects.delete(&key).await.unwrap();
    place.close().await;
}

#[tokio::test]
async fn an_empty_object_is_an_object() {
    let place = Place::new().await;
    let key = place.key("empty");
    place
        .objects
        .put(&key, Vec::new(), "text/plain")
        .await
        .unwrap();
    let info = place.objects.head(&key).await.unwrap().unwrap();
    assert_eq!(info.size, 0);
    let all = place.objects.stream(&key, None).await.unwrap();
    assert_eq!(all.try_collect::<Vec<_>>().await.unwrap().concat(), b"");
    place.close().await;
}
