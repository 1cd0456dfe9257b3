//! GitHub Actions: a job that may (`id-token: write`) asks its runner's service for a token, for one audience.

use ::http::{HeaderValue, Method, header};
use serde::Deserialize;
use url::Url;

use super::{audience, is_here, variable};
use crate::{
    client::http::{Content, Http},
    failure::Failure,
};

#[derive(Deserialize)]
struct Answer {
    value: String,
}

/// The token, if this is such a job.
pub(super) async fn token(portal: &Url, client: &Http) -> Result<Option<String>, Failure> {
    let url = variable("ACTIONS_ID_TOKEN_REQUEST_URL");
    let Some((url, secret)) = url.zip(variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN")) else {
        return Ok(None);
    };
    let mut url = Url::parse(&url).map_err(|_| none("its address is none"))?;
    if url.scheme() != "https" && !is_here(&url) {
        return Err(none("its address is not https"));
    }
    url.query_pairs_mut()
        .append_pair("audience", &audience(portal));
    let secret = HeaderValue::from_str(&format!("Bearer {secret}"));
    let mut secret = secret.map_err(|_| none("ACTIONS_ID_TOKEN_REQUEST_TOKEN is no token"))?;
    secret.set_sensitive(true);
    let headers = [(header::AUTHORIZATION, secret)];
    let answer = client.send_with(Method::GET, url.as_str(), &headers, Content::None);
    let answer = answer.await.map_err(|error| none(&error.to_string()))?;
    if !answer.status().is_success() {
        return Err(none(&format!("it answers with status {}", answer.status())));
    }
    let bytes = client.read(answer).await;
    let bytes = bytes.map_err(|error| none(&error.to_string()))?;
    let answer: Result<Answer, _> = serde_json::from_slice(&bytes);
    let answer = answer.map_err(|_| none("its answer holds no token"))?;
    Ok(Some(answer.value))
}

fn none(why: &str) -> Failure {
    Failure::Failed(format!("GitHub gives this job no token: {why}. Try again"))
}
