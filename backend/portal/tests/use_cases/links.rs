//! What a share link costs, in units that are the same on every machine. `docs/share-links.md` tells them.

use std::sync::Arc;

use portal::{
    Parts, Portal,
    links::{LinkRequest, LinkTo, Opened, Tapper},
};
use store::{Store, table::Meter};

use crate::world::{
    World, at, dev, job, me, usual, wallet,
    zip::{stored, zip},
};

#[tokio::test]
async fn looking_writes_nothing_and_a_tap_is_one_transaction() {
    let world = World::new().await;
    let file = stored("wallet-release.apk", b"an app");
    world.artifact("a/b/c", zip(&[file])).await;
    let usual = usual("e-1");
    world
        .registers(job("job-1", "a/b/c", &usual), at("03:00:00"))
        .await;
    let meter = Arc::new(Meter::default());
    let portal = Portal::new(Parts {
        store: Store {
            table: world.store.table.with_meter(meter.clone()),
            objects: world.store.objects.clone(),
        },
        catalog: world.portal.catalog().clone(),
        grants: Vec::new(),
        jobs: None,
        carriers: portal::promotion::Carriers::default(),
        region: "eu-west-1".to_owned(),
        public_url: None,
        home: None,
        config_digest: None,
        seals: None,
        entropy: || [7; 10],
    });
    let request = LinkRequest {
        to: LinkTo::Newest {
            app: wallet(),
            environment: dev(),
        },
        hours: 24,
        limit: Some(1),
        password: None,
    };
    let made = portal.make_link(&me(), request, "", at("04:00:00")).await;
    let address = made.unwrap().address;
    let credential = address.trim_start_matches("/share/");
    let units = |what: &str| {
        let cost = meter.reset();
        println!(
            "{what:<10} {:>4.1} written {:>4.1} read, {} requests",
            cost.write_units, cost.read_units, cost.requests
        );
        cost
    };
    units("making");
    portal.look(credential, None, at("04:01:00")).await.unwrap();
    let look = units("a look");
    assert!(look.write_units < 0.1 && look.read_units <= 3.0 && look.requests <= 3);
    let tapper = Tapper {
        tap: Some("0123456789abcdef0123"),
        ..Tapper::default()
    };
    let open = || portal.open_link(credential, tapper, at("04:02:00"));
    assert!(matches!(open().await.unwrap(), Opened::Granted(_)));
    let tap = units("a tap");
    assert!(tap.write_units <= 6.0 && tap.read_units <= 2.5 && tap.requests <= 3);
    assert!(matches!(open().await.unwrap(), Opened::Granted(_)));
    units("again");
}
