//! Signs what the simulator sends, as AWS's services sign: an emulator that checks who calls lets it in.

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningError, SigningSettings, sign},
    sign::v4::{SigningParams, signing_params::BuildError},
};
use jiff::Timestamp;

use crate::options::Options;

/// Why a request was not signed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The signature's parameters do not fit together.
    #[error("cannot set up a signature")]
    Parameters(#[from] BuildError),
    /// The request has something that cannot be signed.
    #[error("cannot sign the request")]
    Request(#[from] SigningError),
}

/// A `POST` to a service of AWS.
pub(crate) struct Post<'a> {
    /// The service's name in signatures: `lambda`.
    pub(crate) service: &'a str,
    pub(crate) url: &'a str,
    pub(crate) headers: &'a [(&'a str, &'a str)],
    pub(crate) body: String,
}

/// A request with its headers, the signature's among them.
pub(crate) fn sign_post(
    http: &reqwest::Client,
    options: &Options,
    post: Post<'_>,
    now: Timestamp,
) -> Result<reqwest::RequestBuilder, Error> {
    let Post {
        service,
        url,
        headers,
        body,
    } = post;
    let keys = &options.credentials;
    let identity = Credentials::new(
        &keys.access_key_id,
        &keys.secret_access_key,
        Some(keys.session_token.clone()).filter(|token| !token.is_empty()),
        None,
        "simulator",
    )
    .into();
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region(&options.region)
        .name(service)
        .time(now.into())
        .settings(SigningSettings::default())
        .build()?
        .into();
    let signable = SignableRequest::new(
        "POST",
        url,
        headers.iter().copied(),
        SignableBody::Bytes(body.as_bytes()),
    )?;
    let (instructions, _) = sign(signable, &parameters)?.into_parts();
    let mut request = http.post(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    for (name, value) in instructions.headers() {
        request = request.header(name, value);
    }
    Ok(request.body(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_carries_who_sends_it_and_for_which_service() {
        let request = sign_post(
            &reqwest::Client::new(),
            &Options::default(),
            Post {
                service: "events",
                url: "http://127.0.0.1:1/",
                headers: &[("x-amz-target", "AWSEvents.PutEvents")],
                body: "{}".to_owned(),
            },
            Timestamp::UNIX_EPOCH,
        )
        .unwrap()
        .build()
        .unwrap();
        let header = |name: &str| request.headers()[name].to_str().unwrap().to_owned();
        assert!(
            header("authorization").contains("Credential=simulator/19700101/eu-west-1/events/")
        );
        assert!(header("authorization").contains("x-amz-target"));
        assert_eq!(header("x-amz-date"), "19700101T000000Z");
        assert_eq!(header("x-amz-security-token"), "simulator");
        assert_eq!(header("x-amz-target"), "AWSEvents.PutEvents");
    }

    #[test]
    fn credentials_without_a_session_send_no_token() {
        let mut options = Options::default();
        options.credentials.session_token.clear();
        let request = sign_post(
            &reqwest::Client::new(),
            &options,
            Post {
                service: "lambda",
                url: "http://127.0.0.1:1/2015-03-31/functions/action/invocations",
                headers: &[],
                body: String::new(),
            },
            Timestamp::UNIX_EPOCH,
        );
        let request = request.unwrap().build().unwrap();
        assert!(!request.headers().contains_key("x-amz-security-token"));
        assert!(request.headers().contains_key("authorization"));
    }
}
