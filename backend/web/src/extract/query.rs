//! What stands behind the question mark. A parameter that is unknown, given twice or of the wrong form is an error that
//! names it: silently ignored, it would answer another question than the one that was asked.

use std::str::FromStr;

use api::compare::{InvalidSide, Side};
use axum::{extract::FromRequestParts, http::request::Parts};
use domain::{
    audit::format::{Format, InvalidFormat},
    id::{AppId, BuildId},
    month::{InvalidMonth, Month},
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

/// What to compare.
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

/// Whose tokens.
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
}

/// Which app's.
pub(crate) struct AppQuery {
    /// All if left out.
    pub(crate) app: Option<AppId>,
}

/// Which build.
pub(crate) struct BuildQuery {
    /// To be chosen if left out.
    pub(crate) build: Option<BuildId>,
}

impl<S: Send + Sync> FromRequestParts<S> for AppQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = Query::of(parts, &["app"])?;
        let app = query.text("app").map(str::parse).transpose();
        let wrong = |_| Problem::invalid("app", "This is no app\u{2019}s name.");
        app.map(|app| Self { app }).map_err(wrong)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for BuildQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = Query::of(parts, &["build"])?;
        let build = query.text("build").map(str::parse).transpose();
        let wrong = |_| Problem::invalid("build", "This is no build\u{2019}s identifier.");
        build.map(|build| Self { build }).map_err(wrong)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for TokensQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = Query::of(parts, &["everyones"])?;
        Ok(Self {
            everyones: query.flag("everyones")?,
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for GroupsQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = Query::of(parts, &["groups"])?;
        Ok(Self {
            groups: query.text("groups").map(str::to_owned),
        })
    }
}

impl GroupsQuery {
    /// As it was written.
    pub(crate) fn text(&self) -> &str {
        self.groups.as_deref().unwrap_or_default()
    }

    /// One by one.
    pub(crate) fn groups(&self) -> Vec<String> {
        let groups = self.text().split(',').map(str::trim);
        let groups = groups.filter(|group| !group.is_empty());
        groups.map(str::to_owned).collect()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AuditQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = Query::of(parts, &["month", "format", "limit", "cursor"])?;
        let month = query.text("month").map(str::parse).transpose();
        let format = query.text("format").map(str::parse).transpose();
        Ok(Self {
            month: month.map_err(|error: InvalidMonth| {
                Problem::invalid("month", format!("This is no month: {error}."))
            })?,
            format: format.map_err(|error: InvalidFormat| {
                Problem::invalid("format", sentence(&error.to_string()))
            })?,
            limit: query.limit()?,
            cursor: query.cursor()?,
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SealsQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = Query::of(parts, &["cursor"])?;
        Ok(Self {
            cursor: query.cursor()?,
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CompareQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = Query::of(parts, &["from", "to"])?;
        let side = |name: &str| -> Result<Side, Problem> {
            let text = query.text(name).unwrap_or_default();
            let wrong = |error: InvalidSide| Problem::invalid(name, sentence(&error.to_string()));
            text.parse().map_err(wrong)
        };
        Ok(Self {
            from: side("from")?,
            to: side("to")?,
        })
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

impl<S: Send + Sync> FromRequestParts<S> for ListQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = Query::of(parts, &["limit", "cursor"])?;
        Ok(Self {
            limit: query.limit()?,
            cursor: query.cursor()?,
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RunsQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = Query::of(parts, &["failed", "limit", "cursor"])?;
        Ok(Self {
            failed: query.flag("failed")?,
            limit: query.limit()?,
            cursor: query.cursor()?,
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AbiQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let abi = Query::of(parts, &["abi"])?.text("abi").map(str::to_owned);
        match &abi {
            Some(text) if !is_abi(text) => Err(Problem::invalid(
                "abi",
                "An ABI is 1 to 40 letters, digits, _ and -, such as arm64-v8a.",
            )),
            _ => Ok(Self { abi }),
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

    fn flag(&self, name: &str) -> Result<bool, Problem> {
        match self.text(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Problem::invalid(name, "This is true or false.")),
        }
    }

    fn limit(&self) -> Result<Limit, Problem> {
        let Some(text) = self.text("limit") else {
            return Ok(Limit::default());
        };
        let invalid = || {
            Problem::invalid(
                "limit",
                "A page holds 1 to 100 items: give a number in between.",
            )
        };
        let number = i64::from_str(text).map_err(|_| invalid())?;
        Limit::try_from(number).map_err(|_| invalid())
    }

    pub(crate) fn cursor(&self) -> Result<Option<Cursor>, Problem> {
        let parse = |text: &str| {
            text.parse().map_err(|_| {
                Problem::invalid(
                    "cursor",
                    "This is not a cursor of this portal: leave it out to start at the newest, or take `next` of the page before.",
                )
            })
        };
        self.text("cursor").map(parse).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_without_a_name_is_told_so() {
        let request = axum::http::Request::get("/x?=1").body(()).unwrap();
        let refused = Query::of(&request.into_parts().0, &["abi"]).err().unwrap();
        assert_eq!(
            refused.body.detail,
            "There is no parameter without a name; there are: abi."
        );
    }
}
