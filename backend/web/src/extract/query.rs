//! What stands behind the question mark. A parameter that is unknown, given twice or of the wrong form is an error that
//! names it: silently ignored, it would answer another question than the one that was asked.

use std::{fmt::Display, str::FromStr};

use api::compare::Side;
use axum::{extract::FromRequestParts, http::request::Parts};
use domain::{
    audit::format::Format,
    id::{AppId, BuildId},
    month::Month,
    page::{Cursor, Limit},
    words::sentence,
};
use portal::views::Which;
use url::form_urlencoded;

use crate::problem::Problem;

/// Which part of a list to show.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// How many items, 1 to 100.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100, default = 25)]
    pub(crate) limit: Limit,
    /// Where to start: `next` of the page before. Without it, at the newest.
    pub(crate) cursor: Option<Cursor>,
}

/// Which page of the apps to show.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AppsQuery {
    /// How many apps, 1 to 100.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100, default = 50)]
    pub(crate) limit: Limit,
    /// Where to start: `next` of the page before. Without it, at the first.
    pub(crate) cursor: Option<Cursor>,
}

/// Which part of which list of runs to show.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RunsQuery {
    /// Whether to show only those that someone should look at.
    #[param(value_type = Option<bool>, default = false)]
    pub(crate) failed: bool,
    /// How many items, 1 to 100.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100, default = 25)]
    pub(crate) limit: Limit,
    /// Where to start: `next` of the page before. Without it, at the newest.
    pub(crate) cursor: Option<Cursor>,
}

/// Which of a build's packages to get.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AbiQuery {
    /// The device's native code, such as `arm64-v8a`. Without it, the package for the most devices.
    #[param(max_length = 40)]
    pub(crate) abi: Option<String>,
}

/// Which part of the audit log to show, and how.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// The month in UTC, `2026-11`; without it, the one that it is.
    #[param(value_type = Option<String>, pattern = "^[0-9]{4}-[0-9]{2}$")]
    pub(crate) month: Option<Month>,
    /// `csv` or `jsonl`, for the month as a file, the oldest entry first, in parts of about 4 MB.
    #[param(value_type = Option<String>, pattern = "^(csv|jsonl)$")]
    pub(crate) format: Option<Format>,
    /// How many items, 1 to 100.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100, default = 25)]
    pub(crate) limit: Limit,
    /// Where to start: `next` of the page before. Without it, at the newest.
    pub(crate) cursor: Option<Cursor>,
}

/// Which part of the audit log's seals to show.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SealsQuery {
    /// Where to start: `next` of the page before. Without it, at the first.
    pub(crate) cursor: Option<Cursor>,
}

#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CompareQuery {
    /// A build's identifier, or `<app>/<environment>` for what is current there.
    #[param(value_type = String)]
    pub(crate) from: Side,
    /// The same, for the other side.
    #[param(value_type = String)]
    pub(crate) to: Side,
}

#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TokensQuery {
    /// Whether to show those of everyone, which takes an administrator.
    #[param(value_type = Option<bool>, default = false)]
    pub(crate) everyones: bool,
}

/// Whom to ask about.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct GroupsQuery {
    /// Groups and an address, with commas between: what someone may do who is in all of them.
    #[param(max_length = 2_000)]
    groups: Option<String>,
    /// Where to start among the apps: `next` of the page before. Without it, at the first.
    pub(crate) cursor: Option<Cursor>,
}

/// Which app's.
pub(crate) struct AppQuery {
    /// All if left out.
    pub(crate) app: Option<AppId>,
}

pub(crate) struct BuildQuery {
    /// To be chosen if left out.
    pub(crate) build: Option<BuildId>,
}

/// Reads each kind of query: its parameters, which are its fields, and the function of [`Query`] that reads each of them.
macro_rules! queries {
    ($($query:ident { $($name:ident: $read:ident),+ })+) => {$(
        impl<S: Send + Sync> FromRequestParts<S> for $query {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
                let query = Query::of(parts, &[$(stringify!($name)),+])?;
                Ok(Self { $($name: query.$read(stringify!($name))?),+ })
            }
        }
    )+};
}

queries! {
    AbiQuery { abi: abi }
    AppQuery { app: optional }
    AppsQuery { limit: limit_of_apps, cursor: optional }
    AuditQuery { month: optional, format: optional, limit: limit, cursor: optional }
    BuildQuery { build: optional }
    CompareQuery { from: required, to: required }
    GroupsQuery { groups: optional, cursor: optional }
    ListQuery { limit: limit, cursor: optional }
    RunsQuery { failed: flag, limit: limit, cursor: optional }
    SealsQuery { cursor: optional }
    TokensQuery { everyones: flag }
}

impl GroupsQuery {
    /// As it was written.
    pub(crate) fn text(&self) -> &str {
        self.groups.as_deref().unwrap_or_default()
    }

    pub(crate) fn groups(&self) -> Vec<String> {
        let groups = self.text().split(',').map(str::trim);
        let groups = groups.filter(|group| !group.is_empty());
        groups.map(str::to_owned).collect()
    }
}

impl RunsQuery {
    pub(crate) fn which(&self) -> Which {
        if self.failed {
            Which::Failed
        } else {
            Which::All
        }
    }
}

fn is_abi(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}

/// The parameters of a request, each known and at most once.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn of(parts: &Parts, known: &[&str]) -> Result<Self, Problem> {
        let text = parts.uri.query().unwrap_or_default();
        let mut seen: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(text.as_bytes()).into_owned() {
            if !known.contains(&name.as_str()) {
                let name: String = name.chars().take(40).collect();
                let shown = if name.is_empty() {
                    "without a name"
                } else {
                    &name
                };
                let detail = format!(
                    "There is no parameter {shown}; there are: {}.",
                    known.join(", ")
                );
                return Err(Problem::invalid(name, detail));
            }
            if seen.iter().any(|(before, _)| *before == name) {
                return Err(Problem::invalid(name, "Give this parameter once."));
            }
            seen.push((name, value));
        }
        Ok(Self(seen))
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// A parameter that may be left out.
    pub(crate) fn optional<T: FromStr<Err: Display>>(
        &self,
        name: &str,
    ) -> Result<Option<T>, Problem> {
        self.text(name).map(|text| parse(name, text)).transpose()
    }

    fn required<T: FromStr<Err: Display>>(&self, name: &str) -> Result<T, Problem> {
        parse(name, self.text(name).unwrap_or_default())
    }

    fn flag(&self, name: &str) -> Result<bool, Problem> {
        match self.text(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Problem::invalid(name, "This is true or false.")),
        }
    }

    fn limit(&self, name: &str) -> Result<Limit, Problem> {
        self.limit_or(name, Limit::default())
    }

    fn limit_of_apps(&self, name: &str) -> Result<Limit, Problem> {
        self.limit_or(name, Limit::APPS)
    }

    fn limit_or(&self, name: &str, usual: Limit) -> Result<Limit, Problem> {
        let Some(text) = self.text(name) else {
            return Ok(usual);
        };
        let number = text.parse::<i64>().ok();
        let limit = number.and_then(|number| Limit::try_from(number).ok());
        let invalid = "A page holds 1 to 100 items: give a number in between.";
        limit.ok_or_else(|| Problem::invalid(name, invalid))
    }

    fn abi(&self, name: &str) -> Result<Option<String>, Problem> {
        let invalid = "An ABI is 1 to 40 letters, digits, _ and -, such as arm64-v8a.";
        match self.text(name) {
            Some(text) if !is_abi(text) => Err(Problem::invalid(name, invalid)),
            text => Ok(text.map(str::to_owned)),
        }
    }
}

/// What a parameter says. The type's own error says what it can be.
pub(crate) fn parse<T: FromStr<Err: Display>>(name: &str, text: &str) -> Result<T, Problem> {
    let wrong = |error: T::Err| Problem::invalid(name, sentence(&error.to_string()));
    text.parse().map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused<T: FromRequestParts<(), Rejection = Problem>>(query: &str) -> api::Problem {
        let request = axum::http::Request::get(format!("/x?{query}"));
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        let read = futures::executor::block_on(T::from_request_parts(&mut parts, &()));
        *read.err().unwrap().body
    }

    #[test]
    fn a_parameter_without_a_name_is_told_so() {
        assert_eq!(
            refused::<AbiQuery>("=1").detail,
            "There is no parameter without a name; there are: abi."
        );
    }

    #[test]
    fn what_is_wrong_with_a_parameter_is_said_with_what_it_can_be() {
        for (problem, field, says) in [
            (refused::<AppQuery>("app=A"), "app", "is not an app's name"),
            (refused::<AuditQuery>("month=soon"), "month", "A month is"),
            (refused::<AuditQuery>("format=pdf"), "format", "csv or json"),
            (
                refused::<CompareQuery>("from=wallet/dev"),
                "to",
                "A side is",
            ),
            (refused::<RunsQuery>("failed=1"), "failed", "true or false"),
            (
                refused::<RunsQuery>("fail=1"),
                "fail",
                "failed, limit, cursor",
            ),
            (refused::<SealsQuery>("cursor=1&cursor=1"), "cursor", "once"),
        ] {
            assert_eq!(problem.field.as_deref(), Some(field), "{problem:?}");
            assert!(problem.detail.contains(says), "{problem:?}");
        }
    }
}
