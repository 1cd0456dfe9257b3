use domain::{
    access::{Permission, Scope},
    workload::{ANY_REF, Identity, Job, Platform, Workload},
};

use super::identity::UUID;
use crate::Config;

const BEFORE: &str = r##"
[[apps]]
id = "wallet"
name = "Wallet"

[[environments]]
id = "dev"
name = "Development"
colour = "#2e7d32"
"##;

const GITHUB: &str = r#"
[[workloads]]
name = "wallet-release"
from = "github"
repository_id = "74"
may = ["register"]
"#;

fn parse(workloads: &str) -> Result<Vec<Workload>, String> {
    let parsed = Config::parse(&format!("{BEFORE}{workloads}"), "towpath.toml");
    let parsed = parsed.map_err(|problems| problems.to_string());
    Ok(parsed?.workloads)
}

fn job(workload: &Workload) -> &Job {
    match &workload.identity {
        Identity::Job(job) => job,
        Identity::Aws { .. } => panic!("{workload:?}"),
    }
}

#[test]
fn what_is_left_out_is_the_usual() {
    let workloads = parse(GITHUB).unwrap();
    let job = job(&workloads[0]);
    assert_eq!(job.issuer, "https://token.actions.githubusercontent.com");
    assert_eq!(job.refs, ANY_REF);
    assert_eq!((&job.within, &job.origin), (&None, &None));
    assert_eq!((&job.workflow, &job.events), (&None, &None));
    let permit = &workloads[0].permit;
    assert_eq!(permit.may, [Permission::Register]);
    assert!(permit.apps.is_all() && permit.environments.is_all());
}

#[test]
fn each_platform_has_its_own_proofs() {
    let workloads = parse(&format!(
        r#"{GITHUB}
[[workloads]]
name = "gitlab"
from = "gitlab"
issuer = "https://gitlab.example.com"
project_id = "20"
refs = ["refs/heads/main", "refs/tags/v*"]
job_environment = "production"
may = ["register", "report"]
apps = ["wallet"]
environments = ["dev"]

[[workloads]]
name = "circleci"
from = "circleci"
issuer = "https://oidc.circleci.com/org/8a1e8c2e-6f0e-4c58-9d5e-0f5d3c2b1a90"
project_id = "{UUID}"
origin = "github.com/acme/wallet"
context_id = "a74579f1-2e7d-451e-b009-5c082ad2729e"
may = ["view"]

[[workloads]]
name = "codebuild"
from = "aws"
account = "123456789012"
role = "wallet-build"
may = ["promote"]
"#
    ))
    .unwrap();
    let gitlab = job(&workloads[1]);
    assert_eq!(gitlab.platform, Platform::GitLab);
    assert_eq!(gitlab.refs, ["refs/heads/main", "refs/tags/v*"]);
    assert_eq!(gitlab.within.as_deref(), Some("production"));
    assert_eq!(
        workloads[1].permit.apps,
        Scope::Only(vec!["wallet".parse().unwrap()])
    );
    let circleci = job(&workloads[2]);
    assert_eq!(circleci.origin.as_deref(), Some("github.com/acme/wallet"));
    assert!(circleci.within.is_some());
    let role = Identity::Aws {
        account: "123456789012".to_owned(),
        role: "wallet-build".to_owned(),
    };
    assert_eq!(workloads[3].identity, role);
}

/// Replaces a line of the good entry by each of these, and expects to be told.
fn explains(mistakes: &[(&str, &str, &str)]) {
    for (line, by, explained) in mistakes {
        let problems = parse(&GITHUB.replacen(line, by, 1)).unwrap_err();
        assert!(problems.contains(explained), "{by}\n{problems}");
    }
}

#[test]
fn every_mistake_in_what_a_job_proves_is_explained() {
    explains(&[
        (
            "repository_id = \"74\"",
            "",
            "[[workloads]] has no \"repository_id\"",
        ),
        (
            "repository_id = \"74\"",
            "repository_id = 74",
            "write it in quotes: repository_id = \"74\"",
        ),
        (
            "repository_id = \"74\"",
            "repository_id = \"acme/wallet\"",
            "gh api repos/acme/wallet",
        ),
        (
            "repository_id = \"74\"",
            "repository_id = \"74\"\nproject_id = \"1\"",
            "\"project_id\" is not for workloads from github",
        ),
        (
            "repository_id = \"74\"",
            "repository_id = \"74\"\nrole = \"r\"",
            "it is for workloads from aws",
        ),
        (
            "repository_id = \"74\"",
            "repository_id = \"74\"\nrefs = [\"main\"]",
            "such as \"refs/heads/main\"",
        ),
        (
            "repository_id = \"74\"",
            "repository_id = \"74\"\nrefs = [\"*\"]",
            "\"*\" is not a ref",
        ),
        (
            "repository_id = \"74\"",
            "repository_id = \"74\"\nrefs = [\"refs/heads/*/a\"]",
            "is not a ref",
        ),
        (
            "repository_id = \"74\"",
            "repository_id = \"74\"\nrefs = []",
            "\"refs\" is an empty list",
        ),
        (
            "repository_id = \"74\"",
            "repository_id = \"74\"\nissuer = \"http://gitlab.example.com\"",
            "is not the address of an issuer",
        ),
        (
            "repository_id = \"74\"",
            "repository_id = \"74\"\njob_environment = \"\"",
            "is not the name of an environment",
        ),
        (
            "repository_id = \"74\"",
            "repository_id = \"74\"\nworkflow = \".github/workflows/release.yml\"",
            "write the file's name below .github/workflows",
        ),
        (
            "repository_id = \"74\"",
            "repository_id = \"74\"\nworkflow = \"release\"",
            "is not a workflow's file",
        ),
        (
            "repository_id = \"74\"",
            "repository_id = \"74\"\nevents = []",
            "\"events\" is an empty list",
        ),
        (
            "repository_id = \"74\"",
            "repository_id = \"74\"\nevents = [\"Push\"]",
            "is not the name of an event",
        ),
        (
            "repository_id = \"74\"",
            "repository_id = \"74\"\nevents = [\"push\", \"pull_request_target\"]",
            "\"pull_request_target\" is never taken",
        ),
        (
            "from = \"github\"",
            "from = \"circleci\"\nevents = [\"push\"]",
            "\"events\" is not for workloads from circleci",
        ),
        (
            "from = \"github\"",
            "from = \"aws\"\nworkflow = \"release.yml\"",
            "\"workflow\" is not for workloads from aws",
        ),
        (
            "from = \"github\"",
            "from = \"gitlab\"\nworkflow = \"../ci.yml\"",
            "is not a pipeline's file",
        ),
    ]);
}

#[test]
fn a_job_is_pinned_to_a_file_and_to_events() {
    let pins = "workflow = \"release.yml\"\nevents = [\"push\", \"workflow_dispatch\"]\nmay =";
    let workloads = parse(&GITHUB.replace("may =", pins)).unwrap();
    let job = job(&workloads[0]);
    assert_eq!(job.workflow.as_deref(), Some("release.yml"));
    let events = job.events.as_deref().unwrap();
    assert_eq!(events, ["push", "workflow_dispatch"]);
}

#[test]
fn what_any_event_may_start_and_does_more_than_register_and_report_is_named() {
    let warnings = |may: &str, more: &str| {
        let entry = GITHUB.replace("may = [\"register\"]", &format!("may = {may}\n{more}"));
        let config = Config::parse(&format!("{BEFORE}{entry}"), "towpath.toml").unwrap();
        config.warnings()
    };
    let harmless = r#"["view", "register", "report"]"#;
    assert_eq!(warnings(harmless, ""), [""; 0]);
    for more in ["promote", "download", "hold", "withdraw", "audit"] {
        let may = format!(r#"["register", "{more}"]"#);
        let [warning] = warnings(&may, "").try_into().unwrap();
        assert!(
            warning.contains("\"wallet-release\"") && warning.contains("events = ["),
            "{warning}"
        );
        assert_eq!(warnings(&may, "events = [\"push\"]"), [""; 0]);
        let events = "events = [\"push\", \"workflow_run\"]";
        let [warning] = warnings(&may, events).try_into().unwrap();
        assert!(warning.contains("on workflow_run"), "{warning}");
        assert_eq!(warnings(harmless, events), [""; 0]);
    }
}

#[test]
fn every_mistake_in_the_rest_is_explained() {
    explains(&[
        (
            "from = \"github\"",
            "from = \"githb\"",
            "did you mean \"github\"?",
        ),
        ("from = \"github\"", "", "[[workloads]] has no \"from\""),
        (
            "from = \"github\"",
            "from = \"circleci\"",
            "[[workloads]] has no \"issuer\"",
        ),
        (
            "from = \"github\"",
            "from = \"circleci\"",
            "[[workloads]] has no \"origin\"",
        ),
        (
            "from = \"github\"",
            "from = \"aws\"",
            "[[workloads]] has no \"account\"",
        ),
        (
            "from = \"github\"",
            "from = \"aws\"\nrole = \"ci/wallet-build\"",
            "without its path",
        ),
        (
            "from = \"github\"",
            "from = \"gitlab\"",
            "[[workloads]] has no \"project_id\"",
        ),
        (
            "name = \"wallet-release\"",
            "name = \"Wallet\"",
            "is not the name of a workload",
        ),
        (
            "name = \"wallet-release\"",
            "",
            "[[workloads]] has no \"name\"",
        ),
        ("may = [\"register\"]", "", "[[workloads]] has no \"may\""),
        (
            "may = [\"register\"]",
            "may = []",
            "\"may\" is an empty list",
        ),
        (
            "may = [\"register\"]",
            "may = [\"registr\"]",
            "did you mean \"register\"?",
        ),
        (
            "may = [\"register\"]",
            "may = [\"approve\"]",
            "unknown permission \"approve\"",
        ),
        (
            "may = [\"register\"]",
            "may = [\"register\"]\napps = [\"shop\"]",
            "unknown app \"shop\"",
        ),
        (
            "may = [\"register\"]",
            "may = [\"register\"]\nenvironments = [\"prod\"]",
            "unknown environment \"prod\"",
        ),
        (
            "may = [\"register\"]",
            "may = [\"register\"]\nref = \"a\"",
            "did you mean \"refs\"?",
        ),
    ]);
}

#[test]
fn a_workload_that_would_never_be_reached_is_told() {
    let narrow = GITHUB
        .replace("wallet-release", "main")
        .replace("may =", "refs = [\"refs/heads/main\"]\nmay =");
    let problems = parse(&format!("{GITHUB}{narrow}")).unwrap_err();
    assert!(
        problems.contains("\"wallet-release\" fits before it"),
        "{problems}"
    );
    parse(&format!("{narrow}{GITHUB}")).unwrap();
    let twice = format!("{narrow}{}", GITHUB.replace("wallet-release", "main"));
    assert!(
        parse(&twice)
            .unwrap_err()
            .contains("a second workload \"main\"")
    );
}

#[test]
fn the_old_name_of_the_section_is_read_with_a_warning() {
    let config = |text: &str| Config::parse(&format!("{BEFORE}{text}"), "towpath.toml");
    let old = GITHUB.replace("[[workloads]]", "[[machines]]");
    let (old_way, new_way) = (config(&old).unwrap(), config(GITHUB).unwrap());
    assert_eq!(old_way.workloads, new_way.workloads);
    assert_eq!(new_way.warnings(), [""; 0]);
    let [warning] = old_way.warnings().try_into().unwrap();
    assert!(
        warning.starts_with("line 11: [[machines]] is called [[workloads]] now: rename it"),
        "{warning}"
    );
    for key in ["from = \"github\"", "repository_id = \"74\""] {
        let problems = parse(&old.replace(key, "")).unwrap_err();
        assert!(problems.contains("[[machines]] has no \""), "{problems}");
    }
}

#[test]
fn a_file_with_the_old_and_the_new_name_is_refused() {
    let other = GITHUB.replace("wallet-release", "other");
    let old = other.replace("[[workloads]]", "[[machines]]");
    for file in [format!("{GITHUB}{old}"), format!("{old}{GITHUB}")] {
        let problems = parse(&file).unwrap_err();
        let both = "[[machines]] is the old name of [[workloads]], and this file has both";
        assert!(problems.contains(both), "{problems}");
        assert!(
            problems.contains("write [[workloads]] over all of them"),
            "{problems}"
        );
    }
}

#[test]
fn the_examples_of_the_documentation_are_good() {
    let page = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/workloads.md"
    ));
    let fences = page.split("```toml\n").skip(1);
    let examples: Vec<&str> = fences.filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(examples.len(), 2);
    for example in examples {
        let config = Config::parse(&format!("{example}{BEFORE}"), "towpath.toml");
        assert_eq!(config.unwrap().workloads.len(), 1, "{example}");
    }
}
