//! A presigned request to AWS's Security Token Service, looked at closely before it is sent: it must ask nothing but who
//! signed it, and go nowhere but there.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use domain::Timestamp;
use jiff::{SignedDuration, civil::DateTime, tz::TimeZone};
use url::{Position, Url};

use super::{AwsError, PREFIX};

/// The most bytes of a token. A session's own token makes up most of them.
const LIMIT: usize = 8 << 10;

/// The longest that such a request is good, in seconds: what AWS itself allows, whatever the request says.
const LONGEST: i64 = 900;

/// How far the caller's clock may be ahead of ours.
const LEEWAY: SignedDuration = SignedDuration::from_mins(1);

/// What the query says, besides [`SESSION`], each once.
const PARAMETERS: [&str; 8] = [
    "Action",
    "Version",
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
];

/// The parameter of credentials that are not for ever.
const SESSION: &str = "X-Amz-Security-Token";

/// A request that may be sent.
#[derive(Debug)]
pub(super) struct Presigned {
    pub(super) url: Url,
    pub(super) until: Timestamp,
    from: Timestamp,
}

impl Presigned {
    /// Reads a token. `endpoint` is where the service listens, when it is not AWS's own.
    pub(super) fn read(token: &str, endpoint: Option<&Url>) -> Result<Self, AwsError> {
        let shape = AwsError::Shape;
        if token.len() > LIMIT {
            return Err(shape("it is too long"));
        }
        let encoded = token.strip_prefix(PREFIX).ok_or(shape("its prefix"))?;
        let bytes = BASE64.decode(encoded).map_err(|_| shape("its encoding"))?;
        let text = String::from_utf8(bytes).map_err(|_| shape("its encoding"))?;
        let url = Url::parse(&text).map_err(|_| shape("its address"))?;
        if !is_service(&url, endpoint) {
            return Err(shape("it goes elsewhere"));
        }
        let query = query(&url).ok_or(shape("its parameters"))?;
        let is = |name: &str, value: &str| query.get(name).is_some_and(|found| found == value);
        if !is("Action", "GetCallerIdentity") || !is("Version", "2011-06-15") {
            return Err(shape("it asks something else"));
        }
        if !is("X-Amz-Algorithm", "AWS4-HMAC-SHA256") {
            return Err(shape("its algorithm"));
        }
        if !is("X-Amz-SignedHeaders", "host;x-towpath-portal") {
            return Err(shape(
                "its signature does not cover exactly host and x-towpath-portal",
            ));
        }
        let date = query.get("X-Amz-Date").map_or("", String::as_str);
        if !is_scope(&query["X-Amz-Credential"], date) {
            return Err(shape("its credential's scope"));
        }
        let from = time(date).ok_or(shape("its date"))?;
        let expires = query["X-Amz-Expires"].parse().ok();
        let expires = expires.filter(|seconds| (1..=LONGEST).contains(seconds));
        let lasts =
            SignedDuration::from_secs(expires.ok_or(shape("it lasts longer than 15 minutes"))?);
        let until = from.checked_add(lasts).map_err(|_| shape("its date"))?;
        Ok(Self { url, until, from })
    }

    /// Whether it is good now.
    pub(super) fn holds(&self, now: Timestamp) -> bool {
        now < self.until && self.from.duration_since(now) <= LEEWAY
    }
}

/// Whether a request goes to the service itself, by the protected way.
fn is_service(url: &Url, endpoint: Option<&Url>) -> bool {
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let at_home = match endpoint {
        Some(endpoint) => url.origin() == endpoint.origin(),
        None => {
            url.scheme() == "https" && url.port().is_none() && url.host_str().is_some_and(is_aws)
        }
    };
    plain && at_home && url.path() == "/"
}

/// `sts.amazonaws.com`, or a region's: `sts.eu-west-1.amazonaws.com`, `sts.cn-north-1.amazonaws.com.cn`.
fn is_aws(host: &str) -> bool {
    let Some(region) = host.strip_prefix("sts.") else {
        return false;
    };
    let china = region.strip_suffix(".amazonaws.com.cn");
    match china.or_else(|| region.strip_suffix(".amazonaws.com")) {
        Some(region) => domain::catalog::is_region(region),
        None => host == "sts.amazonaws.com",
    }
}

/// The parameters, if each is there once and there is no other.
fn query(url: &Url) -> Option<BTreeMap<String, String>> {
    let mut query = BTreeMap::new();
    for (name, value) in url.query_pairs() {
        let known = PARAMETERS.contains(&&*name) || name == SESSION;
        if !known
            || query
                .insert(name.into_owned(), value.into_owned())
                .is_some()
        {
            return None;
        }
    }
    // The query is what is between the marks, so that none of it was hidden from the loop above.
    let whole = url[Position::AfterPath..].len() > 1;
    let all = PARAMETERS.iter().all(|name| query.contains_key(*name));
    (whole && all).then_some(query)
}

/// `<access key>/<day>/<region>/sts/aws4_request`, of the day that it was signed.
fn is_scope(credential: &str, date: &str) -> bool {
    let parts: Vec<&str> = credential.split('/').collect();
    let [key, day, region, "sts", "aws4_request"] = parts[..] else {
        return false;
    };
    let plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    plain(key) && plain(region) && date.get(..8) == Some(day)
}

/// `20261121T093000Z`
fn time(date: &str) -> Option<Timestamp> {
    let time = DateTime::strptime("%Y%m%dT%H%M%SZ", date).ok()?;
    let zoned = time.to_zoned(TimeZone::UTC).ok()?;
    Some(zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15\
        &X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=ASIAEXAMPLE%2F20261121%2Feu-west-1%2Fsts%2Faws4_request\
        &X-Amz-Date=20261121T093000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host%3Bx-towpath-portal\
        &X-Amz-Security-Token=a%2Fb%2Bc&X-Amz-Signature=0a1b2c";

    fn read(url: &str) -> Result<Presigned, AwsError> {
        Presigned::read(&format!("{PREFIX}{}", BASE64.encode(url)), None)
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_good_request_is_good_for_a_quarter_of_an_hour() {
        let good = read(GOOD).unwrap();
        assert!(good.holds(at("2026-11-21T09:30:00Z")));
        assert!(good.holds(at("2026-11-21T09:29:00Z")));
        assert!(!good.holds(at("2026-11-21T09:28:59Z")));
        assert!(good.holds(at("2026-11-21T09:44:59Z")));
        assert!(!good.holds(at("2026-11-21T09:45:00Z")));
        assert_eq!(good.url.as_str(), GOOD);
    }

    #[test]
    fn credentials_without_a_session_have_no_token_and_there_are_other_hosts() {
        read(&GOOD.replace("&X-Amz-Security-Token=a%2Fb%2Bc", "")).unwrap();
        for host in [
            "sts.amazonaws.com",
            "sts.us-gov-west-1.amazonaws.com",
            "sts.cn-north-1.amazonaws.com.cn",
        ] {
            read(&GOOD.replace("sts.eu-west-1.amazonaws.com", host)).unwrap();
        }
    }

    #[test]
    fn whatever_goes_elsewhere_or_asks_something_else_is_refused() {
        for (part, by) in [
            ("https:", "http:"),
            (
                "sts.eu-west-1.amazonaws.com",
                "sts.eu-west-1.amazonaws.com.example.com",
            ),
            (
                "sts.eu-west-1.amazonaws.com",
                "sts.amazonaws.com.cn.example",
            ),
            ("sts.eu-west-1.amazonaws.com", "example.com"),
            ("sts.eu-west-1.amazonaws.com", "169.254.169.254"),
            ("sts.eu-west-1.amazonaws.com", "s3.eu-west-1.amazonaws.com"),
            (
                "sts.eu-west-1.amazonaws.com",
                "sts.evil.bucket.amazonaws.com",
            ),
            (
                "sts.eu-west-1.amazonaws.com",
                "sts.eu-west-1.amazonaws.com:8443",
            ),
            (
                "sts.eu-west-1.amazonaws.com",
                "sts.eu-west-1.amazonaws.com@example.com",
            ),
            (
                "sts.eu-west-1.amazonaws.com",
                "user@sts.eu-west-1.amazonaws.com",
            ),
            (".com/?", ".com/other?"),
            ("GetCallerIdentity", "AssumeRole"),
            ("2011-06-15", "2010-05-08"),
            ("Action=", "action="),
            ("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
            ("host%3Bx-towpath-portal", "host"),
            (
                "host%3Bx-towpath-portal",
                "host%3Bx-other%3Bx-towpath-portal",
            ),
            ("X-Amz-Expires=900", "X-Amz-Expires=901"),
            ("X-Amz-Expires=900", "X-Amz-Expires=0"),
            ("X-Amz-Expires=900", "X-Amz-Expires=-1"),
            ("X-Amz-Expires=900", "X-Amz-Expires=x"),
            ("20261121T093000Z", "20261121"),
            ("20261121T093000Z", "20261122T093000Z"),
            ("%2Fsts%2F", "%2Fs3%2F"),
            ("&X-Amz-Signature=0a1b2c", ""),
            (
                "&X-Amz-Signature=0a1b2c",
                "&X-Amz-Signature=0a1b2c&X-Amz-Signature=1",
            ),
            (
                "&X-Amz-Signature=0a1b2c",
                "&X-Amz-Signature=0a1b2c&Action=AssumeRole",
            ),
            (
                "&X-Amz-Signature=0a1b2c",
                "&X-Amz-Signature=0a1b2c&RoleArn=a",
            ),
            ("&X-Amz-Signature=0a1b2c", "&X-Amz-Signature=0a1b2c#part"),
        ] {
            let url = GOOD.replacen(part, by, 1);
            assert_ne!(url, GOOD, "{part}");
            assert!(matches!(read(&url), Err(AwsError::Shape(_))), "{url}");
        }
        for token in [
            "",
            PREFIX,
            "towpath-aws-v1.*",
            &format!("{PREFIX}{}", "A".repeat(9000)),
        ] {
            assert!(matches!(
                Presigned::read(token, None),
                Err(AwsError::Shape(_))
            ));
        }
    }

    #[test]
    fn an_emulator_is_asked_in_place_of_aws_and_not_besides() {
        let endpoint = Url::parse("http://127.0.0.1:4566").unwrap();
        let token = |url: &str| format!("{PREFIX}{}", BASE64.encode(url));
        let there = GOOD.replace(
            "https://sts.eu-west-1.amazonaws.com",
            "http://127.0.0.1:4566",
        );
        assert!(Presigned::read(&token(&there), Some(&endpoint)).is_ok());
        assert!(Presigned::read(&token(GOOD), Some(&endpoint)).is_err());
        let beside = there.replace("4566", "4567");
        assert!(Presigned::read(&token(&beside), Some(&endpoint)).is_err());
    }
}
