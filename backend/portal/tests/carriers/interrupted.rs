//! Cut off at any write between asking for a promotion and its pipeline's end: it completes, or stands where people see why,
//! and the pipeline runs at the most once for it.

use domain::promotion::State;

use crate::{
    cut::How,
    lock::{Lock, ada, now, to_prod},
};

#[tokio::test(flavor = "multi_thread")]
async fn starting_a_pipeline_can_be_cut_off_at_every_write() {
    for how in How::ALL {
        let mut write = 0;
        loop {
            let lock = Lock::new().await;
            let build = lock.build(1, None).await;
            lock.cut.at(write, how);
            let actor = ada();
            let cut = tokio::select! {
                asked = Box::pin(lock.portal.request(&actor, to_prod(&build), now())) => {
                    let writes = lock.cut.mend();
                    assert_eq!(asked.is_err(), writes > write, "{how:?} at {write}");
                    writes > write
                }
                () = lock.cut.stopped.notified() => {
                    assert!(how.stops());
                    lock.cut.mend();
                    true
                }
            };
            lock.at_rest().await;
            lock.clock(0).await;
            lock.hear().await;
            // Whatever was not heard of for ten minutes ends, one way or another.
            lock.clock(11).await;
            assert_eq!(lock.table.open_promotions().await.unwrap(), []);
            let record = lock.table.build(&build.id).await.unwrap().unwrap();
            assert!(record.promotions.len() <= 1 && lock.executions() <= 1);
            if let Some(brief) = record.promotions.first() {
                let ended = lock.promotion(&brief.id).await;
                match ended.state {
                    State::Succeeded => assert_eq!(lock.in_prod().await, Some(1)),
                    State::Failed { why } => {
                        assert!(why.contains("ask for the promotion again"), "{why}");
                        assert_eq!(lock.executions(), 0, "{how:?} at {write}");
                    }
                    other => panic!("{other:?}, {how:?} at {write}"),
                }
            }
            if !cut {
                break;
            }
            write += 1;
        }
        // Asking, starting, noting the run.
        assert_eq!(write, 3, "{how:?}");
    }
}
