use domain::{
    freeze::Window,
    gate::GateKind,
    install::Severity,
    path::{Path, PathStep, Start, Target},
};
use jiff::SignedDuration;

use crate::Config;

const HEAD: &str = r##"[[apps]]
id = "wallet"
name = "Wallet"
[[apps]]
id = "bank"
name = "Bank"
[[environments]]
id = "dev"
name = "Development"
colour = "#2e7d32"
[[environments]]
id = "preprod"
name = "Pre-production"
colour = "#1565c0"
[[environments]]
id = "prod"
name = "Production"
colour = "#c62828"
"##;

/// How many lines stand before what a test writes.
const BEFORE: usize = 18;

const FULL: &str = r#"
[[paths]]
apps = ["wallet"]
[[paths.steps]]
environment = "dev"
[[paths.steps]]
environment = "preprod"
checks = [{ name = "end to end", source = "codepipeline", pipeline = "wallet-e2e", step = "Test/e2e" }]
soak = "2h"
automatic = true
[[paths.steps]]
environment = "prod"
approvals = [{ count = 2, groups = ["release-managers"] }, { groups = ["security", "auditors"] }]
max_age = "30d"
expires_after = "72h"
approvals_expire = "24h"
start_timeout = "30min"
run_timeout = "3d"
rollback_gates = ["approvals"]
target = { codepipeline = "wallet-prod", account = "123456789012", region = "eu-west-1", role = "arn:aws:iam::123456789012:role/towpath/release", external_id = "towpath-dev", source_revisions = [{ action = "Source", kind = "COMMIT_ID" }], rollback_stage = "Deploy" }
freezes = [
  { reason = "weekend", time_zone = "Europe/Berlin", weekly = { from = "Fri 16:00", until = "Mon 08:00" } },
  { reason = "year end", time_zone = "europe/berlin", from = "2026-12-18T16:00", until = "2027-01-07T08:00" },
]
"#;

fn paths(text: &str) -> Vec<Path> {
    match Config::parse(&format!("{HEAD}{text}"), "towpath.toml") {
        Ok(config) => config.catalog().paths,
        Err(problems) => panic!("{problems}"),
    }
}

fn problems(text: &str) -> String {
    let parsed = Config::parse(&format!("{HEAD}{text}"), "towpath.toml");
    parsed.unwrap_err().to_string()
}

/// The second step of a path with these keys.
fn step(keys: &str) -> PathStep {
    paths(&with_step(keys)).remove(0).steps.remove(1)
}

fn with_step(keys: &str) -> String {
    format!(
        "[[paths]]\n[[paths.steps]]\nenvironment = \"dev\"\n[[paths.steps]]\nenvironment = \"prod\"\n{keys}\n"
    )
}

/// The one problem of a step with these keys, without the line that it is on: what, and the fix.
fn one_problem(keys: &str) -> (String, String) {
    let found = problems(&with_step(keys));
    assert_eq!(found.matches("towpath.toml:").count(), 1, "{found}");
    let what = found.lines().next().unwrap_or_default();
    let what = what.splitn(4, ':').last().unwrap_or_default().trim();
    let last = found.lines().last().unwrap_or_default().trim();
    let fix = last.strip_prefix("= ").unwrap_or_default();
    (what.to_owned(), fix.to_owned())
}

#[test]
fn a_path_keeps_all_that_the_file_says() {
    let mut paths = paths(FULL);
    assert_eq!(paths.len(), 1);
    let path = paths.remove(0);
    assert_eq!(path.apps, ["wallet".parse().unwrap()]);
    let [dev, preprod, prod] = path.steps.as_slice() else {
        panic!("{path:#?}");
    };
    assert!(!dev.automatic && preprod.automatic);
    assert_eq!(dev.target, Target::Portal(None));
    assert_eq!(dev.expires_after, SignedDuration::from_hours(168));
    assert_eq!(preprod.gates.soak, Some(SignedDuration::from_hours(2)));
    assert_eq!(preprod.gates.checks[0].step.as_deref(), Some("Test/e2e"));
    assert_eq!(prod.gates.approvals[0].count, 2);
    assert_eq!(prod.gates.approvals[1].count, 1);
    assert_eq!(prod.gates.approvals[1].groups, ["security", "auditors"]);
    assert_eq!(prod.gates.max_age, Some(SignedDuration::from_hours(720)));
    assert_eq!(prod.gates.findings, None);
    let hours = SignedDuration::from_hours;
    assert_eq!(
        (dev.timeouts.start, dev.timeouts.run),
        (hours(1), hours(24))
    );
    assert_eq!(prod.timeouts.start, SignedDuration::from_mins(30));
    assert_eq!(prod.timeouts.run, hours(72));
    assert_eq!(prod.expires_after, SignedDuration::from_hours(72));
    assert_eq!(prod.approvals_expire, hours(24));
    assert_eq!(dev.approvals_expire, hours(7 * 24));
    assert_eq!(prod.rollback_gates, Some(vec![GateKind::Approvals]));
    assert!(
        matches!(prod.gates.freezes[0].window, Window::Weekly { from, .. } if from.weekday == 5)
    );
    assert_eq!(prod.gates.freezes[1].time_zone.name(), "Europe/Berlin");
    let Target::CodePipeline(target) = &prod.target else {
        panic!("{:?}", prod.target);
    };
    assert_eq!(target.pipeline.name, "wallet-prod");
    assert_eq!(target.start, Start::Execution);
    assert_eq!(target.source_revisions[0].kind, "COMMIT_ID");
    assert_eq!(target.rollback_stage.as_deref(), Some("Deploy"));
}

#[test]
fn a_path_without_apps_is_for_all_others() {
    let text = format!("{FULL}\n[[paths]]\nsteps = [{{ environment = \"dev\" }}]\n");
    let config = Config::parse(&format!("{HEAD}{text}"), "towpath.toml").unwrap();
    let catalog = config.catalog();
    let steps = |app: &str| catalog.path(&app.parse().unwrap()).unwrap().steps.len();
    assert_eq!((steps("wallet"), steps("bank")), (3, 1));
    assert!(paths("").is_empty());
}

#[test]
fn other_targets_and_a_rollback_without_gates() {
    let bucket = step(
        "target = { bucket = \"wallet-prod\", region = \"eu-west-1\", role = \"arn:aws:iam::123456789012:role/x\" }\nrollback_gates = []",
    );
    assert!(matches!(&bucket.target, Target::Portal(Some(bucket)) if bucket.name == "wallet-prod"));
    assert_eq!(bucket.rollback_gates, Some(Vec::new()));
    let approval = step(
        "target = { codepipeline = \"wallet-prod\", approval = { stage = \"Release\", action = \"Towpath\" } }",
    );
    let Target::CodePipeline(target) = approval.target else {
        panic!("{:?}", approval.target);
    };
    assert!(matches!(target.start, Start::Approval { stage, .. } if stage == "Release"));
}

#[test]
fn a_problem_is_shown_where_it_is_and_with_its_remedy() {
    let line = BEFORE + 6;
    assert_eq!(
        problems(&with_step("soak = \"2 hours\"")),
        format!(
            "towpath.toml:{line}:8: \"2 hours\" is not a duration\n {line} | soak = \"2 hours\"\n    |        ^^^^^^^^^\n    = write a number and s, min, h or d, such as soak = \"2h\""
        )
    );
}

#[test]
fn an_impossible_date_an_unknown_zone_and_an_end_before_the_start() {
    let freeze = |zone: &str, times: &str| {
        one_problem(&format!(
            "freezes = [{{ reason = \"x\", time_zone = \"{zone}\", {times} }}]"
        ))
    };
    let once =
        |from: &str, until: &str| freeze("UTC", &format!("from = \"{from}\", until = \"{until}\""));
    let weekly = |from: &str, until: &str| {
        freeze(
            "UTC",
            &format!("weekly = {{ from = \"{from}\", until = \"{until}\" }}"),
        )
    };
    let cases = [
        (
            once("2026-02-30T10:00", "2026-03-01T10:00"),
            "there is no 2026-02-30",
            "February 2026 has 28 days",
        ),
        (
            once("2026-13-01T10:00", "2027-03-01T10:00"),
            "there is no 2026-13-01",
            "a year has the months 01 to 12",
        ),
        (
            once("0226-01-01T10:00", "2027-03-01T10:00"),
            "there is no 0226-01-01",
            "write a year of 2000 to 2999",
        ),
        (
            once("2026-12-18", "2027-03-01T10:00"),
            "\"2026-12-18\" is not a date and a time",
            "write them by the wall clock of the time zone, such as \"2026-12-18T16:00\"",
        ),
        (
            once("2026-12-18T16:00Z", "2027-03-01T10:00"),
            "\"16:00Z\" is not a time of day",
            "write hours and minutes from 00:00 to 23:59",
        ),
        (
            once("2026-12-18T16:00", "2026-12-31T24:00"),
            "\"24:00\" is not a time of day",
            "write 00:00 of the next day",
        ),
        (
            once("2027-01-07T08:00", "2026-12-18T16:00"),
            "this freeze ends before it starts",
            "write an end that is later than \"from\"",
        ),
        (
            freeze(
                "Europe/Berln",
                "weekly = { from = \"Fri 16:00\", until = \"Mon 08:00\" }",
            ),
            "unknown time zone \"Europe/Berln\"",
            "did you mean \"Europe/Berlin\"?",
        ),
        (
            freeze(
                "Middle-earth",
                "weekly = { from = \"Fri 16:00\", until = \"Mon 08:00\" }",
            ),
            "unknown time zone \"Middle-earth\"",
            "write a name of the IANA database, such as \"Europe/Berlin\"",
        ),
        (
            weekly("Fry 16:00", "Mon 08:00"),
            "\"Fry\" is not a weekday",
            "did you mean \"Fri\"?",
        ),
        (
            weekly("Friday", "Mon 08:00"),
            "\"Friday\" is not a moment of the week",
            "write a weekday and a time, such as \"Fri 16:00\"",
        ),
        (
            weekly("Fri 16:00", "Fri 16:00"),
            "this freeze ends when it starts",
            "write another end; to stop an environment for good, hold it on its page",
        ),
        (
            freeze("UTC", "from = \"2026-12-18T16:00\""),
            "an entry of freezes has no \"until\"",
            "add until = \"2027-01-07T08:00\"",
        ),
    ];
    for ((what, fix), expected_what, expected_fix) in cases {
        assert_eq!((what.as_str(), fix.as_str()), (expected_what, expected_fix));
    }
    let (what, _) = freeze(
        "UTC",
        "from = \"2026-12-18T16:00\", weekly = { from = \"Fri 16:00\", until = \"Mon 08:00\" }",
    );
    assert_eq!(what, "a freeze is either weekly or once");
    let (what, _) = one_problem("freezes = [{ reason = \"x\", time_zone = \"UTC\" }]");
    assert_eq!(what, "a freeze without a time");
}

#[test]
fn the_install_gate_takes_a_severity_and_rules_that_do_not_count() {
    let limit = |keys: &str| step(keys).gates.install.unwrap();
    let full = limit("install = { refuse = \"warns\", allow = [\"debuggable\", \"small-pages\"] }");
    assert_eq!(full.refuse, Severity::Warns);
    assert_eq!(full.allow, ["debuggable", "small-pages"]);
    assert_eq!(limit("install = { refuse = \"note\" }").allow, [""; 0]);
    assert_eq!(step("").gates.install, None);
    let (what, fix) = one_problem("install = { refuse = \"refuse\" }");
    assert_eq!(
        (what.as_str(), fix.as_str()),
        ("unknown severity \"refuse\"", "did you mean \"refuses\"?")
    );
    let (what, _) = one_problem("install = { refuse = \"note\", allow = [\"debug\"] }");
    assert_eq!(what, "unknown rule \"debug\"");
}

#[test]
fn time_outs_are_durations() {
    let timeouts = step("start_timeout = \"90s\"").timeouts;
    assert_eq!(timeouts.start, SignedDuration::from_secs(90));
    let (what, _) = one_problem("run_timeout = 3");
    assert_eq!(what, "\"run_timeout\" is an integer, not a text");
    let (what, _) = one_problem("start_timeout = \"0h\"");
    assert_eq!(what, "\"0h\" is not a duration");
}

#[test]
fn a_duration_without_its_unit_is_told_so() {
    for (key, example) in [("soak", "2h"), ("max_age", "30d")] {
        let (_, fix) = one_problem(&format!("{key} = 30"));
        let wanted = "write a number and its unit in quotes, such as";
        assert_eq!(fix, format!("{wanted} {key} = \"{example}\""));
    }
}

#[test]
fn a_step_asks_for_no_more_than_a_promotion_can_keep() {
    let list = |count: usize, entry: &dyn Fn(usize) -> String| {
        let entries: Vec<String> = (0..count).map(entry).collect();
        format!("[{}]", entries.join(", "))
    };
    let check =
        |at| format!("{{ name = \"{at}\", source = \"codepipeline\", pipeline = \"e2e\" }}");
    let rule = |_| "{ groups = [\"leads\"] }".to_owned();
    let group = |at| format!("\"group {at}\"");
    let freeze = |_| {
        let times = "from = \"2026-12-18T16:00\", until = \"2027-01-07T08:00\"";
        format!("{{ reason = \"x\", time_zone = \"UTC\", {times} }}")
    };
    let groups = |count| format!("[{{ groups = {} }}]", list(count, &group));
    let keys = |more: usize| {
        [
            ("checks", format!("checks = {}", list(50 + more, &check))),
            (
                "approvals",
                format!("approvals = {}", list(5 + more, &rule)),
            ),
            ("groups", format!("approvals = {}", groups(20 + more))),
            (
                "freezes",
                format!("freezes = {}", list(100 + more, &freeze)),
            ),
        ]
    };
    for (_, line) in keys(0) {
        step(&line);
    }
    for ((key, line), most) in keys(1).into_iter().zip([50, 5, 20, 100]) {
        let (what, fix) = one_problem(&line);
        assert_eq!(what, format!("\"{key}\" has {} entries", most + 1));
        assert_eq!(fix, format!("keep at most {most}"));
    }
}

#[test]
fn whoever_asked_for_findings_is_told_what_to_ask_for_instead() {
    let (what, fix) = one_problem("findings = { critical = 0, high = 5 }");
    for keys in ["findings = {}", "findings = 3"] {
        assert_eq!(one_problem(keys), (what.clone(), fix.clone()), "{keys}");
    }
    let (rollback, _) = one_problem("rollback_gates = [\"findings\"]");
    assert_eq!(rollback, "no step can ask for \"findings\"");
    assert_eq!(
        what,
        "\"findings\" would keep every build out: Towpath reads no scan reports yet, so that nothing could open this gate"
    );
    let checks = fix.split_once("checks = ").unwrap().1;
    assert_eq!(step(&format!("checks = {checks}")).gates.checks.len(), 1);
}

#[test]
fn each_slip_in_a_step_is_explained() {
    let cases = [
        ("soak = 2", "\"soak\" is an integer, not a text"),
        ("soak = \"10d\"", "a promotion expires before it has soaked"),
        (
            "approvals_expire = \"91d\"",
            "an approval counts for 90 days at the most",
        ),
        ("max_age = \"0d\"", "\"0d\" is not a duration"),
        (
            "automatic = \"yes\"",
            "\"automatic\" is a string, not true or false",
        ),
        (
            "approvals = [{ count = 0, groups = [\"a\"] }]",
            "\"count\" is out of range",
        ),
        (
            "approvals = [{ count = \"2\", groups = [\"a\"] }]",
            "\"count\" is a string, not a whole number",
        ),
        (
            "approvals = [{ count = 2 }]",
            "an entry of approvals has no \"groups\"",
        ),
        (
            "approvals = [{ groups = [\"a\", \"a\"] }]",
            "the group \"a\" stands here twice",
        ),
        (
            "approvals = [{ groups = [\" a\"] }]",
            "not the name of a group",
        ),
        (
            "approvals = { groups = [\"a\"] }",
            "\"approvals\" is a table, not a list of tables",
        ),
        (
            "checks = [{ name = \"x\", source = \"act\", pipeline = \"x\" }]",
            "what act runs on somebody's own machine is no check",
        ),
        (
            "checks = [{ name = \"x\", source = \"jenkins\", pipeline = \"x\" }]",
            "unknown source \"jenkins\"",
        ),
        (
            "checks = [{ name = \"x\", source = \"codebuild\", pipeline = \"x\", step = \"a/b/c\" }]",
            "\"a/b/c\" is not a step",
        ),
        (
            "checks = [{ name = \"x\", source = \"codebuild\", pipeline = \"x\" }, { name = \"x\", source = \"codebuild\", pipeline = \"y\" }]",
            "a second check \"x\"",
        ),
        (
            "rollback_gates = [\"approval\"]",
            "unknown gate \"approval\"",
        ),
        ("target = {}", "this target is nothing"),
        (
            "target = { bucket = \"abc\", codepipeline = \"x\" }",
            "a target is either a pipeline or a bucket",
        ),
        (
            "target = { bucket = \"Bad_Name\" }",
            "\"Bad_Name\" is not the name of a bucket",
        ),
        (
            "target = { bucket = \"abc\", rollback_stage = \"x\" }",
            "a bucket has no \"rollback_stage\"",
        ),
        (
            "target = { codepipeline = \"x\", role = \"towpath\" }",
            "\"towpath\" is not a role",
        ),
        (
            "target = { codepipeline = \"x\", external_id = \"towpath\" }",
            "an external id without a role",
        ),
        (
            "target = { codepipeline = \"x\", source_revisions = [{ action = \"S\", kind = \"COMMIT\" }] }",
            "unknown kind of revision \"COMMIT\"",
        ),
        (
            "target = { codepipeline = \"x\", approval = { stage = \"R\" } }",
            "approval has no \"action\"",
        ),
        (
            "target = { codepipeline = \"x\", approval = { stage = \"R\", action = \"T\" }, source_revisions = [{ action = \"S\", kind = \"COMMIT_ID\" }] }",
            "an approval starts no execution, so there is nothing to give a revision to",
        ),
        ("soaks = \"2h\"", "unknown key \"soaks\" in [[paths.steps]]"),
    ];
    for (keys, expected) in cases {
        let (what, fix) = one_problem(keys);
        assert_eq!(what, expected, "{keys}");
        assert!(!fix.is_empty(), "{keys}");
    }
}

#[test]
fn each_slip_in_a_path_is_explained() {
    let cases = [
        ("[[paths]]\n", "a path without steps"),
        (
            "[[paths]]\nsteps = 3\n",
            "\"steps\" is an integer, not a list of tables",
        ),
        (
            "[[paths]]\napps = []\nsteps = [{ environment = \"dev\" }]\n",
            "\"apps\" is an empty list",
        ),
        (
            "[[paths]]\napps = [\"walet\"]\nsteps = [{ environment = \"dev\" }]\n",
            "unknown app \"walet\"",
        ),
        (
            "[[paths]]\nsteps = [{ environment = \"prd\" }]\n",
            "unknown environment \"prd\"",
        ),
        (
            "[[paths]]\nsteps = [{ environment = \"dev\" }, { environment = \"dev\" }]\n",
            "a second step into \"dev\"",
        ),
        (
            "[[paths]]\nsteps = [{ environment = \"dev\", soak = \"2h\" }]\n",
            "nothing is before the first step, so a build soaks nowhere",
        ),
        (
            "[[paths]]\nsteps = [{ environment = \"dev\", automatic = true }]\n",
            "nothing is before the first step, so a build comes from nowhere by itself",
        ),
        (
            "[[paths]]\nsteps = [{ environment = \"dev\" }]\n[[paths]]\nsteps = [{ environment = \"dev\" }]\n",
            "a second path for all apps that no other path names",
        ),
        (
            "[[paths]]\napps = [\"bank\", \"bank\"]\nsteps = [{ environment = \"dev\" }]\n",
            "the app \"bank\" has a path already",
        ),
    ];
    for (text, expected) in cases {
        let found = problems(text);
        assert!(found.contains(expected), "{expected:?} in\n{found}");
    }
}

#[test]
fn every_problem_is_told_at_once() {
    let found = problems(&with_step(
        "soak = \"x\"\nmax_age = \"y\"\nautomatic = 1\nfreezes = [{}]\ntarget = { bucket = \"B\" }",
    ));
    assert_eq!(found.matches("towpath.toml:").count(), 7, "{found}");
}
