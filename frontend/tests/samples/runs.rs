//! Runs: one that failed, one at work, one of which only its start is known.

use domain::{
    event::{StepDetail, Trigger},
    fold::{Latest, OrderKey},
    run::{Run, Step},
    status::Status::{self, Failed, Queued, Running, Succeeded, Waiting},
    view::{RunView, StepView},
};

use super::{app, before, builds::briefs, environment, now, pipeline, revision, run_id};

fn key() -> OrderKey {
    "00001#1#050#0#codepipeline:1".parse().unwrap()
}

fn latest<T>(value: T) -> Latest<T> {
    Latest { value, key: key() }
}

pub(crate) fn run(name: &str, number: u32, status: Status, started: i64, took: i64) -> Run {
    Run {
        id: run_id(name, number),
        pipeline: pipeline(name),
        parent: None,
        key: Some(key()),
        status,
        raw_status: status.word().to_uppercase(),
        attempt: 1,
        started_at: before(started),
        updated_at: before(started - took),
        trigger: Some(latest(Trigger {
            kind: "WebhookV2".into(),
            by: Some("mobile-team".into()),
        })),
        revision: Some(latest(revision(
            "4be1a90c",
            "Show the mock location's accuracy in the notification",
        ))),
        detail: None,
    }
}

pub(crate) fn step(
    id: &str,
    status: Status,
    started: i64,
    took: i64,
    provider: Option<&str>,
) -> StepView {
    let category = provider.map(|provider| {
        if provider == "CodeBuild" {
            "Build"
        } else {
            provider
        }
        .to_owned()
    });
    let detail = StepDetail {
        category,
        provider: provider.map(str::to_owned),
        ..StepDetail::default()
    };
    StepView {
        step: Step {
            id: id.parse().unwrap(),
            key: key(),
            status,
            raw_status: status.word().to_uppercase(),
            attempt: 1,
            started_at: before(started),
            updated_at: before(started - took),
            detail: provider.is_some().then(|| latest(detail)),
        },
        carried_out_by: (provider == Some("CodeBuild")).then(|| {
            "codebuild/123456789012/eu-west-1/journal-build:6f0c71d2-9f3e-4b8a-8d18-2a9d1e2f3a4b"
                .parse()
                .unwrap()
        }),
    }
}

pub(crate) fn failed() -> RunView {
    let mut test = step("Test/Instrumentation", Failed, 2_905, 86, Some("CodeBuild"));
    test.step.detail = Some(latest(StepDetail {
        category: Some("Test".into()),
        provider: Some("CodeBuild".into()),
        summary: Some("Build terminated with state: FAILED. Phase: BUILD, Code: COMMAND_EXECUTION_ERROR, Message: Error while executing command: ./gradlew connectedCheck. Reason: exit status 1".into()),
        error_code: Some("JobFailed".into()),
        url: Some("https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logEvent:group=/aws/codebuild/journal-build".into()),
        external_id: None,
    }));
    RunView {
        run: run("journal-preprod", 43, Failed, 3_100, 281),
        app: Some(app("journal")),
        environment: Some(environment("preprod")),
        steps: vec![
            step("Source", Succeeded, 3_100, 9, None),
            step(
                "Source/Checkout",
                Succeeded,
                3_099,
                7,
                Some("CodeStarSourceConnection"),
            ),
            step("Build", Succeeded, 3_090, 181, None),
            step("Build/Gradle", Succeeded, 3_089, 166, Some("CodeBuild")),
            step("Build/Register", Succeeded, 2_922, 12, Some("Lambda")),
            step("Test", Failed, 2_908, 89, None),
            step("Test/Lint", Succeeded, 2_906, 31, Some("CodeBuild")),
            test,
        ],
        promotion: None,
        builds: vec![briefs().remove(0)],
        known: domain::known::Known::Proven,
        as_of: now(),
    }
}

pub(crate) fn running() -> RunView {
    let second = |mut view: StepView| {
        view.step.attempt = 2;
        view
    };
    RunView {
        run: Run {
            attempt: 2,
            detail: Some(latest(StepDetail {
                summary: Some("Stopped once for the new signing key".into()),
                url: Some("https://console.example.com/log/44".into()),
                ..StepDetail::default()
            })),
            ..run("journal-dev", 44, Running, 192, 180)
        },
        app: Some(app("journal")),
        environment: Some(environment("dev")),
        steps: vec![
            step("Source", Succeeded, 192, 8, None),
            step("Source/Checkout", Succeeded, 191, 6, Some("GitHub")),
            second(step("Build", Running, 182, 0, None)),
            second(step("Build/Gradle", Running, 180, 0, Some("CodeBuild"))),
            second(step("Approve", Queued, 3, 0, None)),
            second(step(
                "Approve/Release manager",
                Waiting,
                2,
                0,
                Some("Manual"),
            )),
        ],
        promotion: None,
        builds: Vec::new(),
        known: domain::known::Known::Proven,
        as_of: now(),
    }
}

/// A run in a state that this version does not know, of a pipeline that no app claims, and nothing else known.
pub(crate) fn unknown() -> RunView {
    RunView {
        run: Run {
            raw_status: "MOONWALKING".into(),
            trigger: None,
            revision: None,
            ..run("nightly-lint", 9, Status::Unknown, 600, 0)
        },
        app: None,
        environment: None,
        steps: Vec::new(),
        promotion: None,
        builds: Vec::new(),
        known: domain::known::Known::Claimed,
        as_of: now(),
    }
}
