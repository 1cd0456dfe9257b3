//! What the pipeline's owner wrote into the action's `UserParameters`.
//!
//! They are read strictly: a misspelt name must not silently register a build without its environment. Every message
//! says what to write instead.

use domain::{
    id::{AppId, BuildId, EnvironmentId, PromotionId},
    json,
};
use serde_json::{Map, Value};

const REGISTER: [&str; 3] = ["do", "app", "environment"];

const MOVE: [&str; 5] = ["do", "app", "environment", "build", "promotion"];

/// What earlier versions asked for. `CodePipeline` says which execution a job is of; where it does not, these name it.
const EXECUTION: [&str; 2] = ["pipeline", "execution"];

/// What earlier versions took from here, and what the run says now. Their values are not looked at.
const IGNORED: [&str; 4] = ["commit", "message", "branch", "repository"];

const EXAMPLE: &str = r#"{"do":"register","app":"wallet","environment":"dev"}"#;

/// What the parameters say of the execution that the job is of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimedExecution {
    pub pipeline: Option<String>,
    pub execution: Option<String>,
}

/// What a job is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// To register what its artifacts hold.
    Register(Parameters),
    /// To wait until a build may be released.
    Gate(Move),
    /// To note that a build is released.
    Release(Move),
}

/// What to register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameters {
    pub app: AppId,
    pub environment: Option<EnvironmentId>,
    pub claimed: ClaimedExecution,
}

/// Which build goes where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    pub app: AppId,
    pub environment: EnvironmentId,
    pub build: BuildId,
    /// The promotion that started the pipeline, where one did.
    pub promotion: Option<PromotionId>,
    pub claimed: ClaimedExecution,
}

impl Task {
    /// Reads the text, or says what to change in it.
    pub fn parse(text: Option<&str>) -> Result<Self, String> {
        let text = text.map_or("", str::trim);
        if text.is_empty() {
            return Err(format!(
                "The action has no UserParameters. Write {EXAMPLE} into them."
            ));
        }
        let value = json::value(text.as_bytes()).map_err(|error| {
            format!(
                "UserParameters is not JSON with each member once ({error}). Write it like {EXAMPLE}, without commit messages \
                 and other text from outside."
            )
        })?;
        let Value::Object(fields) = value else {
            return Err(format!(
                "UserParameters is no JSON object. Write it like {EXAMPLE}."
            ));
        };
        let fields = Fields(fields);
        match fields.text("do")? {
            Some("register") => fields.register().map(Self::Register),
            Some("gate") => fields.movement("gate").map(Self::Gate),
            Some("release") => fields.movement("release").map(Self::Release),
            Some(other) => Err(format!(
                "UserParameters asks to do {other:?}. Known are \"register\", \"gate\" and \"release\"."
            )),
            None => Err(format!(
                "UserParameters does not say what to do. Write it like {EXAMPLE}."
            )),
        }
    }
}

struct Fields(Map<String, Value>);

impl Fields {
    fn register(&self) -> Result<Parameters, String> {
        self.known(&REGISTER, &IGNORED)?;
        Ok(Parameters {
            app: self.app()?,
            environment: self.optional("environment")?,
            claimed: self.claimed()?,
        })
    }

    fn movement(&self, task: &str) -> Result<Move, String> {
        self.known(&MOVE, &[])?;
        let required = |name: &str, value: &str| {
            self.text(name)?.ok_or_else(|| {
                format!("UserParameters names no {name}, which {task} needs. Add \"{name}\":\"{value}\".")
            })
        };
        required("environment", "prod")?;
        required("build", "#{variables.build}")?;
        let missing = || format!("UserParameters is incomplete for {task}.");
        Ok(Move {
            app: self.app()?,
            environment: self.optional("environment")?.ok_or_else(missing)?,
            build: self.optional("build")?.ok_or_else(missing)?,
            promotion: self.optional("promotion")?,
            claimed: self.claimed()?,
        })
    }

    fn claimed(&self) -> Result<ClaimedExecution, String> {
        Ok(ClaimedExecution {
            pipeline: self.text("pipeline")?.map(str::to_owned),
            execution: self.text("execution")?.map(str::to_owned),
        })
    }

    fn known(&self, names: &[&str], ignored: &[&str]) -> Result<(), String> {
        let taken = [names, &EXECUTION, ignored].concat();
        match self.0.keys().find(|name| !taken.contains(&name.as_str())) {
            Some(unknown) => Err(format!(
                "UserParameters has a field {unknown:?}. Known are {}.",
                names.join(", ")
            )),
            None => Ok(()),
        }
    }

    fn app(&self) -> Result<AppId, String> {
        self.optional("app")?
            .ok_or_else(|| format!("UserParameters names no app. Write it like {EXAMPLE}."))
    }

    fn optional<T>(&self, name: &str) -> Result<Option<T>, String>
    where
        T: std::str::FromStr<Err = domain::id::InvalidId>,
    {
        self.text(name)?.map(|text| parsed(name, text)).transpose()
    }

    /// A field's text; none when it is absent, null or empty, as a variable without a value is.
    fn text(&self, name: &str) -> Result<Option<&str>, String> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(Value::String(text)) if text.contains("#{") => Err(format!(
                "UserParameters: {name} holds {text:?}, which CodePipeline did not replace. Give the action that sets \
                 the variable a namespace, and spell both alike."
            )),
            Some(Value::String(text)) => Ok(Some(text.trim())),
            Some(other) => Err(format!(
                "UserParameters: {name} is {other}, not a text. Put it in quotes."
            )),
        }
    }
}

fn parsed<T>(name: &str, text: &str) -> Result<T, String>
where
    T: std::str::FromStr<Err = domain::id::InvalidId>,
{
    text.parse()
        .map_err(|error| format!("UserParameters: {name}: {error}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registered(text: &str) -> Parameters {
        match Task::parse(Some(text)).unwrap() {
            Task::Register(parameters) => parameters,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_earlier_templates_say_is_taken_and_of_no_consequence() {
        let text = r##"{"do":"register","app":"wallet","environment":"dev","pipeline":"wallet-dev","execution":"e-1",
            "commit":"#{Source.CommitId}","message":7,"branch":"main","repository":"acme/wallet"}"##;
        let parameters = registered(text);
        assert_eq!(parameters.environment.as_ref().unwrap().as_str(), "dev");
        assert_eq!(parameters.claimed.execution.as_deref(), Some("e-1"));
        let without = r#"{"do":"register","app":"wallet","environment":"dev"}"#;
        let claimed = ClaimedExecution::default();
        assert_eq!(
            registered(without),
            Parameters {
                claimed,
                ..parameters
            }
        );
    }

    #[test]
    fn a_commit_message_becomes_no_member() {
        let template = r##"{"do":"register","app":"wallet","environment":"dev","message":"#{Source.CommitMessage}","branch":"dev"}"##;
        for message in [
            r#"Fix typo","app":"shop","environment":"prod","branch":"main"#,
            r#"Fix typo","\u0061pp":"shop"#,
            r#"Say "hello""#,
        ] {
            let text = template.replace("#{Source.CommitMessage}", message);
            let refusal = Task::parse(Some(&text)).unwrap_err();
            assert!(refusal.contains("without commit messages"), "{refusal}");
        }
    }

    #[test]
    fn a_variable_without_a_value_is_as_if_it_were_not_there() {
        let text = r#"{"do":"register","app":"wallet","environment":"","execution":null}"#;
        let parameters = registered(text);
        assert_eq!(
            (parameters.environment, parameters.claimed.execution),
            (None, None)
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_what_would_be_right() {
        let cases = [
            (None, "no UserParameters"),
            (Some("  "), "no UserParameters"),
            (Some("app=wallet"), "not JSON"),
            (Some("[]"), "no JSON object"),
            (Some(r#"{"app":"wallet"}"#), "what to do"),
            (
                Some(r#"{"do":"deploy","app":"wallet"}"#),
                "Known are \"register\", \"gate\"",
            ),
            (Some(r#"{"do":"register"}"#), "names no app"),
            (
                Some(r#"{"do":"gate","app":"wallet"}"#),
                "names no environment, which gate needs",
            ),
            (
                Some(r#"{"do":"gate","app":"wallet","environment":"prod","build":""}"#),
                "names no build",
            ),
            (
                Some(r#"{"do":"gate","app":"wallet","environment":"prod","build":"12"}"#),
                "build: ",
            ),
            (
                Some(r#"{"do":"gate","app":"wallet","enviroment":"prod"}"#),
                "Known are do, app, environment, build",
            ),
            (Some(r#"{"do":"register","app":"My App"}"#), "lower-case"),
            (Some(r#"{"do":"register","app":7}"#), "in quotes"),
            (
                Some(r#"{"do":"register","app":"wallet","enviroment":"dev"}"#),
                "Known are do, app, environment",
            ),
            (
                Some(r##"{"do":"register","app":"wallet","execution":"#{pipeline.Id}"}"##),
                "namespace",
            ),
        ];
        for (text, expected) in cases {
            let message = Task::parse(text).unwrap_err();
            assert!(message.contains(expected), "{text:?}: {message}");
        }
    }

    #[test]
    fn a_gate_takes_a_blank_promotion_for_none() {
        let text = r#"{"do":"gate","app":"wallet","environment":"prod","build":"01KAH0W3V8ZZZZZZZZZZZZZZZZ",
            "promotion":" ","pipeline":"wallet-prod","execution":"e-1"}"#;
        let Task::Gate(moved) = Task::parse(Some(text)).unwrap() else {
            panic!("no gate");
        };
        assert_eq!(moved.promotion, None);
        assert_eq!(moved.claimed.pipeline.as_deref(), Some("wallet-prod"));
    }
}
