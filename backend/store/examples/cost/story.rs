//! A run as `CodePipeline` reports it: four stages of one action each, with payloads of the real length.

use domain::{
    Timestamp,
    event::{Event, Facts, Pipeline, Revision, StepDetail, Trigger},
    status::Status,
};

/// What an event is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    RunStarted,
    RunEnded,
    StepFirst,
    StepAgain,
    StepWithRevision,
    /// Like one that was told before.
    Other,
}

impl Kind {
    /// Whether it is worth a line.
    pub(crate) fn is_told(self) -> bool {
        self != Self::Other
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::RunStarted => "a run that starts",
            Self::RunEnded => "a run that ends",
            Self::StepFirst => "a step's first",
            Self::StepAgain => "a step's next",
            Self::StepWithRevision => "a step's with the revision",
            Self::Other => "another",
        }
    }
}

/// Noon of a day, and seconds after it.
pub(crate) fn noon(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_262_400 + seconds).unwrap()
}

/// A run that starts and ends.
pub(crate) fn short_run(number: i64) -> Vec<(Event, String)> {
    let run = format!("0f0e0d0c-0b0a-4908-8706-{number:012}");
    let start = number * 60;
    let started = event(&run, None, Status::Running, start, Facts::default());
    let ended = event(&run, None, Status::Succeeded, start + 30, Facts::default());
    vec![
        (started, raw("event-pipeline-started")),
        (ended, raw("event-pipeline-succeeded")),
    ]
}

/// A whole run of 22 events.
pub(crate) fn run(name: &str, ending: Status) -> Vec<(Kind, Event, String)> {
    let run = format!("{name}-0b0a-4908-8706-050403020100");
    let mut clock = 1000;
    let mut story = Vec::new();
    let trigger = Facts {
        trigger: Some(Trigger {
            kind: "WebhookV2".to_owned(),
            by: Some("arn:aws:iam::123456789012:user/Mary_Major".to_owned()),
        }),
        ..Facts::default()
    };
    story.push((
        Kind::RunStarted,
        event(&run, None, Status::Running, clock, trigger),
        raw("event-pipeline-started"),
    ));
    for (place, stage) in ["Source", "Build", "Test", "Register", "Deploy"]
        .into_iter()
        .enumerate()
    {
        let action = format!("{stage}/Android");
        let told = |kind: Kind, stage_number: usize| {
            if place == stage_number {
                kind
            } else {
                Kind::Other
            }
        };
        for (step, status, kind) in [
            (stage, Status::Running, told(Kind::StepFirst, 0)),
            (&action, Status::Running, Kind::Other),
            (&action, Status::Succeeded, told(Kind::StepWithRevision, 0)),
            (stage, Status::Succeeded, told(Kind::StepAgain, 1)),
        ] {
            clock += 20;
            let (facts, payload) = step_facts(place, step, status);
            story.push((
                kind,
                event(&run, Some(step), status, clock, facts),
                raw(payload),
            ));
        }
    }
    let payload = if ending == Status::Failed {
        "event-pipeline-failed-gittag"
    } else {
        "event-pipeline-succeeded"
    };
    story.push((
        Kind::RunEnded,
        event(&run, None, ending, clock + 20, Facts::default()),
        raw(payload),
    ));
    story
}

fn step_facts(place: usize, step: &str, status: Status) -> (Facts, &'static str) {
    if !step.contains('/') {
        return (Facts::default(), "event-stage-started");
    }
    let ended = status.is_terminal();
    let url = "https://eu-west-1.console.aws.amazon.com/codebuild/home#/builds/wallet:0f0e0d0c-0b0a-4908-8706-0504030201ff/view/new";
    let facts = Facts {
        revision: (ended && place == 0).then(|| Revision {
            commit: "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c".to_owned(),
            message: Some("Show the balance of the gate when the boat is in the lock".to_owned()),
            branch: Some("main".to_owned()),
            repository: Some("example/wallet".to_owned()),
            url: None,
        }),
        detail: Some(StepDetail {
            category: Some("Build".to_owned()),
            provider: Some("CodeBuild".to_owned()),
            summary: ended.then(|| "Build terminated with state: SUCCEEDED".to_owned()),
            error_code: None,
            url: ended.then(|| url.to_owned()),
            external_id: ended.then(|| "wallet:0f0e0d0c-0b0a-4908-8706-0504030201ff".to_owned()),
        }),
        ..Facts::default()
    };
    let payload = match (ended, place) {
        (false, _) => "event-action-started",
        (true, 0) => "event-action-succeeded-source",
        (true, _) => "event-action-failed",
    };
    (facts, payload)
}

fn event(run: &str, step: Option<&str>, status: Status, seconds: i64, facts: Facts) -> Event {
    let at = noon(seconds);
    Event {
        // As long as one of the source, and another for every run and moment.
        id: format!("codepipeline:{:.23}-{:012}", run, seconds.unsigned_abs())
            .parse()
            .unwrap(),
        run: format!("codepipeline/123456789012/eu-west-1/wallet-dev/{run}")
            .parse()
            .unwrap(),
        step: step.map(|step| step.parse().unwrap()),
        pipeline: Pipeline {
            source: "codepipeline".to_owned(),
            account: Some("123456789012".to_owned()),
            region: Some("eu-west-1".to_owned()),
            name: "wallet-dev".to_owned(),
        },
        occurred_at: at,
        received_at: at,
        attempt: 1,
        ordinal: Event::clock_ordinal(at, at),
        status,
        raw_status: status.word().to_uppercase(),
        facts,
    }
}

/// The payload of a sample of the source, as it is stored.
fn raw(sample: &str) -> String {
    let text = match sample {
        "event-pipeline-started" => {
            include_str!("../../../sources/src/codepipeline/samples/event-pipeline-started.json")
        }
        "event-pipeline-succeeded" => {
            include_str!("../../../sources/src/codepipeline/samples/event-pipeline-succeeded.json")
        }
        "event-pipeline-failed-gittag" => include_str!(
            "../../../sources/src/codepipeline/samples/event-pipeline-failed-gittag.json"
        ),
        "event-stage-started" => {
            include_str!("../../../sources/src/codepipeline/samples/event-stage-started.json")
        }
        "event-action-started" => {
            include_str!("../../../sources/src/codepipeline/samples/event-action-started.json")
        }
        "event-action-succeeded-source" => include_str!(
            "../../../sources/src/codepipeline/samples/event-action-succeeded-source.json"
        ),
        _ => include_str!("../../../sources/src/codepipeline/samples/event-action-failed.json"),
    };
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    value.to_string()
}
