//! The client's side of AWS workload identity: a request to the Security Token Service that
//! asks "who am I?", signed and not sent.
//!
//! The signature covers a header that names whom it is meant for, so that it is of no use elsewhere.

use std::time::{Duration, SystemTime};

pub use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{self, SignableBody, SignableRequest, SignatureLocation, SigningSettings},
    sign::v4::SigningParams,
};

/// How long such a request is good: the most that AWS allows.
const LASTS: Duration = Duration::from_mins(15);

/// The header that names whom it is meant for.
pub(super) const MEANT_FOR: &str = "x-towpath-portal";

/// The region whose service is asked where none is configured, by the service's address for all.
const ANY_REGION: &str = "us-east-1";

/// Why nothing is signed.
#[derive(Debug, thiserror::Error)]
#[error("the request to AWS cannot be signed")]
pub struct SignError(#[source] Box<dyn std::error::Error + Send + Sync>);

/// Where the service listens, for whom the request is signed.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The host of the portal that is to believe it, with its port where that is not the usual one.
    pub meant_for: &'a str,
    /// The region whose service is asked; none for the one of all.
    pub region: Option<&'a str>,
    /// Where the service listens, when it is not AWS's own.
    pub endpoint: Option<&'a str>,
}

/// Signs the question. Its address is as good as a password for as long as it lasts.
pub fn sign(
    asked: Asked<'_>,
    credentials: Credentials,
    now: SystemTime,
) -> Result<String, SignError> {
    presigned(asked, credentials, now).map_err(SignError)
}

fn presigned(
    asked: Asked<'_>,
    credentials: Credentials,
    now: SystemTime,
) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(LASTS);
    let identity = credentials.into();
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region(asked.region.unwrap_or(ANY_REGION))
        .name("sts")
        .time(now)
        .settings(settings)
        .build()?
        .into();
    let url = format!(
        "{}/?Action=GetCallerIdentity&Version=2011-06-15",
        service(asked)
    );
    let headers = [(MEANT_FOR, asked.meant_for)];
    let request = SignableRequest::new("GET", &url, headers.into_iter(), SignableBody::Bytes(b""))?;
    let (instructions, _) = http_request::sign(request, &parameters)?.into_parts();
    let mut signed = http::Request::get(&url).body(())?;
    instructions.apply_to_request_http1x(&mut signed);
    Ok(signed.uri().to_string())
}

fn service(asked: Asked<'_>) -> String {
    match (asked.endpoint, asked.region) {
        (Some(endpoint), _) => endpoint.trim_end_matches('/').to_owned(),
        (None, Some(region)) if region.starts_with("cn-") => {
            format!("https://sts.{region}.amazonaws.com.cn")
        }
        (None, Some(region)) => format!("https://sts.{region}.amazonaws.com"),
        (None, None) => "https://sts.amazonaws.com".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(session: Option<&str>) -> Credentials {
        let session = session.map(str::to_owned);
        Credentials::new("AKIDEXAMPLE", "secret", session, None, "tests")
    }

    fn request(region: Option<&str>, endpoint: Option<&str>) -> String {
        let asked = Asked {
            meant_for: "releases.example.com",
            region,
            endpoint,
        };
        let keys = keys(Some("a/session+token"));
        let now = SystemTime::UNIX_EPOCH + Duration::from_hours(500_000);
        sign(asked, keys, now).unwrap()
    }

    #[test]
    fn it_asks_who_signed_it_and_names_whom_it_is_for() {
        let url = request(Some("eu-west-1"), None);
        assert!(url.starts_with(
            "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&"
        ));
        for part in [
            "X-Amz-Algorithm=AWS4-HMAC-SHA256",
            "X-Amz-Credential=AKIDEXAMPLE%2F20270115%2Feu-west-1%2Fsts%2Faws4_request",
            "X-Amz-Date=20270115T080000Z",
            "X-Amz-Expires=900",
            "X-Amz-SignedHeaders=host%3Bx-towpath-portal",
            "X-Amz-Security-Token=a%2Fsession%2Btoken",
            "X-Amz-Signature=",
        ] {
            assert!(url.contains(part), "{part}: {url}");
        }
        assert!(!url.contains("secret"));
    }

    #[test]
    fn the_service_is_that_of_the_region_or_of_all() {
        assert!(request(None, None).starts_with("https://sts.amazonaws.com/?"));
        assert!(
            request(Some("cn-north-1"), None)
                .starts_with("https://sts.cn-north-1.amazonaws.com.cn/?")
        );
        let emulator = request(Some("eu-west-1"), Some("http://127.0.0.1:4566/"));
        assert!(emulator.starts_with("http://127.0.0.1:4566/?Action="));
    }

    #[test]
    fn another_portal_is_another_signature() {
        let asked = |meant_for| Asked {
            meant_for,
            region: None,
            endpoint: None,
        };
        let sign = |meant_for| sign(asked(meant_for), keys(None), SystemTime::UNIX_EPOCH).unwrap();
        assert_ne!(sign("a.example"), sign("b.example"));
        assert_eq!(sign("a.example"), sign("a.example"));
    }
}
