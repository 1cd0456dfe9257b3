//! A pipeline registers builds of what it feeds, and of nothing else.

use domain::catalog::{App, Catalog, Environment, Feed};
use jobs::Outcome;
use serde_json::{Value, json};
use sources::job::Job;
use targets::codepipeline::FailureKind;
use testkit::{
    TestPortal,
    apk::{apk, apk_for},
    at, dev, job, job_event, jobs_are_of_account, registering, wallet,
    zip::{stored, zip},
};

const NOW: &str = "03:00:00";

async fn world() -> TestPortal {
    let world = TestPortal::with_jobs().await;
    world
        .services
        .put_artifact("a/b/c", zip(&[stored("app.apk", &apk(b"bytes"))]))
        .await;
    world
}

/// Runs a job that must be refused as a mistake of the pipeline's owner, with nothing registered.
async fn refused(world: &TestPortal, job: Job) -> String {
    let outcome = world.run(job, at(NOW)).await;
    let Outcome::Failed { kind, message, .. } = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(kind, FailureKind::Configuration, "{message}");
    assert_eq!(world.build_count().await, 0, "{message}");
    assert!(world.keys().await.is_empty(), "{message}");
    message
}

fn by(pipeline: &str, app: &str, environment: Option<&str>) -> Value {
    json!({"do": "register", "app": app, "environment": environment, "pipeline": pipeline, "execution": "e-1"})
}

#[tokio::test]
async fn a_pipeline_registers_only_what_it_feeds() {
    let world = world().await;
    let cases = [
        by("nowhere", "wallet", Some("dev")),
        by("nowhere", "wallet", None),
        by("shop-dev", "wallet", Some("dev")),
        by("shop-dev", "wallet", None),
        by("wallet-dev", "wallet", Some("preprod")),
        by("wallet-dev", "shop", Some("dev")),
        by("wallet-dev", "shop", None),
    ];
    for parameters in cases {
        let message = refused(&world, job("job-1", "a/b/c", &parameters)).await;
        let pipeline = parameters["pipeline"].as_str().unwrap();
        let entry = format!("name = \"{pipeline}\", account = \"123456789012\"");
        assert!(message.contains(&entry), "{parameters}: {message}");
        assert!(message.contains("[[pipelines]]"), "{message}");
    }
}

/// A portal whose only pipeline is wallet-dev, there.
async fn fed_from(account: Option<&str>, region: Option<&str>) -> TestPortal {
    let environment = Environment {
        id: dev(),
        name: "Development".to_owned(),
        colour: "#2563eb".to_owned(),
    };
    let app = App {
        id: wallet(),
        name: "Wallet".to_owned(),
    };
    let feed = Feed {
        source: "codepipeline".to_owned(),
        pipeline: "wallet-dev".to_owned(),
        account: account.map(str::to_owned),
        region: region.map(str::to_owned),
        app: wallet(),
        environment: dev(),
    };
    let catalog = Catalog {
        apps: vec![app],
        environments: vec![environment],
        feeds: vec![feed],
        paths: Vec::new(),
        packages: Vec::new(),
    };
    let world = TestPortal::builder()
        .catalog(|all| *all = catalog)
        .jobs()
        .start()
        .await;
    world
        .services
        .put_artifact("a/b/c", zip(&[stored("app.apk", &apk(b"bytes"))]))
        .await;
    world
}

#[tokio::test]
async fn a_pipeline_of_that_name_elsewhere_is_another_one() {
    let (own, other) = ("123456789012", "999999999999");
    let job = || job("job-1", "a/b/c", &registering("e-1"));
    for (account, region) in [(None, None), (Some(own), Some("eu-west-1"))] {
        fed_from(account, region)
            .await
            .registers(job(), at(NOW))
            .await;
    }
    for (account, region) in [(Some(other), None), (None, Some("eu-north-1"))] {
        refused(&fed_from(account, region).await, job()).await;
    }
    jobs_are_of_account(other);
    fed_from(Some(other), None)
        .await
        .registers(job(), at(NOW))
        .await;
    for account in [None, Some(own)] {
        refused(&fed_from(account, None).await, job()).await;
    }
    jobs_are_of_account(own);
}

#[tokio::test]
async fn the_parameters_cannot_say_that_a_job_is_another_pipelines() {
    let world = world().await;
    let event = job_event(
        "job-1",
        "a/b/c",
        Some(&by("shop-dev", "wallet", None).to_string()),
    );
    let event = String::from_utf8(event).unwrap();
    for (is, said) in [("shop-dev", "wallet-dev"), ("e-1", "e-2")] {
        let event = event.replacen(is, said, 1);
        let message = refused(&world, Job::parse(event.as_bytes()).unwrap()).await;
        assert!(message.contains("Remove"), "{message}");
        assert!(message.contains(said) && message.contains(is), "{message}");
    }
}

#[tokio::test]
async fn a_commit_message_chooses_no_app() {
    let world = world().await;
    let template = r##"{ "do": "register", "app": "wallet", "environment": "dev",
      "pipeline": "wallet-dev", "execution": "e-1",
      "commit": "0a1b2c", "message": "#{Source.CommitMessage}" }"##;
    let message = r#"Fix typo","app":"shop","environment":"prod","branch":"main"#;
    let hostile = template.replace("#{Source.CommitMessage}", message);
    let job_of = |text: &str| Job::parse(&job_event("job-1", "a/b/c", Some(text))).unwrap();
    let refusal = refused(&world, job_of(&hostile)).await;
    assert!(refusal.contains("\"app\" is there twice"), "{refusal}");
    // The template itself is an earlier version's, and still works; what it says of the commit does not count.
    let harmless = template.replace("#{Source.CommitMessage}", "Fix typo");
    let build = world.registers(job_of(&harmless), at(NOW)).await;
    assert_eq!((build.app.as_str(), build.number), ("wallet", 1));
    assert_eq!(build.revision.unwrap().commit, "0a1b2c3d4e5f");
}

#[tokio::test]
async fn the_variables_of_a_build_hold_the_digests_of_all_its_files() {
    let world = TestPortal::with_jobs().await;
    let files = [
        stored("a.apk", &apk_for("arm64-v8a", b"one")),
        stored("b.apk", &apk_for("x86", b"two")),
        stored("c.txt", b"three"),
    ];
    world.services.put_artifact("a/b/c", zip(&files)).await;
    let build = world
        .registers(job("job-1", "a/b/c", &registering("e-1")), at(NOW))
        .await;
    let digests: Vec<String> = build
        .artifacts
        .iter()
        .map(|file| file.digest.to_string())
        .collect();
    let answer = world.codepipeline().last();
    assert_eq!(answer.output("digests"), digests.join(" "));
    assert_eq!(answer.output("sha256"), digests[0]);
}
