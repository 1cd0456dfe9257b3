//! What a share link costs, in units that are the same on every machine. `docs/share-links.md` tells them.

use api::links::{LinkRequest, LinkTo};
use portal::links::{Opened, Tapper};
use testkit::{
    TestPortal,
    apk::apk,
    at, dev, job, me, registering, wallet,
    zip::{stored, zip},
};

#[tokio::test]
async fn looking_writes_nothing_and_a_tap_is_one_transaction() {
    let world = TestPortal::with_jobs().await;
    let file = stored("wallet-release.apk", &apk(b"an app"));
    world.services.put_artifact("a/b/c", zip(&[file])).await;
    let usual = registering("e-1");
    world
        .registers(job("job-1", "a/b/c", &usual), at("03:00:00"))
        .await;
    let portal = &world.portal;
    world.meter.reset();
    let request = LinkRequest {
        to: LinkTo::Newest {
            app: wallet(),
            environment: dev(),
        },
        hours: 24,
        limit: Some(1),
        per_day: None,
        bytes_per_day: None,
        password: None,
    };
    let made = portal
        .links()
        .make(&me(), request, "", at("04:00:00"))
        .await;
    let address = made.unwrap().address;
    let credential = address.trim_start_matches("/share/");
    let units = |what: &str| {
        let cost = world.meter.reset();
        println!(
            "{what:<10} {:>4.1} written {:>4.1} read, {} requests",
            cost.write_units, cost.read_units, cost.requests
        );
        cost
    };
    units("making");
    portal
        .links()
        .look(credential, None, at("04:01:00"))
        .await
        .unwrap();
    let look = units("a look");
    assert!(look.write_units < 0.1 && look.read_units <= 3.0 && look.requests <= 3);
    let tapper = Tapper {
        tap: Some("0123456789abcdef0123"),
        ..Tapper::default()
    };
    let open = || portal.links().open(credential, tapper, at("04:02:00"));
    assert!(matches!(open().await.unwrap(), Opened::Granted(_)));
    let tap = units("a tap");
    assert!(tap.write_units <= 6.0 && tap.read_units <= 2.5 && tap.requests <= 3);
    assert!(matches!(open().await.unwrap(), Opened::Granted(_)));
    units("again");
}
