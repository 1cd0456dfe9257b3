//! What DynamoDB limits, 100 items of a transaction and 400 KB of an item, holds for the largest configuration.

use std::fmt::Write as _;

use api::promotions::RollbackRequest;
use config::Config;
use domain::{id::EnvironmentId, path::Path, promotion::State};
use testkit::{TestPortal, ada, bob, member, noon, prod, records, step, to, wallet};

/// What DynamoDB takes in one transaction.
const MOST_ITEMS: usize = 100;
/// What DynamoDB takes in one item, in bytes.
const MOST_BYTES: u64 = 400 * 1024;

fn environment(number: usize) -> EnvironmentId {
    format!("e{number}").parse().unwrap()
}

/// The largest transaction while two builds move through so many environments, are rolled back, withdrawn and restored.
async fn largest_transaction(environments: usize) -> usize {
    let path = Path {
        apps: Vec::new(),
        steps: (0..environments).map(environment).map(step).collect(),
    };
    let test = TestPortal::builder().path(path).start().await;
    let (ada, wallet) = (ada(), wallet());
    let mut build = None;
    for number in [1, 2] {
        let made = records::build(number, noon(0));
        test.puts(&made, &environment(0)).await;
        for at in 1..environments {
            let asked = test
                .portal
                .promotions()
                .request(&ada, to(&made, &environment(at)), noon(1))
                .await;
            assert_eq!(asked.unwrap().promotion.state, State::Succeeded);
        }
        build = Some(made);
    }
    let back = RollbackRequest {
        build: None,
        reason: "leaks".to_owned(),
        withdraw: true,
        bypass: None,
    };
    let last = environment(environments - 1);
    let back = test
        .portal
        .promotions()
        .rollback(&ada, &wallet, &last, back, noon(2));
    assert_eq!(back.await.unwrap().promotion.state, State::Succeeded);
    assert_eq!(test.current(&last).await, Some(1));
    assert_eq!(test.current(&environment(0)).await, None);
    let id = build.unwrap().id;
    let restored = test
        .portal
        .holds()
        .restore(&ada, &id, "it does not", noon(3));
    restored.await.unwrap();
    assert_eq!(test.current(&environment(0)).await, Some(2));
    test.meter.read().largest_transaction
}

#[tokio::test]
async fn no_transaction_grows_with_the_number_of_environments() {
    let few = Box::pin(largest_transaction(2)).await;
    let many = Box::pin(largest_transaction(30)).await;
    assert_eq!(few, many);
    assert!((8..MOST_ITEMS).contains(&many), "{many}");
}

/// A step that asks for all that `config check` lets it ask for.
fn largest_step() -> String {
    let mut text = r##"
[[apps]]
id = "wallet"
name = "Wallet"
[[environments]]
id = "dev"
name = "Development"
colour = "#2e7d32"
[[environments]]
id = "prod"
name = "Production"
colour = "#c62828"
[[roles]]
role = "release-manager"
groups = ["leads"]
[[paths]]
[[paths.steps]]
environment = "dev"
[[paths.steps]]
environment = "prod"
"##
    .to_owned();
    let mut list = |key: &str, entries: Vec<String>| {
        writeln!(text, "{key} = [\n  {},\n]", entries.join(",\n  ")).unwrap();
    };
    let long = |mark: String, length| format!("{mark:x<length$}");
    let checks = (0..50).map(|at| {
        let (name, pipeline) = (
            long(format!("check {at} "), 60),
            long(format!("{at}-"), 100),
        );
        format!("{{ name = \"{name}\", source = \"codepipeline\", pipeline = \"{pipeline}\" }}")
    });
    list("checks", checks.collect());
    let rules = (0..5).map(|rule| {
        let groups = (0..20).map(|at| format!("\"{}\"", group(rule, at)));
        let groups: Vec<String> = groups.collect();
        format!("{{ count = 20, groups = [{}] }}", groups.join(", "))
    });
    list("approvals", rules.collect());
    let freezes = (0..100).map(|at| {
        let (reason, year) = (long(format!("{at} "), 200), 2000 + at / 12);
        let month = 1 + at % 12;
        format!(
            "{{ reason = \"{reason}\", time_zone = \"UTC\", from = \"{year}-{month:02}-01T00:00\", until = \"{year}-{month:02}-02T00:00\" }}"
        )
    });
    list("freezes", freezes.collect());
    text
}

fn group(rule: usize, at: usize) -> String {
    let mark = format!("group {at} of rule {rule} ");
    format!("{mark:x<200}")
}

#[tokio::test]
async fn the_largest_step_that_is_accepted_can_be_asked_for_and_approved_by_everybody() {
    let config = Config::parse(&largest_step(), "towpath.toml").unwrap();
    let test = TestPortal::builder().config(&config).start().await;
    let build = test.registered(1, noon(0)).await;
    let asked = test
        .portal
        .promotions()
        .request(&bob(), to(&build, &prod()), noon(1))
        .await;
    let id = asked.unwrap().promotion.id;
    let (comment, seen) = ("x".repeat(1000), build.digest());
    for rule in 0..5 {
        for person in 0..20 {
            let name = format!("{person:a<100}@rule{rule}.example.com");
            let person = member(name, vec![group(rule, person), "leads".to_owned()]);
            let approved =
                test.portal
                    .promotions()
                    .approve(&person, &id, &seen, Some(&comment), noon(2));
            assert_eq!(approved.await.unwrap().state, State::Waiting);
        }
    }
    assert_eq!(test.promotion(&id).await.approvals.len(), 100);
    let canceled = test
        .portal
        .promotions()
        .cancel(&bob(), &id, "enough", noon(3))
        .await;
    assert!(matches!(canceled.unwrap().state, State::Canceled { .. }));
    let largest = test.meter.read().largest_item;
    assert!((100_000..MOST_BYTES / 2).contains(&largest), "{largest}");
}
