//! Forms of pages: read, answered with a redirect, or given back with what is wrong and what was typed.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use frontend::form::{Returned, Trouble};
use url::form_urlencoded;

use super::{caller::text, problem::Problem, unsent::Unsent};
use crate::Error;

/// The most bytes of a form: a few fields of a thousand characters.
const LIMIT: usize = 64 << 10;

/// What a form sent, field by field.
pub(super) struct Form {
    pub(super) fields: Vec<(String, String)>,
    unsent: Option<Unsent>,
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = text(request.headers(), &header::CONTENT_TYPE).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "This address takes the form of its page; programs use /api/v1.",
            ));
        }
        let unsent = request.extensions().get::<Unsent>().copied();
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|_| Problem::invalid("", "The form ended before its time."))?;
        if bytes.len() > LIMIT {
            return Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("A form may have {LIMIT} bytes at the most."),
            ));
        }
        let fields = form_urlencoded::parse(&bytes).into_owned();
        // Browsers send lines of text areas with a carriage return, which nobody typed.
        let fields = fields.map(|(name, value)| (name, value.replace("\r\n", "\n")));
        Ok(Self {
            fields: fields.collect(),
            unsent,
        })
    }
}

impl Form {
    /// What an address said, to be given back like a form.
    pub(super) fn of<const N: usize>(fields: [(&str, String); N]) -> Self {
        Self {
            fields: fields
                .map(|(name, value)| (name.to_owned(), value))
                .to_vec(),
            unsent: None,
        }
    }

    /// Carries out what the form asks for, unless it is only to be shown again.
    pub(super) async fn send<T>(
        &self,
        what: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        match self.unsent {
            None => Box::pin(what).await,
            Some(Unsent { partly }) => Err(Error::Unsent { partly }),
        }
    }

    /// A field; empty if it was not sent.
    pub(super) fn text(&self, name: &str) -> &str {
        let mut fields = self.fields.iter();
        let found = fields.find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// A field, unless it was left empty.
    pub(super) fn filled(&self, name: &str) -> Option<&str> {
        Some(self.text(name).trim()).filter(|text| !text.is_empty())
    }

    /// All values of a field that may have several.
    pub(super) fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        let fields = self.fields.iter();
        fields
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// A field that names something.
    pub(super) fn name<T: std::str::FromStr<Err: std::fmt::Display>>(
        &self,
        name: &str,
    ) -> Result<T, Problem> {
        let wrong = |error: T::Err| Problem::invalid(name, format!("This names nothing: {error}."));
        self.text(name).parse().map_err(wrong)
    }

    /// The form with what is wrong, and the status to give it back with. What is no matter of the form stays a problem:
    /// something that there is not, or that the caller may not do whatever the form says, or a failure of ours, whose page
    /// holds nothing of the caller.
    pub(super) fn back(self, form: &'static str, error: Error) -> Result<Back, Problem> {
        let stays = matches!(error, Error::NotFound { .. } | Error::Forbidden { .. });
        let problem = Problem::from(error);
        let status = problem.status();
        if stays || status.is_server_error() {
            return Err(problem);
        }
        let troubles = if problem.refusals.is_empty() {
            vec![Trouble {
                field: problem.field,
                what: problem.detail,
                remedy: None,
            }]
        } else {
            problem.refusals.iter().map(Trouble::from).collect()
        };
        let returned = Returned {
            form,
            values: self.fields,
            troubles,
        };
        Ok(Back { status, returned })
    }
}

/// A form on its way back.
pub(super) struct Back {
    pub(super) status: StatusCode,
    pub(super) returned: Returned,
}

/// Where to after a form was carried out, so that loading the page again sends nothing again.
pub(super) fn done(address: &str) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Redirect::to(address)).into_response()
}
