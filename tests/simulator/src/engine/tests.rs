//! Stories of the engine, told without waiting and without I/O.

mod flow;
mod modes;
mod repair;

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Answer, Effect, Engine, Place, Task};
use crate::{
    model::{
        declaration::Declaration,
        execution::{ActionResult, Execution, Trigger},
        pipeline::Pipeline,
    },
    protocol::error::ApiError,
};

/// An engine with one pipeline, a clock that ticks with each step, and what the engine wanted done.
struct Story {
    engine: Engine,
    now: Timestamp,
    tasks: Vec<Task>,
    events: Vec<Value>,
    cancelled: Vec<String>,
}

fn action(name: &str, category: &str, provider: &str, order: u32) -> Value {
    json!({
        "name": name,
        "actionTypeId": { "category": category, "owner": "AWS", "provider": provider, "version": "1" },
        "runOrder": order,
        "namespace": name,
    })
}

impl Story {
    /// Source → Build → Deploy, one action each.
    fn of_three_stages(mode: &str) -> Self {
        Self::with(
            mode,
            &json!([
                { "name": "Source", "actions": [action("Fetch", "Source", "CodeCommit", 1)] },
                { "name": "Build", "actions": [action("Compile", "Build", "CodeBuild", 1)] },
                { "name": "Deploy", "actions": [action("Ship", "Deploy", "CodeDeploy", 1)] },
            ]),
        )
    }

    fn with(mode: &str, stages: &Value) -> Self {
        let raw = json!({
            "name": "wallet",
            "executionMode": mode,
            "pipelineType": "V2",
            "variables": [{ "name": "flavour", "defaultValue": "plain" }],
            "artifactStore": { "type": "S3", "location": "artifacts" },
            "stages": stages,
        });
        let now: Timestamp = "2026-11-21T09:00:00Z".parse().unwrap();
        let mut engine = Engine::new(Place {
            account: "123456789012".to_owned(),
            region: "eu-west-1".to_owned(),
        });
        let pipeline = Pipeline {
            declaration: Declaration::read(&raw).unwrap(),
            raw,
            version: 1,
            created: now,
            updated: now,
            closed: BTreeMap::new(),
            opened: BTreeMap::new(),
            executions: VecDeque::new(),
            tokens: BTreeMap::new(),
        };
        engine.pipelines.insert("wallet".to_owned(), pipeline);
        Self {
            engine,
            now,
            tasks: Vec::new(),
            events: Vec::new(),
            cancelled: Vec::new(),
        }
    }

    fn change<T>(&mut self, change: impl FnOnce(&mut Engine, Timestamp) -> T) -> T {
        self.now += SignedDuration::from_secs(1);
        let answer = change(&mut self.engine, self.now);
        for effect in self.engine.take_effects() {
            match effect {
                Effect::Event(event) => self.events.push(serde_json::to_value(*event).unwrap()),
                Effect::Perform(task) => self.tasks.push(*task),
                Effect::Cancel(id) => {
                    self.tasks.retain(|task| task.id != id);
                    self.cancelled.push(id);
                }
            }
        }
        answer
    }

    fn start(&mut self) -> String {
        self.start_with(&BTreeMap::new()).unwrap()
    }

    fn start_with(&mut self, variables: &BTreeMap<String, String>) -> Result<String, ApiError> {
        let trigger = Trigger {
            kind: "StartPipelineExecution",
            detail: "arn:aws:iam::123456789012:user/mary".to_owned(),
            git: None,
        };
        self.change(|engine, now| {
            engine
                .turn("wallet", now)?
                .start(trigger, variables, Vec::new())
        })
    }

    /// The work that waits for a provider: `<execution's place in the story>` is left out, the action's name given.
    fn at_work(&self, execution: &str) -> Vec<&str> {
        let tasks = self.tasks.iter().filter(|task| task.execution == execution);
        tasks.map(|task| task.action.name.as_str()).collect()
    }

    fn take(&mut self, execution: &str, action: &str) -> Task {
        let found = |task: &Task| task.execution == execution && task.action.name == action;
        let index = self
            .tasks
            .iter()
            .position(found)
            .expect("the action is at work");
        self.tasks.remove(index)
    }

    fn succeed(&mut self, execution: &str, action: &str) {
        self.succeed_with(execution, action, &[]);
    }

    fn succeed_with(&mut self, execution: &str, action: &str, variables: &[(&str, &str)]) {
        let task = self.take(execution, action);
        let result = ActionResult {
            variables: variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            ..ActionResult::default()
        };
        self.change(|engine, now| engine.finish(&task.id, result, now));
    }

    fn fail(&mut self, execution: &str, action: &str) {
        let task = self.take(execution, action);
        self.change(|engine, now| {
            engine.finish(&task.id, ActionResult::failed("JobFailed", "it broke"), now);
        });
    }

    fn execution(&self, id: &str) -> &Execution {
        self.engine.execution("wallet", id).unwrap()
    }

    fn status(&self, id: &str) -> String {
        format!("{:?}", self.execution(id).status)
    }

    fn stop(&mut self, id: &str, abandon: bool) -> Result<(), ApiError> {
        self.change(|engine, now| {
            engine
                .turn("wallet", now)?
                .stop(id, abandon, Some("enough".to_owned()))
        })
    }

    fn retry(&mut self, id: &str, stage: &str, all: bool) -> Result<(), ApiError> {
        self.change(|engine, now| engine.turn("wallet", now)?.retry(id, stage, all))
    }

    fn roll_back(&mut self, stage: &str, target: &str) -> Result<String, ApiError> {
        self.change(|engine, now| {
            engine
                .turn("wallet", now)?
                .roll_back(stage, target, "mary".to_owned())
        })
    }

    fn approve(&mut self, token: &str, approved: bool) -> Result<(), ApiError> {
        let answer = Answer {
            stage: "Gate",
            action: "Ask",
            token,
            approved,
            summary: "looked at it",
            by: "mary",
        };
        self.change(|engine, now| engine.turn("wallet", now)?.approve(&answer))
    }

    /// The events of an execution in short: `<level> <state>`, where level is `pipeline`, the stage, or stage/action.
    fn told(&self, execution: &str) -> Vec<String> {
        let of = |event: &&Value| event["detail"]["execution-id"] == execution;
        let short = |event: &Value| {
            let detail = &event["detail"];
            let word = detail["state"].as_str().unwrap();
            match (detail["stage"].as_str(), detail["action"].as_str()) {
                (Some(stage), Some(action)) => format!("{stage}/{action} {word}"),
                (Some(stage), None) => format!("{stage} {word}"),
                _ => format!("pipeline {word}"),
            }
        };
        self.events.iter().filter(of).map(short).collect()
    }
}
