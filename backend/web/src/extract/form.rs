//! Forms of pages: read, answered with a redirect, or given back with what is wrong and what was typed.

use axum::{
    extract::{FromRequest, Request},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use frontend::form::{Returned, Trouble};
use portal::Error;
use url::form_urlencoded;

use crate::{extract::body, headers::is_media_type, problem::Problem};

/// What forms say that they are.
pub(crate) const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// The most bytes of a form: a few fields of a thousand characters.
const LIMIT: usize = 64 << 10;

/// Marks a request whose form is to be shown and not carried out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unsent {
    /// Whether a field was left out.
    pub(crate) partly: bool,
}

/// What a form sent, field by field.
pub(crate) struct Form {
    pub(crate) fields: Vec<(String, String)>,
    unsent: Option<Unsent>,
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !is_media_type(request.headers(), MEDIA_TYPE) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "This address takes the form of its page; programs use /api/v1.",
            ));
        }
        let unsent = request.extensions().get::<Unsent>().copied();
        let bytes = body::read(request, "A form", LIMIT).await?;
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
    pub(crate) fn of<const N: usize>(fields: [(&str, String); N]) -> Self {
        Self {
            fields: fields
                .map(|(name, value)| (name.to_owned(), value))
                .to_vec(),
            unsent: None,
        }
    }

    /// Carries out what the form asks for, unless it is only to be shown again.
    pub(crate) async fn send<T>(
        &self,
        what: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        match self.unsent {
            None => Box::pin(what).await,
            Some(Unsent { partly }) => Err(Error::Unsent { partly }),
        }
    }

    /// A field; empty if it was not sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        let mut fields = self.fields.iter();
        let found = fields.find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// A field, unless it was left empty.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        Some(self.text(name).trim()).filter(|text| !text.is_empty())
    }

    /// All values of a field that may have several.
    pub(crate) fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        let fields = self.fields.iter();
        fields
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// A field that names something.
    pub(crate) fn name<T: std::str::FromStr<Err: std::fmt::Display>>(
        &self,
        name: &str,
    ) -> Result<T, Problem> {
        let wrong = |error: T::Err| Problem::invalid(name, format!("This names nothing: {error}."));
        self.text(name).parse().map_err(wrong)
    }

    /// The form with what is wrong, and the status to give it back with. What is no matter of the form stays a problem:
    /// something that there is not, or that the caller may not do whatever the form says, or a failure of ours, whose page
    /// holds nothing of the caller.
    pub(crate) fn back(self, form: &'static str, error: Error) -> Result<Back, Problem> {
        let stays = matches!(error, Error::NotFound { .. } | Error::Forbidden { .. });
        let problem = Problem::from(error);
        let status = problem.status();
        if stays || status.is_server_error() {
            return Err(problem);
        }
        let troubles = if problem.body.refusals.is_empty() {
            vec![Trouble {
                field: problem.body.field,
                what: problem.body.detail,
                remedy: None,
            }]
        } else {
            problem.body.refusals.iter().map(Trouble::from).collect()
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
pub(crate) struct Back {
    pub(crate) status: StatusCode,
    pub(crate) returned: Returned,
}

/// Where to after a form was carried out, so that loading the page again sends nothing again.
pub(crate) fn done(address: &str) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Redirect::to(address)).into_response()
}
