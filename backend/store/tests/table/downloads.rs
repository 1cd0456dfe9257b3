//! Downloads and uploads, which expire.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    access::{Permission, Permit},
    actor::Actor,
    digest::Digest,
    download::{Download, day_ends},
    page::Limit,
    work::Work,
};
use futures::future::join_all;

use crate::support::{Bench, app, build_id, environment, noon, upload};

fn download(seconds: i64) -> Download {
    Download {
        build: build_id(1),
        app: app("wallet"),
        environment: Some(environment("dev")),
        artifact: Digest::of(b"app"),
        name: "app.apk".parse().unwrap(),
        by: Actor::local(),
        link: None,
        at: noon(seconds),
        user_agent: Some("Mozilla/5.0".to_owned()),
    }
}

#[tokio::test]
async fn every_download_is_told_newest_first() {
    let bench = Bench::new().await;
    for (seconds, salt) in [(5, "a"), (1, "a"), (9, "a"), (9, "b")] {
        bench
            .table
            .downloads()
            .put(&download(seconds), salt)
            .await
            .unwrap();
    }
    let three: Limit = 3.try_into().unwrap();
    let page = bench
        .table
        .downloads()
        .list(&build_id(1), three, None)
        .await
        .unwrap();
    assert_eq!(page.items, [download(9), download(9), download(5)]);
    let rest = bench
        .table
        .downloads()
        .list(&build_id(1), three, page.next.as_ref())
        .await
        .unwrap();
    assert_eq!(rest.items, [download(1)]);
    assert_eq!(rest.next, None);
    let other = bench
        .table
        .downloads()
        .list(&build_id(2), three, None)
        .await
        .unwrap();
    assert_eq!(other.items, []);
}

#[tokio::test]
async fn downloads_of_a_day_are_counted_for_each_who_asks_and_forgotten_two_days_later() {
    let bench = Bench::new().await;
    let of = |by: &Actor, seconds| Download {
        by: by.clone(),
        ..download(seconds)
    };
    let ada = testkit::member("ada@example.com", Vec::new());
    let permit = || Permit::all(vec![Permission::Download]);
    let bob = testkit::member("bob@example.com", Vec::new());
    let everyone = [
        Actor::local(),
        ada.clone(),
        bob.clone(),
        Actor::token(ada.clone(), "ci", permit()),
        Actor::token(bob, "ci", permit()),
        Actor::machine("machine/ci", permit()),
        Actor::machine("machine/other", permit()),
    ];
    let counted = async |by: &Actor, seconds| {
        let download = of(by, seconds);
        bench.table.downloads().count(&download, 2).await.unwrap()
    };
    for by in &everyone {
        let found = join_all((0..5).map(|second| counted(by, second))).await;
        assert_eq!(found.iter().filter(|it| **it).count(), 2, "{by:?}");
    }
    let another = Actor::token(ada.clone(), "another", permit());
    assert!(!counted(&another, 6).await, "all tokens of one owner");
    // Whatever address a person has by now, and whatever job a machine is at.
    let renamed = Actor::person(ada.person.clone().unwrap(), "a@example.com", Vec::new());
    assert!(!counted(&renamed, 6).await);
    assert!(!counted(&everyone[5].clone().at_work(Work::default()), 6).await);
    // A smaller limit holds at once, and a greater one lets go on.
    assert!(
        !bench
            .table
            .downloads()
            .count(&of(&ada, 7), 1)
            .await
            .unwrap()
    );
    assert!(
        bench
            .table
            .downloads()
            .count(&of(&ada, 8), 3)
            .await
            .unwrap()
    );
    let day = 24 * 3600;
    assert!(counted(&ada, day).await, "the next day");
    let all = bench.raw().await.scan().table_name(&bench.table.name);
    for item in all.send().await.unwrap().items() {
        let key = item["pk"].as_s().unwrap();
        assert!(!key.contains('@'), "no erasure reaches a name in {key}");
    }
    let item = bench.raw().await.get_item().table_name(&bench.table.name);
    let item = item.key("pk", AttributeValue::S("DAILY#LOCAL#local".to_owned()));
    let ends = day_ends(noon(0));
    let item = item.key("sk", AttributeValue::S(format!("{ends:.3}")));
    let item = item.send().await.unwrap().item.unwrap();
    assert_eq!(item["downloads"], AttributeValue::N("2".to_owned()));
    let expiry = ends.as_second() + day;
    assert_eq!(item["ttl"], AttributeValue::N(expiry.to_string()));
}

#[tokio::test]
async fn an_upload_is_kept_two_days() {
    let bench = Bench::new().await;
    let mut upload = upload(1, noon(0));
    bench
        .table
        .builds()
        .put_upload(&mut upload, noon(0))
        .await
        .unwrap();
    upload.completed = Some(build_id(1));
    bench
        .table
        .builds()
        .put_upload(&mut upload, noon(10))
        .await
        .unwrap();
    assert_eq!(
        bench.table.builds().upload(&upload.id).await.unwrap(),
        Some(upload.clone())
    );
    let item = bench
        .raw()
        .await
        .get_item()
        .table_name(&bench.table.name)
        .key("pk", AttributeValue::S(format!("UPLOAD#{}", upload.id)))
        .key("sk", AttributeValue::S("UPLOAD".to_owned()))
        .send()
        .await
        .unwrap()
        .item
        .unwrap();
    let expiry = noon(10).as_second() + 2 * 24 * 3600;
    assert_eq!(item["ttl"], AttributeValue::N(expiry.to_string()));
}
