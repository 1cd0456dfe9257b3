//! What the clock's duties cost, in units that are the same on every machine.

use domain::path::{ApprovalRule, Gates};
use testkit::{
    TestPortal, machine_time,
    pipeline::{stages, target},
};

fn units(test: &TestPortal, what: &str) -> (f64, f64, u64) {
    let reading = test.meter.reset();
    println!(
        "{what:<48} {:>5.1} written {:>5.1} read, {} requests",
        reading.write_units, reading.read_units, reading.requests
    );
    (reading.write_units, reading.read_units, reading.requests)
}

#[tokio::test]
async fn a_clock_that_finds_nothing_to_do_writes_nothing_and_reads_little() {
    let gates = Gates {
        approvals: vec![ApprovalRule {
            count: 1,
            groups: vec!["leads".to_owned()],
        }],
        ..Gates::default()
    };
    let test = TestPortal::with_gates(target(|_| {}), gates).await;
    test.pipeline("SUPERSEDED", &stages());
    test.tick(0).await;
    units(&test, "nothing yet, nor anything to seal");
    test.tick(1).await;
    let (written, read, _) = units(&test, "nothing to do");
    // Seal, configuration, withdrawals, uploads, registrations, stored objects and promotions: a look at each.
    assert!(written < 0.1 && read <= 5.0);
    let build = test.registered(1, machine_time()).await;
    test.promote(&build).await;
    units(&test, "");
    test.tick(2).await;
    let (written, _, _) = units(&test, "one promotion that waits, and the first seal");
    assert!(written <= 2.0);
    test.tick(3).await;
    let (written, read, _) = units(&test, "one promotion that waits");
    assert!(written < 0.1 && read <= 20.0);
}

#[tokio::test]
async fn carrying_out_by_a_pipeline_costs_what_its_three_states_do() {
    let test = TestPortal::with_pipeline().await;
    let build = test.registered(1, machine_time()).await;
    units(&test, "");
    test.promote(&build).await;
    let (written, _, _) = units(&test, "asking, starting, noting the run");
    assert!(written <= 90.0);
    test.tick(0).await;
    units(&test, "a clock that makes the first seal");
    test.tick(1).await;
    let (written, _, _) = units(&test, "a clock with one that runs");
    assert!(written < 0.1);
    test.at_rest().await;
    test.tick(11).await;
    units(&test, "one that nothing was heard of, released");
}
