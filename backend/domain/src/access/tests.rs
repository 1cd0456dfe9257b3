use super::*;
use crate::id::{AppId, EnvironmentId};

fn app(id: &str) -> AppId {
    id.parse().unwrap()
}

fn environment(id: &str) -> EnvironmentId {
    id.parse().unwrap()
}

/// A grant to the group `team`, for wallet in dev and preprod.
fn grant(role: Role) -> Grant {
    Grant {
        role,
        groups: vec!["team".to_owned()],
        apps: Scope::Only(vec![app("wallet")]),
        environments: Scope::Only(vec![environment("dev"), environment("preprod")]),
    }
}

fn everywhere(role: Role) -> Grant {
    Grant {
        apps: Scope::All,
        environments: Scope::All,
        ..grant(role)
    }
}

fn member() -> Actor {
    Actor::named("ada@example.com", vec!["team".to_owned()])
}

fn answers(grant: &Grant, action: Action<'_>) -> Decision {
    decide(&member(), std::slice::from_ref(grant), action)
}

fn denied(needs: Role) -> Decision {
    Decision::Denied { needs: Some(needs) }
}

/// Every action on an app, in an environment.
fn actions<'a>(app: &'a AppId, environments: &'a [EnvironmentId; 1]) -> [Action<'a>; 9] {
    let [environment] = environments;
    [
        Action::ViewApp(app),
        Action::Download { app, environments },
        Action::Register {
            app,
            environment: Some(environment),
        },
        Action::Promote { app, environment },
        Action::Hold {
            app: Some(app),
            environment,
        },
        Action::BreakGlass { app, environment },
        Action::Withdraw {
            app,
            environment: Some(environment),
        },
        Action::ViewDownloads(app),
        Action::Approve { app, environment },
    ]
}

/// One letter an action: y for yes, n for no. Anyone who sees the app may try to approve.
fn row(role: Role, app: &AppId, environment: &str) -> String {
    let environments = [self::environment(environment)];
    let letter = |action| match answers(&grant(role), action) {
        Decision::Allowed => 'y',
        Decision::Denied { .. } => 'n',
        Decision::Unseen => '-',
    };
    actions(app, &environments).map(letter).iter().collect()
}

#[test]
fn each_role_may_do_its_part_in_its_own_environments() {
    let wallet = app("wallet");
    let table = [
        (Role::Viewer, "ynnnnnnny"),
        (Role::Tester, "yynnnnnny"),
        (Role::Developer, "yyynnnnny"),
        (Role::ReleaseManager, "yyyyyyyny"),
        (Role::Auditor, "ynnnnnnyy"),
        (Role::Admin, "yyyyyyyyy"),
    ];
    for (role, expected) in table {
        assert_eq!(row(role, &wallet, "dev"), expected, "{role}");
    }
}

#[test]
fn in_another_environment_each_may_look_and_developers_download() {
    let wallet = app("wallet");
    let table = [
        (Role::Viewer, "ynnnnnnny"),
        (Role::Tester, "ynnnnnnny"),
        (Role::Developer, "yynnnnnny"),
        (Role::ReleaseManager, "yynnnnnny"),
        (Role::Auditor, "ynnnnnnyy"),
        (Role::Admin, "yynnnnnyy"),
    ];
    for (role, expected) in table {
        assert_eq!(row(role, &wallet, "prod"), expected, "{role}");
    }
}

#[test]
fn of_another_app_nobody_knows_anything() {
    for role in Role::ALL {
        assert_eq!(row(role, &app("shop"), "dev"), "---------", "{role}");
    }
}

#[test]
fn what_reaches_beyond_apps_is_for_those_who_have_all() {
    for action in [
        Action::RegisterUploads,
        Action::Sweep,
        Action::SealAudit,
        Action::Reconcile,
        Action::ViewAudit,
    ] {
        let needs = denied(action.needs());
        assert_eq!(answers(&grant(Role::Admin), action), needs, "{action:?}");
        let all = answers(&everywhere(Role::Admin), action);
        assert_eq!(all, Decision::Allowed, "{action:?}");
        let other = answers(&everywhere(Role::ReleaseManager), action);
        assert_eq!(other, needs, "{action:?}");
    }
    assert_eq!(
        answers(&everywhere(Role::Auditor), Action::ViewAudit),
        Decision::Allowed
    );
    let dev = environment("dev");
    let freeze = Action::Hold {
        app: None,
        environment: &dev,
    };
    assert_eq!(
        answers(&grant(Role::ReleaseManager), freeze),
        denied(Role::ReleaseManager)
    );
    assert_eq!(
        answers(&everywhere(Role::ReleaseManager), freeze),
        Decision::Allowed
    );
}

#[test]
fn runs_that_no_app_claims_are_not_for_those_of_single_apps() {
    let unassigned = Action::ViewUnassigned;
    assert_eq!(answers(&grant(Role::Admin), unassigned), Decision::Unseen);
    assert_eq!(
        answers(&everywhere(Role::Viewer), unassigned),
        Decision::Allowed
    );
}

#[test]
fn events_are_recorded_of_runs_that_feed_what_one_may_administer() {
    let (wallet, shop) = (app("wallet"), app("shop"));
    let (dev, preprod) = (environment("dev"), environment("preprod"));
    let run = |app, environment| Action::RecordRun { app, environment };
    let here = Grant {
        environments: Scope::Only(vec![dev.clone()]),
        ..grant(Role::Admin)
    };
    assert_eq!(answers(&here, Action::RecordEvents), Decision::Allowed);
    assert_eq!(answers(&here, run(&wallet, &dev)), Decision::Allowed);
    let elsewhere = answers(&here, run(&wallet, &preprod));
    assert_eq!(elsewhere, denied(Role::Admin));
    assert_eq!(answers(&here, run(&shop, &dev)), Decision::Unseen);
    let unclaimed = Action::RecordUnassigned;
    assert_eq!(answers(&here, unclaimed), Decision::Unseen);
    let all = everywhere(Role::Admin);
    assert_eq!(answers(&all, unclaimed), Decision::Allowed);
    let manager = grant(Role::ReleaseManager);
    assert_eq!(answers(&manager, Action::RecordEvents), denied(Role::Admin));
    let machine = Actor::machine("ci", wallet_in_dev(Permission::Report));
    let told = |action| decide(&machine, &[], action);
    assert_eq!(told(Action::RecordEvents), Decision::Allowed);
    assert_eq!(told(run(&wallet, &dev)), Decision::Allowed);
    assert_eq!(
        told(run(&wallet, &preprod)),
        Decision::Denied { needs: None }
    );
    assert_eq!(told(run(&shop, &dev)), Decision::Unseen);
    assert_eq!(told(unclaimed), Decision::Unseen);
    let everything = Actor::machine("ci", Permit::all(vec![Permission::Report]));
    assert_eq!(decide(&everything, &[], unclaimed), Decision::Allowed);
}

#[test]
fn a_build_that_is_nowhere_is_for_those_who_may_go_everywhere() {
    let wallet = app("wallet");
    let nowhere = Action::Download {
        app: &wallet,
        environments: &[],
    };
    assert_eq!(answers(&grant(Role::Tester), nowhere), denied(Role::Tester));
    assert_eq!(
        answers(&everywhere(Role::Tester), nowhere),
        Decision::Allowed
    );
    assert_eq!(answers(&grant(Role::Developer), nowhere), Decision::Allowed);
}

#[test]
fn whoever_is_in_no_group_with_a_role_sees_nothing() {
    let wallet = app("wallet");
    let stranger = Actor::named("eve@example.com", vec!["other".to_owned()]);
    let grants = [everywhere(Role::Admin)];
    let answer = |action| decide(&stranger, &grants, action);
    assert_eq!(answer(Action::ViewApp(&wallet)), Decision::Unseen);
    assert_eq!(answer(Action::ViewOverview), denied(Role::Viewer));
    assert_eq!(answer(Action::ViewUnassigned), Decision::Unseen);
}

#[test]
fn a_pipeline_registers_builds_and_nothing_else() {
    let wallet = app("wallet");
    let pipeline = Actor::pipeline("wallet-dev");
    let register = Action::Register {
        app: &wallet,
        environment: None,
    };
    assert_eq!(decide(&pipeline, &[], register), Decision::Allowed);
    for action in [
        Action::ViewApp(&wallet),
        Action::ViewOverview,
        Action::RecordEvents,
        Action::RegisterUploads,
        Action::Sweep,
        Action::Withdraw {
            app: &wallet,
            environment: None,
        },
    ] {
        let answer = decide(&pipeline, &[], action);
        assert_eq!(answer, Decision::Denied { needs: None }, "{action:?}");
    }
}

#[test]
fn the_portal_does_what_its_own_triggers_ask_and_the_local_user_everything() {
    let wallet = app("wallet");
    let portal = Actor::portal();
    assert_eq!(decide(&portal, &[], Action::Reconcile), Decision::Allowed);
    let withdraw = Action::Withdraw {
        app: &wallet,
        environment: None,
    };
    assert_eq!(
        decide(&portal, &[], withdraw),
        Decision::Denied { needs: None }
    );
    assert_eq!(decide(&Actor::local(), &[], withdraw), Decision::Allowed);
}

fn token(permit: Permit) -> Actor {
    Actor::token(member(), "ci", permit)
}

fn wallet_in_dev(may: Permission) -> Permit {
    Permit {
        may: vec![may],
        apps: Scope::Only(vec![app("wallet")]),
        environments: Scope::Only(vec![environment("dev")]),
    }
}

#[test]
fn a_token_does_what_it_was_made_for_while_its_owner_may() {
    let (wallet, shop) = (app("wallet"), app("shop"));
    let (dev, preprod) = (environment("dev"), environment("preprod"));
    let promote = |environment| Action::Promote {
        app: &wallet,
        environment,
    };
    let token = token(wallet_in_dev(Permission::Promote));
    let manager = [everywhere(Role::ReleaseManager)];
    let answer = |grants: &[Grant], action| decide(&token, grants, action);
    let no = Decision::Denied { needs: None };
    assert_eq!(answer(&manager, promote(&dev)), Decision::Allowed);
    assert_eq!(answer(&manager, promote(&preprod)), no);
    let withdraw = Action::Withdraw {
        app: &wallet,
        environment: Some(&dev),
    };
    assert_eq!(answer(&manager, withdraw), no);
    assert_eq!(
        answer(&manager, Action::ViewApp(&wallet)),
        Decision::Allowed
    );
    assert_eq!(answer(&manager, Action::ViewApp(&shop)), Decision::Unseen);
    let developer = [everywhere(Role::Developer)];
    assert_eq!(answer(&developer, promote(&dev)), no);
    assert_eq!(answer(&[], Action::ViewApp(&wallet)), no);
}

#[test]
fn what_is_for_people_cannot_be_permitted() {
    let (wallet, dev) = (app("wallet"), [environment("dev")]);
    let [environment] = &dev;
    let everything = Permit::all(Permission::ALL.to_vec());
    let admin = [everywhere(Role::Admin)];
    for action in [
        Action::Approve {
            app: &wallet,
            environment,
        },
        Action::BreakGlass {
            app: &wallet,
            environment,
        },
        Action::Share {
            app: &wallet,
            environments: &dev,
        },
        Action::MakeTokens,
        Action::ManageCredentials,
        Action::ManagePrivacy,
        Action::ViewAccess,
        Action::ViewConfiguration,
        Action::SealAudit,
    ] {
        assert_eq!(
            decide(&member(), &admin, action),
            Decision::Allowed,
            "{action:?}"
        );
        for actor in [
            token(everything.clone()),
            Actor::machine("release", everything.clone()),
            Actor::guest(member(), everything.clone()),
        ] {
            let no = Decision::Denied { needs: None };
            assert_eq!(decide(&actor, &admin, action), no, "{actor:?} {action:?}");
        }
    }
}

#[test]
fn a_machine_does_what_the_configuration_permits_and_needs_no_group() {
    let (wallet, shop, dev) = (app("wallet"), app("shop"), environment("dev"));
    let machine = Actor::machine("release", wallet_in_dev(Permission::Register));
    let register = |app| Action::Register {
        app,
        environment: Some(&dev),
    };
    assert_eq!(decide(&machine, &[], register(&wallet)), Decision::Allowed);
    assert_eq!(decide(&machine, &[], register(&shop)), Decision::Unseen);
    assert_eq!(
        decide(&machine, &[], Action::ViewOverview),
        Decision::Allowed
    );
    assert_eq!(
        decide(&machine, &[], Action::ViewUnassigned),
        Decision::Unseen
    );
}

#[test]
fn a_share_link_gives_out_builds_while_its_maker_may_share_them() {
    let wallet = app("wallet");
    let download = |environments| Action::Download {
        app: &wallet,
        environments,
    };
    let (dev, preprod) = ([environment("dev")], [environment("preprod")]);
    let guest = Actor::guest(member(), wallet_in_dev(Permission::Download));
    let no = Decision::Denied { needs: None };
    let developer = [everywhere(Role::Developer)];
    assert_eq!(
        decide(&guest, &developer, download(&dev)),
        Decision::Allowed
    );
    assert_eq!(decide(&guest, &developer, download(&preprod)), no);
    let tester = [everywhere(Role::Tester)];
    assert_eq!(decide(&guest, &tester, download(&dev)), no);
}

#[test]
fn a_permit_is_written_without_what_it_does_not_limit() {
    let permit = Permit::all(vec![Permission::View]);
    let text = serde_json::to_string(&permit).unwrap();
    assert_eq!(text, r#"{"may":["view"]}"#);
    assert_eq!(serde_json::from_str::<Permit>(&text).unwrap(), permit);
    let limited = wallet_in_dev(Permission::Download);
    let text = serde_json::to_string(&limited).unwrap();
    assert_eq!(
        text,
        r#"{"may":["download"],"apps":["wallet"],"environments":["dev"]}"#
    );
    assert_eq!(serde_json::from_str::<Permit>(&text).unwrap(), limited);
}
