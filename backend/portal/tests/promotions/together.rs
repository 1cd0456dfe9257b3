//! Several people at once.

use api::holds::HoldRequest;
use domain::{audit::AuditAction, gate::GateKind, promotion::State};
use futures::future::join_all;
use portal::Error;
use testkit::{TestPortal, ada, bob, member, noon, path, preprod, prod, to, wallet};

#[tokio::test(flavor = "multi_thread")]
async fn a_double_click_and_two_people_make_one_promotion() {
    let test = TestPortal::on_path().await;
    let build = test.in_preprod(1, noon(0)).await;
    let clicks = [ada(), ada(), bob(), bob(), ada(), bob()].map(|actor| {
        let (portal, request) = (test.portal.clone(), to(&build, &prod()));
        tokio::spawn(async move {
            portal
                .promotions()
                .request(&actor, request, noon(1))
                .await
                .unwrap()
        })
    });
    let asked: Vec<_> = join_all(clicks)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let first = &asked[0].promotion.id;
    assert!(asked.iter().all(|asked| asked.promotion.id == *first));
    assert_eq!(asked.iter().filter(|asked| !asked.already).count(), 1);
    assert_eq!(test.store.table.promotions().open().await.unwrap().len(), 1);
    let requests = test.actions().await;
    let requests = requests
        .iter()
        .filter(|action| **action == AuditAction::PromotionRequested);
    assert_eq!(requests.count(), 2, "one to preprod, one to prod");
    test.assert_log_is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_builds_into_one_environment_never_interleave() {
    let open = path(|path| path.steps[2].gates.approvals.clear());
    let test = TestPortal::with_path(open).await;
    let mut builds = Vec::new();
    for number in 1..=4 {
        builds.push(test.in_preprod(number, noon(0)).await);
    }
    let asked = builds.iter().map(|build| {
        let (portal, request) = (test.portal.clone(), to(build, &prod()));
        tokio::spawn(async move { portal.promotions().request(&ada(), request, noon(1)).await })
    });
    let asked: Vec<_> = join_all(asked)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let done = asked.iter().filter(|asked| {
        asked
            .as_ref()
            .is_ok_and(|asked| asked.promotion.state == State::Succeeded)
    });
    let done = done.count();
    for refused in asked.iter().filter(|asked| asked.is_err()) {
        assert!(
            matches!(refused, Err(Error::Declined { .. })),
            "{refused:?}"
        );
    }
    assert!(done >= 1);
    assert_eq!(test.releases(&prod()).await, done);
    // Between a start and its end, nothing else starts there.
    let log = test.log().await;
    let in_prod = log.iter().filter(|it| it.note.environment == Some(prod()));
    let mut running = None;
    for entry in in_prod {
        match entry.note.action {
            AuditAction::PromotionStarted => {
                assert_eq!(running, None);
                running.clone_from(&entry.note.promotion);
            }
            AuditAction::PromotionSucceeded => {
                assert_eq!(running.take(), entry.note.promotion);
            }
            _ => {}
        }
    }
    test.assert_log_is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_approvals_at_once_both_count() {
    let two = path(|path| path.steps[2].gates.approvals[0].count = 2);
    let test = TestPortal::with_path(two).await;
    let build = test.in_preprod(1, noon(0)).await;
    let asked = test
        .portal
        .promotions()
        .request(&ada(), to(&build, &prod()), noon(1))
        .await
        .unwrap();
    let id = asked.promotion.id;
    let approvals = ["bob", "eve"].map(|name| {
        let (portal, id, seen) = (test.portal.clone(), id.clone(), build.digest());
        tokio::spawn(async move {
            let lead = member(name, vec!["leads".to_owned()]);
            portal
                .promotions()
                .approve(&lead, &id, &seen, None, noon(2))
                .await
                .unwrap();
        })
    });
    join_all(approvals).await;
    let promotion = test.promotion(&id).await;
    assert_eq!(
        (promotion.approvals.len(), promotion.state),
        (2, State::Succeeded)
    );
    assert_eq!(test.releases(&prod()).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn once_a_freeze_is_acknowledged_nothing_starts() {
    let open = path(|path| path.steps[2].gates.approvals.clear());
    for round in 0..6 {
        let test = TestPortal::with_path(open.clone()).await;
        let build = test.in_preprod(1, noon(0)).await;
        let (portal, request) = (test.portal.clone(), to(&build, &prod()));
        let asking =
            tokio::spawn(
                async move { portal.promotions().request(&ada(), request, noon(1)).await },
            );
        tokio::time::sleep(std::time::Duration::from_millis(round * 4)).await;
        let stop = HoldRequest {
            environment: prod(),
            app: None,
            reason: "stop".to_owned(),
        };
        let frozen = test
            .portal
            .holds()
            .hold_environment(&bob(), stop, noon(1))
            .await
            .unwrap();
        let asked = asking.await.unwrap();
        let log = test.log().await;
        let held = log
            .iter()
            .position(|it| it.note.action == AuditAction::Held)
            .unwrap();
        let started_after = log[held..].iter().any(|it| {
            it.note.action == AuditAction::PromotionStarted && it.note.environment == Some(prod())
        });
        assert!(!started_after, "round {round}: it started after the freeze");
        // Whatever had started goes on and is listed, unless it had ended by then; the rest stands and says why.
        match asked.map(|asked| asked.promotion) {
            Ok(promotion) if promotion.state == State::Waiting => {
                let view = test
                    .portal
                    .promotions()
                    .show(&ada(), &promotion.id, noon(2))
                    .await
                    .unwrap();
                let gate = view
                    .promotion
                    .gates
                    .iter()
                    .find(|it| it.gate == GateKind::Hold);
                assert!(!gate.unwrap().standing.lets_through());
                assert_eq!(frozen.running, []);
            }
            Ok(promotion) => assert_eq!(promotion.state, State::Succeeded),
            Err(error) => assert!(matches!(error, Error::Declined { .. }), "{error:?}"),
        }
        assert_eq!(test.current(&preprod()).await, Some(1));
        assert_eq!(
            test.store.table.holds().all().await.unwrap().len(),
            1,
            "{}",
            wallet()
        );
    }
}
