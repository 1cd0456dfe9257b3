//! Cut off at any write between asking for a promotion and its pipeline's end: it completes, or stands where people see why,
//! and the pipeline runs at the most once for it.

use domain::promotion::State;
use testkit::{TestPortal, ada, faults::Fault, machine_time, prod, to};

#[tokio::test(flavor = "multi_thread")]
async fn starting_a_pipeline_can_be_cut_off_at_every_write() {
    for fault in Fault::ALL {
        let mut write = 0;
        loop {
            let test = TestPortal::with_pipeline().await;
            let build = test.registered(1, machine_time()).await;
            let actor = ada();
            let asking =
                test.portal
                    .promotions()
                    .request(&actor, to(&build, &prod()), machine_time());
            let cut = Box::pin(test.faults().cut_off(write, fault, asking)).await;
            test.at_rest().await;
            test.tick(0).await;
            test.hear().await;
            // Whatever was not heard of for ten minutes ends, one way or another.
            test.tick(11).await;
            assert_eq!(test.store.table.promotions().open().await.unwrap(), []);
            let record = test
                .store
                .table
                .builds()
                .get(&build.id)
                .await
                .unwrap()
                .unwrap();
            assert!(record.promotions.len() <= 1 && test.executions() <= 1);
            if let Some(brief) = record.promotions.first() {
                let ended = test.promotion(&brief.id).await;
                match ended.state {
                    State::Succeeded => assert_eq!(test.current(&prod()).await, Some(1)),
                    State::Failed { why } => {
                        assert!(why.contains("ask for the promotion again"), "{why}");
                        assert_eq!(test.executions(), 0, "{fault:?} at {write}");
                    }
                    other => panic!("{other:?}, {fault:?} at {write}"),
                }
            }
            if !cut {
                break;
            }
            write += 1;
        }
        // Asking, starting, noting the run.
        assert_eq!(write, 3, "{fault:?}");
    }
}
