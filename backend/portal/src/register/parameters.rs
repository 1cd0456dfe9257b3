//! What the pipeline's owner wrote into the action's `UserParameters`.
//!
//! They are read strictly: a misspelt name must not silently register a build without its environment. Every message
//! says what to write instead.

use domain::{
    event::Revision,
    id::{AppId, EnvironmentId},
};
use serde_json::{Map, Value};

const FIELDS: [&str; 9] = [
    "do",
    "app",
    "environment",
    "pipeline",
    "execution",
    "commit",
    "message",
    "branch",
    "repository",
];

const EXAMPLE: &str = r#"{"do":"register","app":"wallet","environment":"dev"}"#;

/// What to register, and what is known of where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parameters {
    pub(super) app: AppId,
    pub(super) environment: Option<EnvironmentId>,
    pub(super) pipeline: Option<String>,
    pub(super) execution: Option<String>,
    pub(super) revision: Option<Revision>,
}

impl Parameters {
    /// Reads the text, or says what to change in it.
    pub(super) fn parse(text: Option<&str>) -> Result<Self, String> {
        let text = text.map_or("", str::trim);
        if text.is_empty() {
            return Err(format!(
                "The action has no UserParameters. Write {EXAMPLE} into them."
            ));
        }
        let value: Value = serde_json::from_str(text).map_err(|error| {
            format!("UserParameters is not JSON ({error}). Write it like {EXAMPLE}.")
        })?;
        let Value::Object(fields) = value else {
            return Err(format!(
                "UserParameters is no JSON object. Write it like {EXAMPLE}."
            ));
        };
        Fields(fields).read()
    }
}

struct Fields(Map<String, Value>);

impl Fields {
    fn read(self) -> Result<Parameters, String> {
        match self.text("do")? {
            Some("register") => {}
            Some(other) => {
                return Err(format!(
                    "UserParameters asks to do {other:?}. Known is \"register\"."
                ));
            }
            None => {
                return Err(format!(
                    "UserParameters does not say what to do. Write it like {EXAMPLE}."
                ));
            }
        }
        if let Some(unknown) = self.0.keys().find(|name| !FIELDS.contains(&name.as_str())) {
            return Err(format!(
                "UserParameters has a field {unknown:?}. Known are {}.",
                FIELDS.join(", ")
            ));
        }
        let app = self
            .text("app")?
            .ok_or_else(|| format!("UserParameters names no app. Write it like {EXAMPLE}."))?;
        Ok(Parameters {
            app: parsed("app", app)?,
            environment: self
                .text("environment")?
                .map(|text| parsed("environment", text))
                .transpose()?,
            pipeline: self.text("pipeline")?.map(str::to_owned),
            execution: self.text("execution")?.map(str::to_owned),
            revision: self.revision()?,
        })
    }

    fn revision(&self) -> Result<Option<Revision>, String> {
        let Some(commit) = self.text("commit")? else {
            return Ok(None);
        };
        Ok(Some(Revision {
            commit: short(commit),
            message: self.text("message")?.and_then(Revision::first_line),
            branch: self.text("branch")?.map(short),
            repository: self.text("repository")?.map(short),
            url: None,
        }))
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

fn short(text: &str) -> String {
    text.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_a_pipeline_can_say_is_read() {
        let text = r#"{"do":"register","app":"wallet","environment":"dev","pipeline":"wallet-dev","execution":"e-1",
            "commit":"0a1b2c","message":"Fix the lock\n\nLong","branch":"main","repository":"acme/wallet"}"#;
        let parameters = Parameters::parse(Some(text)).unwrap();
        assert_eq!(parameters.environment.unwrap().as_str(), "dev");
        assert_eq!(parameters.execution.as_deref(), Some("e-1"));
        let revision = parameters.revision.unwrap();
        assert_eq!(revision.message.as_deref(), Some("Fix the lock"));
    }

    #[test]
    fn a_variable_without_a_value_is_as_if_it_were_not_there() {
        let text = r#"{"do":"register","app":"wallet","environment":"","commit":null}"#;
        let parameters = Parameters::parse(Some(text)).unwrap();
        assert_eq!((parameters.environment, parameters.revision), (None, None));
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
                Some(r#"{"do":"gate","app":"wallet"}"#),
                "Known is \"register\"",
            ),
            (Some(r#"{"do":"register"}"#), "names no app"),
            (Some(r#"{"do":"register","app":"My App"}"#), "lower-case"),
            (Some(r#"{"do":"register","app":7}"#), "in quotes"),
            (
                Some(r#"{"do":"register","app":"wallet","enviroment":"dev"}"#),
                "Known are do, app, environment",
            ),
            (
                Some(r##"{"do":"register","app":"wallet","commit":"#{Source.CommitId}"}"##),
                "namespace",
            ),
        ];
        for (text, expected) in cases {
            let message = Parameters::parse(text).unwrap_err();
            assert!(message.contains(expected), "{text:?}: {message}");
        }
    }
}
