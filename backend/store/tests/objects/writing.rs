//! Writing, copying, listing, deleting.

use domain::digest::Digest;
use futures::TryStreamExt;
use store::objects::{Condition, PART_SIZE, Placed, Written};

use crate::place::{Place, bytes};

#[tokio::test]
async fn forty_megabytes_are_written_a_block_at_a_time_with_their_digest() {
    let place = Place::new().await;
    let (key, content) = (place.key("large"), bytes(40_000_000));
    let mut writer = place.objects.writer(&key, "application/zip").await.unwrap();
    for block in content.chunks(1_234_567) {
        writer.write(block).await.unwrap();
    }
    assert_eq!(
        place.names().await,
        [""; 0],
        "nothing is visible before the end"
    );
    let written = writer.finish().await.unwrap();
    assert_eq!(written.size, 40_000_000);
    assert_eq!(written.digest, Digest::of(&content));

    let read = place.objects.stream(&key, None).await.unwrap();
    let read = read.try_collect::<Vec<_>>().await.unwrap().concat();
    assert_eq!(Digest::of(&read), written.digest);
    place.close().await;
}

#[tokio::test]
async fn a_writer_takes_every_size_around_a_part() {
    let place = Place::new().await;
    for size in [0, 1, PART_SIZE - 1, PART_SIZE, PART_SIZE + 1, 2 * PART_SIZE] {
        let (key, content) = (place.key(&size.to_string()), bytes(size));
        let mut writer = place.objects.writer(&key, "application/zip").await.unwrap();
        writer.write(&content).await.unwrap();
        let written = writer.finish().await.unwrap();
        assert_eq!(written.digest, Digest::of(&content), "{size}");
        let info = place.objects.head(&key).await.unwrap().unwrap();
        assert_eq!(info.size, size as u64);
    }
    place.close().await;
}

#[tokio::test]
async fn a_writer_that_finishes_if_absent_leaves_what_is_there() {
    let place = Place::new().await;
    for size in [10, PART_SIZE + 1] {
        let key = place.key(&size.to_string());
        for content in [bytes(size), vec![0; size]] {
            let mut writer = place.objects.writer(&key, "application/zip").await.unwrap();
            writer.write(&content).await.unwrap();
            writer.finish_if_absent().await.unwrap();
        }
        let (digest, _) = place.objects.digest(&key).await.unwrap();
        assert_eq!(digest, Digest::of(&bytes(size)));
    }
    place.close().await;
}

#[tokio::test]
async fn a_write_that_names_what_it_replaces_replaces_nothing_else() {
    let place = Place::new().await;
    for size in [10, PART_SIZE + 1] {
        let (key, other) = (place.key(&size.to_string()), vec![0; size]);
        let content = bytes(size);
        let expected = Written {
            digest: Digest::of(&content),
            size: size as u64,
        };
        let write = async |etag: &str, content: &[u8]| {
            let mut writer = place.objects.writer(&key, "application/zip").await.unwrap();
            writer.write(content).await.unwrap();
            writer
                .finish_if(Condition::Is(etag), &expected)
                .await
                .unwrap()
        };
        let absent = "d41d8cd98f00b204e9800998ecf8427e";
        assert_eq!(
            write(absent, &content).await,
            Placed::Kept,
            "nothing is there"
        );
        place
            .objects
            .put(&key, other.clone(), "application/zip")
            .await
            .unwrap();
        let etag = place.objects.head(&key).await.unwrap().unwrap().etag;
        assert!(
            matches!(write(&etag, &other).await, Placed::Other(_)),
            "other bytes"
        );
        assert_eq!(
            write(absent, &content).await,
            Placed::Kept,
            "another is there"
        );
        assert_eq!(
            place.objects.digest(&key).await.unwrap().0,
            Digest::of(&other)
        );
        assert_eq!(write(&etag, &content).await, Placed::New);
        assert_eq!(place.objects.digest(&key).await.unwrap().0, expected.digest);
    }
    place.close().await;
}

#[tokio::test]
async fn a_writer_goes_on_where_another_was_left_off() {
    let place = Place::new().await;
    let (key, content) = (place.key("large"), bytes(2 * PART_SIZE + 100));
    let mut first = place.objects.writer(&key, "application/zip").await.unwrap();
    assert_eq!(
        place
            .objects
            .writer(&key, "text/plain")
            .await
            .unwrap()
            .pause(),
        None
    );
    first.write(&content[..PART_SIZE + 50]).await.unwrap();
    let paused = first.pause().unwrap();
    assert_eq!(
        paused.size, PART_SIZE as u64,
        "half a part is written again"
    );
    let kept = serde_json::from_str(&serde_json::to_string(&paused).unwrap()).unwrap();
    // One that is dropped spoils nothing.
    let mut second = place
        .objects
        .resume_writer(&key, "application/zip", &kept)
        .unwrap();
    second
        .write(&content[PART_SIZE..2 * PART_SIZE])
        .await
        .unwrap();
    drop(second);
    let mut third = place
        .objects
        .resume_writer(&key, "application/zip", &kept)
        .unwrap();
    third.write(&content[PART_SIZE..]).await.unwrap();
    let written = third.finish_if_absent().await.unwrap();
    assert_eq!(written.digest, Digest::of(&content));
    let (digest, size) = place.objects.digest(&key).await.unwrap();
    assert_eq!((digest, size), (written.digest, content.len() as u64));
    place.close().await;
}

#[tokio::test]
async fn a_writer_that_is_dropped_or_aborted_leaves_no_object() {
    let place = Place::new().await;
    let mut dropped = place
        .objects
        .writer(&place.key("dropped"), "text/plain")
        .await
        .unwrap();
    dropped.write(&bytes(PART_SIZE + 1)).await.unwrap();
    drop(dropped);
    let mut aborted = place
        .objects
        .writer(&place.key("aborted"), "text/plain")
        .await
        .unwrap();
    aborted.write(&bytes(PART_SIZE + 1)).await.unwrap();
    aborted.abort().await.unwrap();
    assert_eq!(place.names().await, [""; 0]);
    place.close().await;
}

#[tokio::test]
async fn a_copy_never_overwrites() {
    let place = Place::new().await;
    let (first, second, copy) = (place.key("ä first"), place.key("second"), place.key("copy"));
    place
        .objects
        .put(&first, "first", "text/plain")
        .await
        .unwrap();
    place
        .objects
        .put(&second, "second", "text/plain")
        .await
        .unwrap();
    place
        .objects
        .copy_if_absent(&first, &copy, "text/html")
        .await
        .unwrap();
    place
        .objects
        .copy_if_absent(&second, &copy, "text/html")
        .await
        .unwrap();
    assert_eq!(place.objects.range(&copy, 0..100).await.unwrap(), "first");
    place.close().await;
}

#[tokio::test]
async fn of_many_copies_to_one_key_at_once_one_stays() {
    let place = Place::new().await;
    let copy = place.key("copy");
    let mut sources = Vec::new();
    for number in 0..8 {
        let key = place.key(&format!("source-{number}"));
        place
            .objects
            .put(&key, format!("{number}"), "text/plain")
            .await
            .unwrap();
        sources.push(key);
    }
    let copies = sources
        .iter()
        .map(|from| place.objects.copy_if_absent(from, &copy, "text/plain"));
    for copied in futures::future::join_all(copies).await {
        copied.unwrap();
    }
    let kept = place.objects.head(&copy).await.unwrap();
    place
        .objects
        .copy_if_absent(&sources[0], &copy, "text/plain")
        .await
        .unwrap();
    place
        .objects
        .copy_if_absent(&sources[7], &copy, "text/plain")
        .await
        .unwrap();
    assert_eq!(place.objects.head(&copy).await.unwrap(), kept);
    place.close().await;
}

#[tokio::test]
async fn keys_may_hold_odd_characters() {
    let place = Place::new().await;
    let names = [
        "a b+c&d=e?f#g",
        "a%2Fb",
        "a//b",
        "a/b",
        "a",
        "A",
        "..",
        "../..",
        "../../escape",
        "./a",
        ".hidden",
        "trailing/",
        "quote\"'<>",
        "Größe-日本-🚢.apk",
        "back\\slash",
        "tilde~at@star*",
    ];
    for name in names {
        place
            .objects
            .put(&place.key(name), name.to_owned(), "text/plain")
            .await
            .unwrap();
    }
    for name in names {
        let read = place.objects.range(&place.key(name), 0..100).await.unwrap();
        assert_eq!(read, name);
    }
    let mut sorted = names.to_vec();
    sorted.sort_unstable();
    assert_eq!(place.names().await, sorted);

    for name in names {
        place.objects.delete(&place.key(name)).await.unwrap();
    }
    assert_eq!(place.names().await, [""; 0]);
    place.close().await;
}

#[tokio::test]
async fn a_list_of_more_than_one_page_is_whole_and_in_order() {
    let place = Place::new().await;
    let mut names: Vec<_> = (0..1_005)
        .map(|number| format!("{}/{number}", number % 7))
        .collect();
    for chunk in names.chunks(50) {
        let keys: Vec<_> = chunk.iter().map(|name| place.key(name)).collect();
        let puts = keys
            .iter()
            .map(|key| place.objects.put(key, "x", "text/plain"));
        futures::future::try_join_all(puts).await.unwrap();
    }
    names.sort_unstable();
    assert_eq!(place.names().await, names);
    place.close().await;
}
