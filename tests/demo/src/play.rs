//! Plays the scenes: scripts the simulator, starts each run, and waits until it ended as it should.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use simulator::{Behaviour, Commit, Compression, OutputFile, Push, Script, Simulator};

use crate::{
    error::DemoError,
    pipelines::{self, BRANCH},
    samples::Samples,
    script::{ACTS, Ending, RUNNING, Scene},
};

/// How long one run may take, registration included.
const PATIENCE: Duration = Duration::from_mins(1);

/// Plays everything, from the first run to the one that keeps running. `promoted` is awaited after the first act. `progress`
/// hears one line for each run.
pub async fn everything(
    simulator: &Simulator,
    samples: &Samples,
    promoted: impl Future<Output = Result<(), DemoError>>,
    progress: &(dyn Fn(String) + Sync),
) -> Result<(), DemoError> {
    let mut promoted = Some(promoted);
    for troupes in ACTS {
        let played = troupes
            .iter()
            .map(|scenes| in_order(simulator, samples, scenes, progress));
        for result in join_all(played).await {
            result?;
        }
        if let Some(promoted) = promoted.take() {
            promoted.await?;
        }
    }
    running(simulator, samples, progress).await
}

/// Starts the run that keeps running.
pub async fn running(
    simulator: &Simulator,
    samples: &Samples,
    progress: &(dyn Fn(String) + Sync),
) -> Result<(), DemoError> {
    scene(simulator, samples, &RUNNING, progress).await
}

async fn in_order(
    simulator: &Simulator,
    samples: &Samples,
    scenes: &[Scene],
    progress: &(dyn Fn(String) + Sync),
) -> Result<(), DemoError> {
    for next in scenes {
        scene(simulator, samples, next, progress).await?;
    }
    Ok(())
}

async fn scene(
    simulator: &Simulator,
    samples: &Samples,
    scene: &Scene,
    progress: &(dyn Fn(String) + Sync),
) -> Result<(), DemoError> {
    script(simulator, samples, scene);
    let execution = start(simulator, scene)?;
    let wanted = match scene.ending {
        Ending::Released | Ending::Quiet => "Succeeded",
        Ending::TestsFail(_) => "Failed",
        Ending::StillRunning => {
            progress(format!(
                "{:<17} keeps running: {}",
                scene.pipeline, scene.message
            ));
            return Ok(());
        }
    };
    let status = ending(simulator, scene, &execution).await?;
    if status != wanted {
        return Err(DemoError::OffScript {
            pipeline: scene.pipeline.to_owned(),
            why: reason(simulator, scene.pipeline, &execution),
            status,
            wanted,
        });
    }
    progress(format!(
        "{:<17} {:<9} {}",
        scene.pipeline,
        status.to_lowercase(),
        scene.message
    ));
    Ok(())
}

/// Tells the simulator what the actions of the next run do.
fn script(simulator: &Simulator, samples: &Samples, scene: &Scene) {
    let behaviour = |duration_ms: u64| Behaviour {
        duration_ms,
        ..Behaviour::default()
    };
    // Events tell whole seconds. The run that people look into is long enough to be a picture.
    let (building, testing) = match scene.ending {
        Ending::TestsFail(_) => (3_000, 4_000),
        Ending::Released | Ending::Quiet | Ending::StillRunning => (900, 500),
    };
    let mut build = behaviour(building);
    if let Some(package) = scene.package {
        build.files = files(samples, package, scene.message);
        // Android packages are compressed already, and a stored one can be read in place; builds differ in this.
        build.compression = if package.starts_with("settings") {
            Compression::Stored
        } else {
            Compression::Deflated
        };
    }
    build.hold = scene.ending == Ending::StillRunning;
    let mut tests = behaviour(testing);
    if let Ending::TestsFail(message) = scene.ending {
        tests.fail = Some(message.to_owned());
    }
    let actions = match scene.package {
        Some(_) => vec![
            ("Source", behaviour(150)),
            ("Package", build),
            ("UnitTests", tests),
        ],
        None => vec![("Source", behaviour(150)), ("Image", build)],
    };
    for (action, behaviour) in actions {
        simulator.script(Script {
            pipeline: scene.pipeline.to_owned(),
            action: action.to_owned(),
            always: false,
            behaviour,
        });
    }
}

/// What the build leaves: the package, what its names were before they were shortened, and a test report.
fn files(samples: &Samples, package: &'static str, message: &str) -> Vec<OutputFile> {
    let app = package.split('-').next().unwrap_or(package);
    let text = |name: &str, text: String| OutputFile {
        name: name.to_owned(),
        text: Some(text),
        ..OutputFile::default()
    };
    vec![
        OutputFile {
            name: format!("outputs/apk/{package}"),
            path: Some(samples.path(package)),
            ..OutputFile::default()
        },
        text(
            "outputs/mapping.txt",
            format!("# {message}\nio.{app}.Main -> a.a:\n    void onCreate() -> a\n"),
        ),
        text(
            "reports/test-report.xml",
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                 <testsuite name=\"{app}\" tests=\"2\" failures=\"0\" time=\"0.42\">\n  \
                 <testcase classname=\"{app}.Smoke\" name=\"starts\" time=\"0.31\"/>\n  \
                 <testcase classname=\"{app}.Smoke\" name=\"stops\" time=\"0.11\"/>\n</testsuite>\n"
            ),
        ),
    ]
}

/// Commits, and starts the pipeline on that commit.
fn start(simulator: &Simulator, scene: &Scene) -> Result<String, DemoError> {
    let commit = commit_of(scene);
    let refused = |operation: &str| {
        let operation = format!("{operation} for {}", scene.pipeline);
        move |source| DemoError::Refused { operation, source }
    };
    let push = Push {
        repository: pipelines::repository(scene.pipeline),
        branch: BRANCH.to_owned(),
        commit: Commit {
            id: commit.clone(),
            message: scene.message.to_owned(),
            author: scene.author.to_owned(),
        },
        start: false,
    };
    simulator.push(&push).map_err(refused("a commit"))?;
    let request = json!({
        "name": scene.pipeline,
        "sourceRevisions": [{ "actionName": "Source", "revisionType": "COMMIT_ID", "revisionValue": commit }],
    });
    let started = simulator
        .call("StartPipelineExecution", &request)
        .map_err(refused("StartPipelineExecution"))?;
    Ok(text(&started["pipelineExecutionId"]))
}

/// A commit hash that depends on repository and message, so that the same change has the same hash in every
/// environment.
fn commit_of(scene: &Scene) -> String {
    let mut hash: [u64; 3] = [
        0xcbf2_9ce4_8422_2325,
        0x9e37_79b9_7f4a_7c15,
        0x2545_f491_4f6c_dd1d,
    ];
    for byte in pipelines::repository(scene.pipeline)
        .bytes()
        .chain(scene.message.bytes())
    {
        for part in &mut hash {
            *part = (*part ^ u64::from(byte))
                .wrapping_mul(0x0100_0000_01b3)
                .rotate_left(7);
        }
    }
    let [first, second, third] = hash;
    let mut digits = format!("{first:016x}{second:016x}{third:016x}");
    digits.truncate(40);
    digits
}

/// Waits until a run is over, and approves it where it asks.
async fn ending(
    simulator: &Simulator,
    scene: &Scene,
    execution: &str,
) -> Result<String, DemoError> {
    let over = async {
        loop {
            let request =
                json!({ "pipelineName": scene.pipeline, "pipelineExecutionId": execution });
            let found = simulator
                .call("GetPipelineExecution", &request)
                .map_err(|source| DemoError::Refused {
                    operation: "GetPipelineExecution".to_owned(),
                    source,
                })?;
            let status = text(&found["pipelineExecution"]["status"]);
            if status != "InProgress" {
                return Ok(status);
            }
            approve(simulator, scene.pipeline);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, over)
        .await
        .unwrap_or_else(|_| {
            Err(DemoError::TooLong {
                pipeline: scene.pipeline.to_owned(),
                patience: PATIENCE,
            })
        })
}

/// Approves what waits for the release manager, if anything does.
fn approve(simulator: &Simulator, pipeline: &str) {
    let Ok(state) = simulator.call("GetPipelineState", &json!({ "name": pipeline })) else {
        return;
    };
    let stages = state["stageStates"].as_array();
    let waiting = stages
        .into_iter()
        .flatten()
        .find(|stage| stage["stageName"] == "Approve")
        .and_then(|stage| stage["actionStates"][0]["latestExecution"]["token"].as_str());
    if let Some(token) = waiting {
        let answer = json!({
            "pipelineName": pipeline,
            "stageName": "Approve",
            "actionName": "ReleaseManager",
            "token": token,
            "result": { "status": "Approved", "summary": "Tested on four phones" },
        });
        // Refused only if someone else has just approved it.
        let _ = simulator.call("PutApprovalResult", &answer);
    }
}

/// What the action said that failed.
fn reason(simulator: &Simulator, pipeline: &str, execution: &str) -> String {
    let request =
        json!({ "pipelineName": pipeline, "filter": { "pipelineExecutionId": execution } });
    let Ok(found) = simulator.call("ListActionExecutions", &request) else {
        return String::new();
    };
    let actions = found["actionExecutionDetails"].as_array();
    let failed = actions
        .into_iter()
        .flatten()
        .find(|action| action["status"] == "Failed");
    failed.map_or_else(String::new, |action| {
        let message = text(&action["output"]["executionResult"]["errorDetails"]["message"]);
        format!(
            ": the action {} says: {message}",
            text(&action["actionName"])
        )
    })
}

/// Stops every execution that runs, so that nothing looks as if it still ran when the simulator is gone.
pub fn stop_runs(simulator: &Simulator) {
    for pipeline in pipelines::names() {
        let Ok(found) = simulator.call(
            "ListPipelineExecutions",
            &json!({ "pipelineName": pipeline }),
        ) else {
            continue;
        };
        let executions = found["pipelineExecutionSummaries"].as_array();
        for execution in executions
            .into_iter()
            .flatten()
            .filter(|found| found["status"] == "InProgress")
        {
            let request = json!({
                "pipelineName": pipeline,
                "pipelineExecutionId": execution["pipelineExecutionId"],
                "abandon": true,
                "reason": "The demonstration was stopped",
            });
            // Refused only if it has just ended by itself.
            let _ = simulator.call("StopPipelineExecution", &request);
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
