//! What promotions cost, in units that are the same on every machine. `docs/adr` tells where they come from.

use api::{holds::HoldRequest, promotions::RollbackRequest};
use domain::{page::Limit, promotion::State};
use testkit::{TestPortal, ada, bob, noon, path, preprod, prod, to, tom, wallet};

/// What was written and read since the last look; printed, for anyone who writes it down.
fn units(test: &TestPortal, what: &str) -> (f64, f64) {
    let reading = test.meter.reset();
    println!(
        "{what:<44} {:>5.1} written {:>5.1} read, {} requests",
        reading.write_units, reading.read_units, reading.requests
    );
    (reading.write_units, reading.read_units)
}

#[tokio::test]
async fn each_step_stays_within_what_it_may_cost() {
    let test = TestPortal::on_path().await;
    let build = test.registered(1, noon(0)).await;
    units(&test, "");
    test.portal
        .promotions()
        .request(&ada(), to(&build, &preprod()), noon(1))
        .await
        .unwrap();
    let (written, read) = units(&test, "a promotion that nothing holds up");
    assert!(written <= 90.0 && read <= 40.0);
    let asked = test
        .portal
        .promotions()
        .request(&ada(), to(&build, &prod()), noon(1))
        .await
        .unwrap();
    let (written, _) = units(&test, "asking for one that waits");
    assert!(written <= 30.0);
    let id = asked.promotion.id;
    test.portal
        .promotions()
        .request(&ada(), to(&build, &prod()), noon(1))
        .await
        .unwrap();
    let (written, _) = units(&test, "asking again");
    assert!(written < 0.1);
    test.portal
        .promotions()
        .advance(&id, noon(2))
        .await
        .unwrap();
    let (written, _) = units(&test, "looking at one that waits");
    assert!(written < 0.1);
    test.portal
        .promotions()
        .waiting(&bob(), noon(2))
        .await
        .unwrap();
    let (_, read) = units(&test, "who waits for me");
    assert!(read <= 1.0);
    let done = test
        .portal
        .promotions()
        .approve(&bob(), &id, &build.digest(), None, noon(3))
        .await
        .unwrap();
    assert_eq!(done.state, State::Succeeded);
    units(&test, "approving, starting and releasing");
    test.portal
        .promotions()
        .request(&tom(), to(&build, &prod()), noon(4))
        .await
        .unwrap_err();
    units(&test, "a refusal");
    test.portal
        .promotions()
        .options(&ada(), &build.id, noon(4))
        .await
        .unwrap();
    let requests = test.meter.read().requests;
    assert_eq!(requests, 4, "however many steps there are");
    let (_, read) = units(&test, "where a build may go, three steps");
    assert!(read <= 2.0);
    test.portal
        .runs()
        .overview(&ada(), Limit::APPS, None, noon(4))
        .await
        .unwrap();
    let requests = test.meter.read().requests;
    assert_eq!(requests, 3);
    let (_, read) = units(&test, "the overview");
    assert!(read <= 1.5);
    let hold = HoldRequest {
        environment: prod(),
        app: None,
        reason: "stop".to_owned(),
    };
    test.portal
        .holds()
        .hold_environment(&ada(), hold, noon(5))
        .await
        .unwrap();
    units(&test, "freezing");
    test.portal
        .holds()
        .withdraw(&ada(), &build.id, "leaks", noon(6))
        .await
        .unwrap();
    units(&test, "withdrawing, three environments");
}

#[tokio::test]
async fn going_back_costs_what_two_steps_do() {
    let test = TestPortal::with_path(path(|path| path.steps[2].gates.approvals.clear())).await;
    for number in [1, 2] {
        let build = test.in_preprod(number, noon(0)).await;
        test.portal
            .promotions()
            .request(&ada(), to(&build, &prod()), noon(1))
            .await
            .unwrap();
    }
    units(&test, "");
    let back = RollbackRequest {
        build: None,
        reason: "it crashes".to_owned(),
        withdraw: true,
        bypass: None,
    };
    test.portal
        .promotions()
        .rollback(&ada(), &wallet(), &prod(), back, noon(2))
        .await
        .unwrap();
    let (written, _) = units(&test, "going back, and withdrawing what is left");
    assert!(written <= 130.0);
}
