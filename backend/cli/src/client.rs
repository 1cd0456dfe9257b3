//! The portal's API, as this program uses it.

pub(crate) mod bearer;
pub(crate) mod http;

use ::http::{HeaderValue, Method, StatusCode, header::AUTHORIZATION};
use api::Problem;
use http_client::Answer;
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::OnceCell;
use url::{Url, form_urlencoded};

use self::{
    bearer::Bearer,
    http::{Content, Http, HttpError},
};
use crate::{
    auth::{self, Auth},
    failure::Failure,
};

/// A portal somewhere.
pub(crate) struct Api {
    pub(crate) http: Http,
    base: Url,
    token: Option<Bearer>,
    auth: Option<Auth>,
    /// What proves to the portal who asks, once it was needed.
    bearer: OnceCell<Option<HeaderValue>>,
}

/// What stands behind the question mark.
pub(crate) type Query = Vec<(&'static str, String)>;

impl Api {
    /// The portal at that address, which alone is shown the token, or what this job's platform says of it.
    pub(crate) fn new(
        base: &Url,
        auth: Option<Auth>,
        token: Option<Bearer>,
    ) -> Result<Self, Failure> {
        let token = token.filter(|_| auth.is_none());
        if token.is_some() {
            Bearer::may_go_to(base)?;
        }
        Ok(Self {
            http: Http::new(),
            base: base.clone(),
            token,
            auth,
            bearer: OnceCell::new(),
        })
    }

    /// The address of a page or of a part of the API.
    pub(crate) fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base.as_str().trim_end_matches('/'))
    }

    /// Asks, for an answer in JSON.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &Query,
    ) -> Result<T, Failure> {
        let answer = self.ask(path, query).await?;
        self.json(answer).await
    }

    /// Asks.
    pub(crate) async fn ask(&self, path: &str, query: &Query) -> Result<Answer, Failure> {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(query)
            .finish();
        let mark = if query.is_empty() { "" } else { "?" };
        self.send(Method::GET, &format!("{path}{mark}{query}"), Content::None)
            .await
    }

    /// Tells, for an answer in JSON.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Failure> {
        let answer = self.tell(path, body).await?;
        self.json(answer).await
    }

    /// Tells.
    pub(crate) async fn tell(&self, path: &str, body: &impl Serialize) -> Result<Answer, Failure> {
        let body = serde_json::to_string(body).map_err(|error| Failure::failed(&error))?;
        self.send(Method::POST, path, Content::Json(body)).await
    }

    /// The answer's content as text.
    pub(crate) async fn text(&self, answer: Answer) -> Result<String, Failure> {
        let bytes = self
            .http
            .read(answer)
            .await
            .map_err(|error| broken(&error))?;
        String::from_utf8(bytes.into()).map_err(|_| self.no_portal())
    }

    /// The answer's content.
    pub(crate) async fn json<T: DeserializeOwned>(&self, answer: Answer) -> Result<T, Failure> {
        let bytes = self
            .http
            .read(answer)
            .await
            .map_err(|error| broken(&error))?;
        serde_json::from_slice(&bytes).map_err(|_| self.no_portal())
    }

    async fn send(&self, method: Method, path: &str, content: Content) -> Result<Answer, Failure> {
        let bearer = if let Some(token) = &self.token {
            Some(token.header())
        } else {
            let bearer = || auth::bearer(self.auth, &self.base, &self.http);
            self.bearer.get_or_try_init(bearer).await?.clone()
        };
        let headers: Vec<_> = bearer
            .map(|value| (AUTHORIZATION, value))
            .into_iter()
            .collect();
        let address = self.address(path);
        let sent = self
            .http
            .send_with(method, &address, &headers, content)
            .await;
        let answer = sent.map_err(|error| self.unreachable(&error))?;
        let status = answer.status();
        if http::is_well(status) {
            return Ok(answer);
        }
        let bytes = self
            .http
            .read(answer)
            .await
            .map_err(|error| broken(&error))?;
        match serde_json::from_slice::<Problem>(&bytes) {
            Ok(_) if status == StatusCode::UNAUTHORIZED && headers.is_empty() => {
                Err(self.signed_out())
            }
            Ok(problem) => Err(Failure::of(problem)),
            Err(_) => Err(self.no_portal()),
        }
    }

    fn unreachable(&self, error: &HttpError) -> Failure {
        Failure::Unreachable(format!(
            "cannot reach the portal at {}: {error}. Start one with `towpath serve`, or say where it is with --url or TOWPATH_URL",
            self.base,
        ))
    }

    /// Anyone who is not known here is told what to show.
    fn signed_out(&self) -> Failure {
        let tokens = self.address("/settings/tokens");
        let token = format!(
            "make a token at {tokens}, and give it in {} or with --token-file",
            bearer::VARIABLE
        );
        let hint = auth::hint().map_or(token, str::to_owned);
        Failure::Refused(format!(
            "the portal at {} does not know you: {hint}",
            self.base
        ))
    }

    fn no_portal(&self) -> Failure {
        Failure::Unreachable(format!(
            "what answers at {} is not a Towpath portal. Say where it is with --url or TOWPATH_URL",
            self.base
        ))
    }
}

/// The connection ended inside an answer.
fn broken(error: &HttpError) -> Failure {
    Failure::Failed(format!("the answer broke off: {error}. Try again"))
}
