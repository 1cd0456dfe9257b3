//! A pipeline's artifact becomes a build and a release.

use domain::{build::ArtifactKind, digest::Digest};
use jobs::Outcome;
use serde_json::json;
use sources::job::Job;
use targets::codepipeline::FailureKind;
use testkit::{
    ARTIFACTS, BUCKET, JOB_KEYS, TestPortal,
    apk::{apk, apk_for, apk_of_size},
    at, dev, job, job_event, me, preprod, registering, wallet,
    zip::{deflated, noise, stored, zip},
};

const NOW: &str = "03:00:00";

#[tokio::test]
async fn stored_and_deflated_files_become_artifacts_with_their_exact_bytes() {
    let world = TestPortal::with_jobs().await;
    let arm = apk_for("arm64-v8a", &noise(1, 9_000_000));
    let x86 = apk_for("x86_64", &noise(2, 70_000));
    let mapping = b"a -> b\n".repeat(20_000);
    let entries = [
        deflated("symbols/mapping.txt", &mapping),
        stored("app/app-x86_64-release.apk", &x86),
        deflated("app/app-arm64-v8a-release.apk", &arm),
        stored("sbom.cdx.json", b"{}"),
        stored("empty.log", b""),
    ];
    world
        .services
        .put_artifact("wallet/BuildOutp/1", zip(&entries))
        .await;
    let job = job("job-1", "wallet/BuildOutp/1", &registering("e-1"));
    let build = world.registers(job, at(NOW)).await;

    assert_eq!((build.number, build.registered_at), (1, at(NOW)));
    let expected = [
        ("app-arm64-v8a-release.apk", ArtifactKind::Apk, &arm),
        ("app-x86_64-release.apk", ArtifactKind::Apk, &x86),
        ("mapping.txt", ArtifactKind::Mapping, &mapping),
        ("sbom.cdx.json", ArtifactKind::Sbom, &b"{}".to_vec()),
        ("empty.log", ArtifactKind::Other, &Vec::new()),
    ];
    assert_eq!(build.artifacts.len(), expected.len());
    for (artifact, (name, kind, bytes)) in build.artifacts.iter().zip(expected) {
        assert_eq!((artifact.name.as_str(), artifact.kind), (name, kind));
        assert_eq!(
            (artifact.size, artifact.digest),
            (bytes.len() as u64, Digest::of(bytes))
        );
        let key = format!("artifacts/wallet/{}/{name}", artifact.digest);
        assert!(world.bytes(&key).await == *bytes, "{name}");
    }
    assert_eq!(
        world.keys().await.len(),
        expected.len(),
        "nothing stays in staging"
    );
}

#[tokio::test]
async fn files_of_one_name_are_kept_under_their_paths_and_their_artifacts() {
    let world = TestPortal::with_jobs().await;
    let first = [
        stored("app.apk", &apk(b"app")),
        stored("app/junit.xml", b"1"),
        stored("core/junit.xml", b"2"),
        stored("mapping.txt", b"a -> b"),
        stored(".DS_Store", b""),
    ];
    let second = [stored("mapping.txt", b"c -> d"), stored(".DS_Store", b"")];
    world.services.put_artifact("a/b/1", zip(&first)).await;
    world.services.put_artifact("a/b/2", zip(&second)).await;
    let parameters = registering("e-1").to_string();
    let event = job_event("job-1", "a/b/1", Some(&parameters));
    let mut event: serde_json::Value = serde_json::from_slice(&event).unwrap();
    let inputs = &mut event["CodePipeline.job"]["data"]["inputArtifacts"];
    let mut other = inputs[0].clone();
    other["name"] = json!("Symbols");
    other["location"]["s3Location"]["objectKey"] = json!("a/b/2");
    inputs.as_array_mut().unwrap().push(other);
    let job = Job::parse(event.to_string().as_bytes()).unwrap();
    let build = world.registers(job, at(NOW)).await;
    let mut names: Vec<&str> = build.artifacts.iter().map(|it| it.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "BuildOutput-mapping.txt",
            "Symbols-mapping.txt",
            "app-junit.xml",
            "app.apk",
            "core-junit.xml"
        ]
    );
}

#[tokio::test]
async fn the_pipeline_gets_variables_and_the_environment_its_release() {
    let world = TestPortal::with_jobs().await;
    let apk = apk_of_size(5_000);
    world
        .services
        .put_artifact("a/b/c", zip(&[stored("app.apk", &apk)]))
        .await;
    let build = world
        .registers(job("job-1", "a/b/c", &registering("e-1")), at(NOW))
        .await;

    let answer = world.codepipeline().last();
    assert!(answer.is_success());
    assert_eq!(answer.body["jobId"], "job-1");
    assert_eq!(answer.output("build"), "1");
    assert_eq!(answer.output("build_id"), build.id.as_str());
    assert_eq!(answer.output("sha256"), Digest::of(&apk).to_string());
    assert_eq!(answer.output("page"), "https://portal.example/wallet/dev");

    let tester = world
        .portal
        .builds()
        .tester(&me(), &wallet(), &dev(), at(NOW))
        .await
        .unwrap();
    assert_eq!(tester.current.unwrap().release.build, build.id);
    let view = world.build(&build.id).await;
    assert!(view.releases[0].current);
    assert_eq!(
        view.build.revision.unwrap().message.as_deref(),
        Some("Open the lock")
    );
    assert_eq!(
        build.run.unwrap().as_str(),
        "codepipeline/123456789012/eu-west-1/wallet-dev/e-1"
    );
}

#[tokio::test]
async fn the_run_shows_the_builds_that_it_registered() {
    let world = TestPortal::with_jobs().await;
    world
        .services
        .put_artifact("a/b/c", zip(&[stored("app.apk", &apk(b"bytes"))]))
        .await;
    let build = world
        .registers(job("job-1", "a/b/c", &registering("e-1")), at(NOW))
        .await;
    let started = json!({
        "version": "0", "id": "event-1", "source": "aws.codepipeline", "account": "123456789012",
        "region": "eu-west-1", "time": "2026-11-21T03:00:00Z",
        "detail-type": "CodePipeline Pipeline Execution State Change",
        "detail": {"pipeline": "wallet-dev", "execution-id": "e-1", "state": "STARTED"},
    });
    let body = started.to_string();
    world
        .portal
        .events()
        .receive(&me(), body.as_bytes(), at(NOW))
        .await
        .unwrap();
    let run = world
        .portal
        .runs()
        .show(&me(), build.run.as_ref().unwrap(), at(NOW))
        .await
        .unwrap();
    assert_eq!(run.builds[0].id, build.id);
}

#[tokio::test]
async fn without_an_environment_a_build_is_registered_and_not_released() {
    let world = TestPortal::with_jobs().await;
    world
        .services
        .put_artifact("a/b/c", zip(&[stored("app.apk", &apk(b"bytes"))]))
        .await;
    let parameters = json!({"do": "register", "app": "wallet"});
    let build = world
        .registers(job("job-1", "a/b/c", &parameters), at(NOW))
        .await;
    assert!(world.build(&build.id).await.releases.is_empty());
    let page = format!("https://portal.example/wallet/builds/{}", build.id);
    assert_eq!(world.codepipeline().last().output("page"), page);
}

#[tokio::test]
async fn the_same_job_delivered_twice_registers_once() {
    let world = TestPortal::with_jobs().await;
    world
        .services
        .put_artifact("a/b/c", zip(&[stored("app.apk", &apk(b"bytes"))]))
        .await;
    let first = world
        .registers(job("job-1", "a/b/c", &registering("e-1")), at(NOW))
        .await;
    // A retried stage has another job for the same execution and artifact; and what it read may be gone by then.
    world.services.artifacts.delete("a/b/c").await.unwrap();
    let again = world
        .registers(job("job-2", "a/b/c", &registering("e-1")), at("03:10:00"))
        .await;
    assert_eq!(first, again);
    assert_eq!(world.build_count().await, 1);
    assert_eq!(world.build(&first.id).await.releases.len(), 1);
    let answers = world.codepipeline().answers();
    assert_eq!(answers[0].output("build_id"), answers[1].output("build_id"));
}

#[tokio::test]
async fn the_same_artifact_for_another_environment_is_another_release_of_one_build() {
    let world = TestPortal::with_jobs().await;
    world
        .services
        .put_artifact("a/b/c", zip(&[stored("app.apk", &apk(b"bytes"))]))
        .await;
    let first = world
        .registers(job("job-1", "a/b/c", &registering("e-1")), at(NOW))
        .await;
    let mut to_preprod = registering("e-1");
    to_preprod["environment"] = "preprod".into();
    to_preprod["pipeline"] = "wallet-preprod".into();
    let again = world
        .registers(job("job-2", "a/b/c", &to_preprod), at("03:10:00"))
        .await;
    assert_eq!(first.id, again.id);
    let tester = world
        .portal
        .builds()
        .tester(&me(), &wallet(), &preprod(), at("03:11:00"))
        .await;
    assert_eq!(tester.unwrap().current.unwrap().release.build, first.id);
    assert_eq!(world.build(&first.id).await.releases.len(), 2);
}

#[tokio::test]
async fn another_execution_is_another_build_and_becomes_current() {
    let world = TestPortal::with_jobs().await;
    for (number, time) in [(1, "03:00:00"), (2, "03:10:00"), (3, "03:05:00")] {
        let key = format!("a/b/{number}");
        let bytes = apk(&[number]);
        world
            .services
            .put_artifact(&key, zip(&[stored("app.apk", &bytes)]))
            .await;
        let job = job(
            &format!("job-{number}"),
            &key,
            &registering(&format!("e-{number}")),
        );
        assert_eq!(
            world.registers(job, at(time)).await.number,
            u64::from(number)
        );
    }
    // The third was released last, though by a clock that was behind: what was released last is current.
    let tester = world
        .portal
        .builds()
        .tester(&me(), &wallet(), &dev(), at("03:20:00"))
        .await
        .unwrap();
    assert_eq!(tester.current.unwrap().release.number, 3);
    let earlier: Vec<u64> = tester.earlier.iter().map(|it| it.number).collect();
    assert_eq!(earlier, [2, 1]);
}

#[tokio::test]
async fn a_file_that_two_builds_share_is_kept_once() {
    let world = TestPortal::with_jobs().await;
    for number in 1..=2 {
        let key = format!("a/b/{number}");
        let apk = apk(&[number]);
        let entries = [stored("app.apk", &apk), stored("sbom.json", b"{}")];
        world.services.put_artifact(&key, zip(&entries)).await;
        let job = job(
            &format!("job-{number}"),
            &key,
            &registering(&format!("e-{number}")),
        );
        world.registers(job, at(NOW)).await;
    }
    assert_eq!(world.keys().await.len(), 3);
}

#[tokio::test]
async fn a_job_that_asks_wrongly_is_told_what_to_write() {
    let world = TestPortal::with_jobs().await;
    world
        .services
        .put_artifact("a/b/c", zip(&[stored("app.apk", &apk(b"bytes"))]))
        .await;
    let cases = [
        (None, "no UserParameters"),
        (Some("register wallet"), "not JSON"),
        (
            Some(r#"{"do":"deploy","app":"wallet"}"#),
            "Known are \"register\", \"gate\" and",
        ),
        (
            Some(r#"{"do":"register","app":"walet"}"#),
            "Known are wallet, shop",
        ),
        (
            Some(r#"{"do":"register","app":"wallet","environment":"stage"}"#),
            "Known are dev, preprod",
        ),
    ];
    for (parameters, expected) in cases {
        let job = Job::parse(&job_event("job-1", "a/b/c", parameters)).unwrap();
        match world.run(job, at(NOW)).await {
            Outcome::Failed { kind, message, .. } => {
                assert_eq!(kind, FailureKind::Configuration);
                assert!(message.contains(expected), "{message}");
            }
            other => panic!("{parameters:?} came to {other:?}"),
        }
        let answer = world.codepipeline().last();
        assert_eq!(answer.operation, "PutJobFailureResult");
        assert_eq!(answer.body["failureDetails"]["type"], "ConfigurationError");
    }
    assert!(world.keys().await.is_empty());
    assert_eq!(world.build_count().await, 0);
}

#[tokio::test]
async fn a_job_without_an_artifact_or_with_one_that_is_gone_is_told_so() {
    let world = TestPortal::with_jobs().await;
    let message = world
        .fails(job("job-1", "a/b/gone", &registering("e-1")), at(NOW))
        .await;
    assert!(message.contains("is gone"), "{message}");
    assert_eq!(
        world.codepipeline().last().body["failureDetails"]["type"],
        "RevisionUnavailable"
    );
    let mut event: serde_json::Value = serde_json::from_slice(&job_event(
        "job-2",
        "x",
        Some(&registering("e-2").to_string()),
    ))
    .unwrap();
    event["CodePipeline.job"]["data"]["inputArtifacts"] = json!([]);
    let none = Job::parse(event.to_string().as_bytes()).unwrap();
    let message = world.fails(none, at(NOW)).await;
    assert!(message.contains("no input artifact"), "{message}");
}

#[tokio::test]
async fn a_job_reads_only_with_its_own_credentials() {
    let world = TestPortal::with_jobs().await;
    let own = world.store.objects.clone();
    own.put(
        "loose.zip",
        zip(&[stored("app.apk", &apk(b"bytes"))]),
        "application/zip",
    )
    .await
    .unwrap();
    let event = job_event("job-1", "loose.zip", Some(&registering("e-1").to_string()));
    let event = String::from_utf8(event).unwrap().replace(ARTIFACTS, BUCKET);
    let job = Job::parse(event.as_bytes()).unwrap();
    let message = world.fails(job, at(NOW)).await;
    assert!(message.contains("s3:GetObject"), "{message}");
    let answer = world.codepipeline().last();
    assert_eq!(answer.body["failureDetails"]["type"], "PermissionError");
    assert!(!answer.body.to_string().contains(JOB_KEYS.1));
}

#[tokio::test]
async fn an_artifact_with_packages_of_two_apps_is_refused_and_leaves_nothing_released() {
    let world = TestPortal::with_jobs().await;
    let flavours = [
        stored(
            "app-a-release.apk",
            include_bytes!("../../../packages/tests/cases/app-a-release.apk"),
        ),
        stored(
            "app-b-release.apk",
            include_bytes!("../../../packages/tests/cases/app-b-release.apk"),
        ),
    ];
    world
        .services
        .put_artifact("a/b/flavours", zip(&flavours))
        .await;
    let message = world
        .fails(job("job-1", "a/b/flavours", &registering("e-1")), at(NOW))
        .await;
    assert!(
        message
            .contains("differ in their application id: dev.example.case.a and dev.example.case.b"),
        "{message}"
    );
    assert_eq!(world.build_count().await, 0);
}
