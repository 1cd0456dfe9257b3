//! What the clock's duties cost, in units that are the same on every machine.

use domain::path::{ApprovalRule, Gates};

use crate::lock::{Lock, stages, target};

fn units(lock: &Lock, what: &str) -> (f64, f64, u64) {
    let reading = lock.meter.reset();
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
    let lock = Lock::along(target(|_| {}), gates).await;
    lock.pipeline("SUPERSEDED", &stages());
    lock.clock(0).await;
    units(&lock, "the first of a day: seals it");
    lock.clock(1).await;
    let (written, read, _) = units(&lock, "nothing to do");
    assert!(written < 0.1 && read <= 4.0);
    let build = lock.build(1, None).await;
    lock.promote(&build).await;
    units(&lock, "");
    lock.clock(2).await;
    let (written, read, _) = units(&lock, "one promotion that waits");
    assert!(written < 0.1 && read <= 20.0);
}

#[tokio::test]
async fn carrying_out_by_a_pipeline_costs_what_its_three_states_do() {
    let lock = Lock::new().await;
    let build = lock.build(1, None).await;
    units(&lock, "");
    lock.promote(&build).await;
    let (written, _, _) = units(&lock, "asking, starting, noting the run");
    assert!(written <= 90.0);
    lock.clock(1).await;
    let (written, _, _) = units(&lock, "a clock with one that runs");
    assert!(written < 0.1);
    lock.at_rest().await;
    lock.clock(11).await;
    units(&lock, "one that nothing was heard of, released");
}
