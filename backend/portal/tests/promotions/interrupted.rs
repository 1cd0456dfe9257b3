//! A promotion that is cut off at any write completes when somebody goes on with it, or stands where a person can see
//! why.

use api::promotions::RollbackRequest;
use domain::{
    audit::AuditAction,
    build::Build,
    promotion::{Promotion, State},
};
use portal::scheduled;
use testkit::{TestPortal, ada, bob, dev, faults::Fault, noon, path, preprod, prod, to, wallet};

/// What is open is taken to its end.
async fn gone_on(test: &TestPortal) {
    test.advance_all(noon(5)).await;
}

/// What must hold however often it was cut off: one release for one success, nothing open, an unbroken log.
async fn assert_done_once(test: &TestPortal, build: &Build, releases: usize) {
    assert_eq!(test.current(&prod()).await, Some(build.number));
    assert_eq!(test.releases(&prod()).await, releases);
    assert_eq!(test.store.table.promotions().open().await.unwrap(), []);
    assert_eq!(
        test.store
            .table
            .promotions()
            .slot(&wallet(), &prod())
            .await
            .unwrap(),
        None
    );
    let promotions = test
        .store
        .table
        .builds()
        .get(&build.id)
        .await
        .unwrap()
        .unwrap()
        .promotions;
    let brief = promotions.iter().find(|it| it.to == prod()).unwrap();
    assert_eq!(test.promotion(&brief.id).await.state, brief.state);
    test.assert_log_is_whole().await;
}

/// How often something was done, by the log.
async fn times(test: &TestPortal, action: AuditAction) -> usize {
    let actions = test.actions().await;
    actions.into_iter().filter(|done| *done == action).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_can_be_cut_off_at_every_write() {
    for fault in Fault::ALL {
        let mut writes = 0;
        loop {
            let test = TestPortal::with_path(no_approvals()).await;
            let build = test.in_preprod(1, noon(0)).await;
            let actor = ada();
            let asking = test
                .portal
                .promotions()
                .request(&actor, to(&build, &prod()), noon(1));
            let cut = Box::pin(test.faults().cut_off(writes, fault, asking)).await;
            // A caller who was cut off asks again, and may have been heard the first time.
            let again = test
                .portal
                .promotions()
                .request(&ada(), to(&build, &prod()), noon(2))
                .await;
            gone_on(&test).await;
            if let Err(error) = again {
                // Nothing is left to do: it was heard, and all done.
                assert!(error.to_string().contains("already serves"), "{error}");
            }
            assert_done_once(&test, &build, 1).await;
            assert_eq!(
                times(&test, AuditAction::PromotionSucceeded).await,
                2,
                "{fault:?} at {writes}"
            );
            if !cut {
                break;
            }
            writes += 1;
        }
        // Asking, starting, releasing.
        assert_eq!(writes, 3, "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn approving_can_be_cut_off_at_every_write() {
    for fault in Fault::ALL {
        let mut writes = 0;
        loop {
            let test = TestPortal::on_path().await;
            let build = test.in_preprod(1, noon(0)).await;
            let asked = test
                .portal
                .promotions()
                .request(&ada(), to(&build, &prod()), noon(1))
                .await;
            let id = asked.unwrap().promotion.id;
            let (actor, seen) = (bob(), build.digest());
            let approving =
                test.portal
                    .promotions()
                    .approve(&actor, &id, &seen, Some("go"), noon(2));
            let cut = Box::pin(test.faults().cut_off(writes, fault, approving)).await;
            let standing: Promotion = test.promotion(&id).await;
            assert_eq!(
                standing.state.is_terminal(),
                !cut || standing.state == State::Succeeded
            );
            if standing.approvals.is_empty() {
                let again = test
                    .portal
                    .promotions()
                    .approve(&bob(), &id, &seen, Some("go"), noon(3))
                    .await;
                again.unwrap();
            }
            gone_on(&test).await;
            assert_done_once(&test, &build, 1).await;
            assert_eq!(
                times(&test, AuditAction::Approved).await,
                1,
                "{fault:?} at {writes}"
            );
            if !cut {
                break;
            }
            writes += 1;
        }
        // Approving, starting, releasing.
        assert_eq!(writes, 3, "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn going_back_and_withdrawing_can_be_cut_off_at_every_write() {
    for fault in Fault::ALL {
        let mut writes = 0;
        loop {
            let test = TestPortal::with_path(no_approvals()).await;
            let good = test.in_preprod(1, noon(0)).await;
            let bad = test.in_preprod(2, noon(1)).await;
            for build in [&good, &bad] {
                let asked = test
                    .portal
                    .promotions()
                    .request(&ada(), to(build, &prod()), noon(2))
                    .await;
                assert_eq!(asked.unwrap().promotion.state, State::Succeeded);
            }
            let actor = ada();
            let (app, environment) = (wallet(), prod());
            let back = || RollbackRequest {
                build: None,
                reason: "it crashes at start".to_owned(),
                withdraw: true,
                bypass: None,
            };
            let rolling =
                test.portal
                    .promotions()
                    .rollback(&actor, &app, &environment, back(), noon(3));
            let cut = Box::pin(test.faults().cut_off(writes, fault, rolling)).await;
            gone_on(&test).await;
            if test.current(&prod()).await == Some(2) {
                // Nothing of it was heard.
                assert_eq!(writes, 0);
                let again =
                    test.portal
                        .promotions()
                        .rollback(&actor, &app, &environment, back(), noon(4));
                again.await.unwrap();
            }
            assert_eq!(
                test.current(&prod()).await,
                Some(1),
                "{fault:?} at {writes}"
            );
            assert_eq!(test.current(&preprod()).await, None);
            let withdrawn = test
                .store
                .table
                .builds()
                .get(&bad.id)
                .await
                .unwrap()
                .unwrap()
                .withdrawn;
            assert_eq!(withdrawn.unwrap().reason, "it crashes at start");
            assert_eq!(times(&test, AuditAction::Withdrawn).await, 1);
            assert_eq!(test.store.table.holds().all().await.unwrap().len(), 1);
            assert_done_once(&test, &good, 3).await;
            if !cut {
                break;
            }
            writes += 1;
        }
        // Asking, starting, withdrawing what is left behind, taking it from three environments and three lists, noting that
        // this is done, releasing.
        assert_eq!(writes, 11, "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn withdrawing_can_be_cut_off_at_every_write_and_the_clock_settles_it() {
    for fault in Fault::ALL {
        let mut writes = 0;
        loop {
            let test = TestPortal::on_path().await;
            test.in_preprod(1, noon(0)).await;
            let bad = test.in_preprod(2, noon(1)).await;
            let actor = ada();
            let withdrawing = test
                .portal
                .holds()
                .withdraw(&actor, &bad.id, "leaks", noon(2));
            let cut = Box::pin(test.faults().cut_off(writes, fault, withdrawing)).await;
            scheduled::run_scheduled_tasks(&test.portal, noon(3))
                .await
                .unwrap();
            let heard = times(&test, AuditAction::Withdrawn).await == 1;
            assert_eq!(
                heard,
                writes > 0 || fault.is_heard(),
                "{fault:?} at {writes}"
            );
            let expected = (!heard).then_some(2);
            for environment in [dev(), preprod()] {
                assert_eq!(test.current(&environment).await, expected);
            }
            let again = test
                .portal
                .holds()
                .withdraw(&actor, &bad.id, "leaks", noon(4))
                .await;
            assert_eq!(again.unwrap().already, heard);
            assert_eq!(test.current(&preprod()).await, None);
            assert_eq!(times(&test, AuditAction::Withdrawn).await, 1);
            assert_eq!(test.store.table.releases().unsettled().await.unwrap(), []);
            test.assert_log_is_whole().await;
            if !cut {
                break;
            }
            writes += 1;
        }
        // Withdrawing, taking it from two environments and two lists, noting that this is done.
        assert_eq!(writes, 6, "{fault:?}");
    }
}

fn no_approvals() -> domain::path::Path {
    path(|path| path.steps[2].gates.approvals.clear())
}
