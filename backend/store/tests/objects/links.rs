//! Links to download: what they open, for how long, and what alters them.

use domain::{Timestamp, id::FileName};
use jiff::SignedDuration;
use reqwest::{Response, header::HeaderMap};

use crate::place::Place;

const MINUTES: SignedDuration = SignedDuration::from_mins(5);

#[expect(
    clippy::disallowed_methods,
    reason = "a server of another process compares links with its own clock"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

fn name(text: &str) -> FileName {
    text.parse().unwrap()
}

async fn get(link: &str) -> Response {
    reqwest::get(link).await.unwrap()
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers[name].to_str().unwrap()
}

/// A place with the object `app.apk`, and a link to it that was signed at `at`.
async fn linked(at: Timestamp) -> (Place, String) {
    let place = Place::new().await;
    let key = place.key("app.apk");
    place
        .objects
        .put(&key, "the app", "binary/octet-stream")
        .await
        .unwrap();
    let name = name("wallet.apk");
    let link = place
        .objects
        .presign_get(&key, &name, "application/x-apk", at, MINUTES);
    let link = link.await.unwrap();
    (place, link)
}

async fn is_refused(link: &str, code: &str) {
    let answer = get(link).await;
    assert_eq!(answer.status(), 403, "{link}");
    let text = answer.text().await.unwrap();
    assert!(text.contains(&format!("<Code>{code}</Code>")), "{text}");
}

#[tokio::test]
async fn a_link_downloads_the_file_under_its_name_and_type() {
    let (place, link) = linked(now()).await;
    let answer = get(&link).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(
        header(answer.headers(), "content-type"),
        "application/x-apk"
    );
    assert_eq!(header(answer.headers(), "content-length"), "7");
    assert_eq!(
        header(answer.headers(), "content-disposition"),
        "attachment; filename=\"wallet.apk\"; filename*=UTF-8''wallet.apk"
    );
    assert_eq!(answer.text().await.unwrap(), "the app");
    place.close().await;
}

#[tokio::test]
async fn a_name_that_is_not_ascii_arrives_as_it_is() {
    let (place, _) = linked(now()).await;
    let odd = name("Größe \"1\" & 日本.apk");
    let key = place.key("app.apk");
    let link = place
        .objects
        .presign_get(&key, &odd, "text/plain; charset=utf-8", now(), MINUTES);
    let answer = get(&link.await.unwrap()).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(
        header(answer.headers(), "content-type"),
        "text/plain; charset=utf-8"
    );
    assert_eq!(
        header(answer.headers(), "content-disposition"),
        "attachment; filename=\"Gr__e _1_ & __.apk\"; \
         filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%221%22%20%26%20%E6%97%A5%E6%9C%AC.apk"
    );
    place.close().await;
}

#[tokio::test]
async fn a_broken_download_goes_on_with_a_range() {
    let (place, link) = linked(now()).await;
    let request = reqwest::Client::new()
        .get(&link)
        .header("range", "bytes=4-");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 206);
    assert_eq!(header(answer.headers(), "content-range"), "bytes 4-6/7");
    assert_eq!(answer.text().await.unwrap(), "app");
    place.close().await;
}

#[tokio::test]
async fn an_expired_link_is_refused() {
    let six_minutes_ago = now() - SignedDuration::from_mins(6);
    let (place, link) = linked(six_minutes_ago).await;
    is_refused(&link, "AccessDenied").await;
    let text = get(&link).await.text().await.unwrap();
    assert!(text.contains("Request has expired"), "{text}");
    place.close().await;
}

#[tokio::test]
async fn a_link_whose_life_was_prolonged_is_refused() {
    let (place, link) = linked(now()).await;
    let longer = link.replace("X-Amz-Expires=300", "X-Amz-Expires=3000");
    assert_ne!(longer, link);
    is_refused(&longer, "SignatureDoesNotMatch").await;
    place.close().await;
}

#[tokio::test]
async fn an_altered_signature_is_refused() {
    let (place, link) = linked(now()).await;
    let (rest, signature) = link.split_once("X-Amz-Signature=").unwrap();
    let first = if signature.starts_with('0') { "1" } else { "0" };
    let altered = format!("{rest}X-Amz-Signature={first}{}", &signature[1..]);
    is_refused(&altered, "SignatureDoesNotMatch").await;
    place.close().await;
}

#[tokio::test]
async fn an_altered_file_name_or_type_is_refused() {
    let (place, link) = linked(now()).await;
    let renamed = link.replace("wallet.apk", "malice.exe");
    assert_ne!(renamed, link);
    is_refused(&renamed, "SignatureDoesNotMatch").await;
    let retyped = link.replace("x-apk", "x-exe");
    assert_ne!(retyped, link);
    is_refused(&retyped, "SignatureDoesNotMatch").await;
    place.close().await;
}

#[tokio::test]
async fn a_link_opens_no_other_object_and_cannot_write() {
    let (place, link) = linked(now()).await;
    place
        .objects
        .put(&place.key("other"), "secret", "text/plain")
        .await
        .unwrap();
    let other = link.replace("app.apk?", "other?");
    assert_ne!(other, link);
    is_refused(&other, "SignatureDoesNotMatch").await;

    let client = reqwest::Client::new();
    let written = client.put(&link).body("malice").send().await.unwrap();
    assert_eq!(written.status(), 403);
    let deleted = client.delete(&link).send().await.unwrap();
    assert_eq!(deleted.status(), 403);
    let kept = place
        .objects
        .range(&place.key("app.apk"), 0..100)
        .await
        .unwrap();
    assert_eq!(kept, "the app");
    place.close().await;
}

#[tokio::test]
async fn without_a_link_nothing_opens() {
    let (place, link) = linked(now()).await;
    let (bare, _) = link.split_once('?').unwrap();
    is_refused(bare, "AccessDenied").await;
    place.close().await;
}
