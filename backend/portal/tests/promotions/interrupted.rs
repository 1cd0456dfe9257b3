//! A promotion that is cut off at any write completes when somebody goes on with it, or stands where a person can see
//! why.

use domain::{
    actor::Actor,
    audit::Deed,
    build::Build,
    promotion::{Promotion, State},
};
use portal::promotion::RollbackRequest;

use crate::{
    canal::{Canal, ada, bob, noon, path, preprod, prod, to, wallet},
    cut::How,
};

/// Does something that is cut off at its write of that number. Whether there was such a write at all.
async fn cut_off<T>(
    canal: &Canal,
    write: u32,
    how: How,
    deed: impl Future<Output = Result<T, portal::Error>>,
) -> bool {
    canal.cut.at(write, how);
    tokio::select! {
        done = deed => {
            let writes = canal.cut.mend();
            assert_eq!(done.is_err(), writes > write, "{how:?} at {write}");
            writes > write
        }
        () = canal.cut.stopped.notified() => {
            assert!(how.stops());
            canal.cut.mend();
            true
        }
    }
}

/// What is open is taken to its end.
async fn gone_on(canal: &Canal) {
    canal.portal.advance_all(noon(5)).await.unwrap();
}

/// What must hold however often it was cut off: one release for one success, nothing open, an unbroken log.
async fn assert_done_once(canal: &Canal, build: &Build, releases: usize) {
    assert_eq!(canal.current(&prod()).await, Some(build.number));
    assert_eq!(canal.releases(&prod()).await, releases);
    assert_eq!(canal.table.open_promotions().await.unwrap(), []);
    assert_eq!(canal.table.slot(&wallet(), &prod()).await.unwrap(), None);
    let promotions = canal
        .table
        .build(&build.id)
        .await
        .unwrap()
        .unwrap()
        .promotions;
    let brief = promotions.iter().find(|it| it.to == prod()).unwrap();
    assert_eq!(canal.promotion(&brief.id).await.state, brief.state);
    canal.assert_log_is_whole().await;
}

/// How often something was done, by the log.
async fn times(canal: &Canal, deed: Deed) -> usize {
    let deeds = canal.deeds().await;
    deeds.into_iter().filter(|done| *done == deed).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_can_be_cut_off_at_every_write() {
    for how in How::ALL {
        let mut writes = 0;
        loop {
            let canal = Canal::along(no_approvals()).await;
            let build = canal.in_preprod(1, noon(0)).await;
            let actor = ada();
            let asking = canal.portal.request(&actor, to(&build, &prod()), noon(1));
            let cut = Box::pin(cut_off(&canal, writes, how, asking)).await;
            // Whoever was cut off asks again, and may have been heard the first time.
            let again = canal
                .portal
                .request(&ada(), to(&build, &prod()), noon(2))
                .await;
            gone_on(&canal).await;
            if let Err(error) = again {
                // Nothing is left to do: it was heard, and all done.
                assert!(error.to_string().contains("already serves"), "{error}");
            }
            assert_done_once(&canal, &build, 1).await;
            assert_eq!(
                times(&canal, Deed::PromotionSucceeded).await,
                2,
                "{how:?} at {writes}"
            );
            if !cut {
                break;
            }
            writes += 1;
        }
        // Asking, starting, releasing.
        assert_eq!(writes, 3, "{how:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn approving_can_be_cut_off_at_every_write() {
    for how in How::ALL {
        let mut writes = 0;
        loop {
            let canal = Canal::new().await;
            let build = canal.in_preprod(1, noon(0)).await;
            let asked = canal
                .portal
                .request(&ada(), to(&build, &prod()), noon(1))
                .await;
            let id = asked.unwrap().promotion.id;
            let (actor, seen) = (bob(), build.digest());
            let approving = canal
                .portal
                .approve(&actor, &id, &seen, Some("go"), noon(2));
            let cut = Box::pin(cut_off(&canal, writes, how, approving)).await;
            let standing: Promotion = canal.promotion(&id).await;
            assert_eq!(
                standing.state.is_terminal(),
                !cut || standing.state == State::Succeeded
            );
            if standing.approvals.is_empty() {
                let again = canal
                    .portal
                    .approve(&bob(), &id, &seen, Some("go"), noon(3))
                    .await;
                again.unwrap();
            }
            gone_on(&canal).await;
            assert_done_once(&canal, &build, 1).await;
            assert_eq!(
                times(&canal, Deed::Approved).await,
                1,
                "{how:?} at {writes}"
            );
            if !cut {
                break;
            }
            writes += 1;
        }
        // Approving, starting, releasing.
        assert_eq!(writes, 3, "{how:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn going_back_and_withdrawing_can_be_cut_off_at_every_write() {
    for how in How::ALL {
        let mut writes = 0;
        loop {
            let canal = Canal::along(no_approvals()).await;
            let good = canal.in_preprod(1, noon(0)).await;
            let bad = canal.in_preprod(2, noon(1)).await;
            for build in [&good, &bad] {
                let asked = canal
                    .portal
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
            let rolling = canal
                .portal
                .rollback(&actor, &app, &environment, back(), noon(3));
            let cut = Box::pin(cut_off(&canal, writes, how, rolling)).await;
            gone_on(&canal).await;
            if canal.current(&prod()).await == Some(2) {
                // Nothing of it was heard.
                assert_eq!(writes, 0);
                let again = canal
                    .portal
                    .rollback(&actor, &app, &environment, back(), noon(4));
                again.await.unwrap();
            }
            assert_eq!(canal.current(&prod()).await, Some(1), "{how:?} at {writes}");
            assert_eq!(canal.current(&preprod()).await, Some(1));
            let withdrawn = canal.table.build(&bad.id).await.unwrap().unwrap().withdrawn;
            assert_eq!(withdrawn.unwrap().reason, "it crashes at start");
            assert_eq!(times(&canal, Deed::Withdrawn).await, 1);
            assert_eq!(canal.table.holds().await.unwrap().len(), 1);
            assert_done_once(&canal, &good, 3).await;
            if !cut {
                break;
            }
            writes += 1;
        }
        // Asking, starting, taking what is left behind off three lists, withdrawing it, releasing.
        assert_eq!(writes, 7, "{how:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn withdrawing_can_be_cut_off() {
    // It is taken off two lists, then withdrawn.
    for (how, write) in How::ALL
        .into_iter()
        .flat_map(|how| [0, 1, 2].map(|write| (how, write)))
    {
        let canal = Canal::new().await;
        canal.in_preprod(1, noon(0)).await;
        let bad = canal.in_preprod(2, noon(1)).await;
        let actor = ada();
        let withdrawing = canal.portal.withdraw(&actor, &bad.id, "leaks", noon(2));
        assert!(Box::pin(cut_off(&canal, write, how, withdrawing)).await);
        let happened = write == 2 && matches!(how, How::AnswerLost | How::StoppedAfter);
        let expected = if happened { Some(1) } else { Some(2) };
        assert_eq!(
            canal.current(&preprod()).await,
            expected,
            "{how:?} at {write}"
        );
        let again = canal
            .portal
            .withdraw(&actor, &bad.id, "leaks", noon(3))
            .await;
        assert_eq!(again.unwrap().already, happened);
        assert_eq!(canal.current(&preprod()).await, Some(1));
        assert_eq!(times(&canal, Deed::Withdrawn).await, 1);
        let verified = canal.portal.verify_audit(&Actor::local(), noon(4)).await;
        assert_eq!(verified.unwrap().findings, []);
    }
}

fn no_approvals() -> domain::path::Path {
    path(|path| path.steps[2].gates.approvals.clear())
}
