//! Asking: what is refused, with every reason at once, and what becomes of what is not.

use api::promotions::PromotionRequest;
use domain::{
    audit::AuditAction,
    gate::{GateKind, Standing},
    id::BuildId,
    promotion::{Bypass, PromotionKind, RefusalKind, State},
};
use portal::Error;
use testkit::{TestPortal, ada, bob, dev, noon, preprod, prod, to, tom, wallet};

fn kinds(result: Result<portal::promotion::Asked, Error>) -> Vec<RefusalKind> {
    match result {
        Err(Error::Declined { refusals }) => {
            assert!(refusals.iter().all(|refusal| !refusal.remedy.is_empty()));
            refusals.into_iter().map(|refusal| refusal.kind).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_promotion_that_nothing_holds_up_is_carried_out_at_once() {
    let test = TestPortal::on_path().await;
    let build = test.registered(1, noon(0)).await;
    let asked = test
        .portal
        .promotions()
        .request(&ada(), to(&build, &preprod()), noon(1))
        .await;
    let asked = asked.unwrap();
    assert_eq!(
        (asked.promotion.state, asked.already),
        (State::Succeeded, false)
    );
    let current = test
        .store
        .table
        .releases()
        .current(&wallet(), &preprod())
        .await
        .unwrap()
        .unwrap();
    let by = current.promotion.unwrap();
    assert_eq!(
        (by.id, by.kind),
        (asked.promotion.id, PromotionKind::Forward)
    );
    assert_eq!(current.released_by.name, ada().name);
    let actions = [
        AuditAction::PromotionRequested,
        AuditAction::PromotionStarted,
        AuditAction::PromotionSucceeded,
    ];
    assert_eq!(test.actions().await, actions);
    test.assert_log_is_whole().await;
}

#[tokio::test]
async fn all_that_is_wrong_is_said_at_once_and_noted_of_those_who_may_ask() {
    let test = TestPortal::on_path().await;
    let build = test.registered(1, noon(0)).await;
    let request = || PromotionRequest {
        reason: "  ".to_owned(),
        ..to(&build, &prod())
    };
    let mut expected = vec![RefusalKind::Reason, RefusalKind::NotNext];
    let refused = kinds(
        test.portal
            .promotions()
            .request(&ada(), request(), noon(1))
            .await,
    );
    assert!(expected.iter().all(|kind| refused.contains(kind)));
    expected.push(RefusalKind::Forbidden);
    let forbidden = kinds(
        test.portal
            .promotions()
            .request(&tom(), request(), noon(2))
            .await,
    );
    assert!(expected.iter().all(|kind| forbidden.contains(kind)));
    let mut log = test.log().await;
    log.retain(|entry| entry.note.promotion.is_some() || entry.note.reason.is_some());
    assert_eq!(log.len(), 1);
    let note = &log[0].note;
    assert_eq!(
        (note.action, &note.by.name),
        (AuditAction::PromotionRefused, &ada().name)
    );
    assert_eq!(note.details.len(), refused.len());
    assert_eq!(test.store.table.promotions().open().await.unwrap(), []);
}

#[tokio::test]
async fn a_build_that_nobody_knows_is_not_found() {
    let test = TestPortal::on_path().await;
    let request = PromotionRequest {
        build: "01KAF000000000000000000009".parse::<BuildId>().unwrap(),
        to: preprod(),
        reason: "why not".to_owned(),
        bypass: None,
    };
    let refused = test
        .portal
        .promotions()
        .request(&ada(), request, noon(1))
        .await;
    assert!(
        matches!(refused, Err(Error::NotFound { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_withdrawn_build_goes_nowhere() {
    let test = TestPortal::on_path().await;
    let build = test.registered(1, noon(0)).await;
    test.portal
        .holds()
        .withdraw(&ada(), &build.id, "leaks", noon(1))
        .await
        .unwrap();
    let refused = test
        .portal
        .promotions()
        .request(&ada(), to(&build, &preprod()), noon(2))
        .await;
    assert!(kinds(refused).contains(&RefusalKind::Withdrawn));
}

#[tokio::test]
async fn another_build_waits_until_the_first_is_through() {
    let test = TestPortal::on_path().await;
    let first = test.in_preprod(1, noon(0)).await;
    let second = test.in_preprod(2, noon(1)).await;
    let asked = test
        .portal
        .promotions()
        .request(&ada(), to(&first, &prod()), noon(2))
        .await
        .unwrap();
    assert_eq!(asked.promotion.state, State::Waiting);
    let refused = test
        .portal
        .promotions()
        .request(&ada(), to(&second, &prod()), noon(3))
        .await;
    assert_eq!(kinds(refused), [RefusalKind::Busy]);
    let id = asked.promotion.id;
    test.portal
        .promotions()
        .cancel(&ada(), &id, "the other one", noon(4))
        .await
        .unwrap();
    let asked = test
        .portal
        .promotions()
        .request(&ada(), to(&second, &prod()), noon(5))
        .await;
    assert_eq!(asked.unwrap().promotion.state, State::Waiting);
}

#[tokio::test]
async fn asking_for_what_is_open_gives_that() {
    let test = TestPortal::on_path().await;
    let build = test.in_preprod(1, noon(0)).await;
    let first = test
        .portal
        .promotions()
        .request(&ada(), to(&build, &prod()), noon(1))
        .await
        .unwrap();
    let again = test
        .portal
        .promotions()
        .request(&bob(), to(&build, &prod()), noon(2))
        .await
        .unwrap();
    assert!(again.already);
    assert_eq!(again.promotion, first.promotion);
    assert_eq!(test.store.table.promotions().open().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_emergency_goes_past_a_gate_and_is_marked_for_ever() {
    let test = TestPortal::on_path().await;
    let build = test.in_preprod(1, noon(0)).await;
    let request = PromotionRequest {
        bypass: Some(Bypass {
            gates: vec![GateKind::Approvals],
            reason: "payments are down".to_owned(),
        }),
        ..to(&build, &prod())
    };
    let asked = test
        .portal
        .promotions()
        .request(&ada(), request, noon(1))
        .await
        .unwrap();
    assert_eq!(asked.promotion.state, State::Succeeded);
    let gate = asked
        .promotion
        .gates
        .iter()
        .find(|it| it.gate == GateKind::Approvals);
    assert_eq!(gate.unwrap().standing, Standing::Bypassed);
    let log = test.log().await;
    let bypassed = log
        .iter()
        .find(|it| it.note.action == AuditAction::GatesBypassed)
        .unwrap();
    assert_eq!(bypassed.note.reason.as_deref(), Some("payments are down"));
    assert_eq!(bypassed.note.details["gates"], "approvals");
}

#[tokio::test]
async fn a_clock_that_jumps_back_leaves_the_newest_promotion_current() {
    let test = TestPortal::on_path().await;
    test.in_preprod(1, noon(60)).await;
    let second = test.registered(2, noon(0)).await;
    let asked = test
        .portal
        .promotions()
        .request(&ada(), to(&second, &preprod()), noon(1))
        .await;
    assert_eq!(asked.unwrap().promotion.state, State::Succeeded);
    assert_eq!(test.current(&preprod()).await, Some(2));
    test.assert_log_is_whole().await;
}

#[tokio::test]
async fn a_builds_page_says_where_it_may_go() {
    let test = TestPortal::on_path().await;
    let build = test.in_preprod(1, noon(0)).await;
    let view = test
        .portal
        .builds()
        .show(&ada(), &build.id, noon(1))
        .await
        .unwrap();
    let steps = &view.options.steps;
    let names: Vec<&str> = steps.iter().map(|it| it.environment.id.as_str()).collect();
    assert_eq!(names, ["dev", "preprod", "prod"]);
    assert!(steps[0].current && steps[1].current && !steps[2].current);
    assert_eq!(steps[2].way, Some(PromotionKind::Forward));
    assert_eq!(steps[2].refusals, []);
    let approvals = steps[2]
        .gates
        .iter()
        .find(|it| it.gate == GateKind::Approvals);
    assert_eq!(approvals.unwrap().standing, Standing::Waiting);
    assert_eq!(steps[2].may_bypass, [GateKind::Approvals]);
    // Who may not promote is told so before pressing.
    let options = test
        .portal
        .promotions()
        .options(&tom(), &build.id, noon(1))
        .await
        .unwrap();
    let kinds: Vec<RefusalKind> = options.steps[2].refusals.iter().map(|it| it.kind).collect();
    assert_eq!(kinds, [RefusalKind::Forbidden]);
    assert!(options.steps[2].may_bypass.is_empty() && !options.may_withdraw);
    // One that is open is shown, and that of another build too.
    test.portal
        .promotions()
        .request(&ada(), to(&build, &prod()), noon(2))
        .await
        .unwrap();
    let other = test.registered(2, noon(3)).await;
    let options = test
        .portal
        .promotions()
        .options(&ada(), &other.id, noon(4))
        .await
        .unwrap();
    assert_eq!(options.steps[2].open.as_ref().unwrap().build, build.id);
    assert!(options.steps[0].current, "{:?}", dev());
}
