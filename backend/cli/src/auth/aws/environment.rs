//! Credentials where CI jobs have them: variables of the environment, the endpoint of a container (`CodeBuild`, ECS, pods of EKS),
//! or the metadata of an instance (version 2). For this, the SDK alone would be larger than all else of a `towpath` without
//! `serve`.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, header};
use http_client::{Client, PlainHttp, Settings};
use identity::workload::aws::sign::Credentials;
use serde::Deserialize;
use url::{Host, Url};

/// Where a container's credentials are, unless the environment names another address.
const CONTAINER: &str = "http://169.254.170.2";

/// Where an instance's metadata are.
const INSTANCE: &str = "http://169.254.169.254";

/// Where there is no container and no instance, nobody answers. Both speak plain http at addresses of their own.
const SETTINGS: Settings = Settings {
    connect: Duration::from_secs(2),
    answer: Duration::from_secs(2),
    most_bytes: 64 << 10,
    keeps_connections: true,
    plain: PlainHttp::Checked,
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    access_key_id: String,
    secret_access_key: String,
    token: String,
}

/// What `variable` gives, else what the container gives, else what the instance gives.
pub(super) async fn found(variable: impl Fn(&str) -> Option<String>) -> Option<Credentials> {
    let keys = variable("AWS_ACCESS_KEY_ID").zip(variable("AWS_SECRET_ACCESS_KEY"));
    if let Some((id, secret)) = keys {
        let session = variable("AWS_SESSION_TOKEN");
        return Some(Credentials::new(id, secret, session, None, "variables"));
    }
    let client = Client::new(SETTINGS);
    let answer = match container(&variable) {
        Some((url, headers)) => read(&client, Method::GET, &url, &headers).await?,
        None => instance(variable("AWS_EC2_METADATA_SERVICE_ENDPOINT"), &client).await?,
    };
    let answer: Answer = serde_json::from_str(&answer).ok()?;
    let (id, secret) = (answer.access_key_id, answer.secret_access_key);
    Some(Credentials::new(
        id,
        secret,
        Some(answer.token),
        None,
        "role",
    ))
}

/// The address of a container's credentials, and what it asks for.
fn container(
    variable: impl Fn(&str) -> Option<String>,
) -> Option<(String, Vec<(HeaderName, HeaderValue)>)> {
    let relative = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    let url = relative
        .map(|path| format!("{CONTAINER}{path}"))
        .or_else(|| variable("AWS_CONTAINER_CREDENTIALS_FULL_URI").filter(|url| is_near(url)))?;
    let file = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    let token = file.and_then(|file| std::fs::read_to_string(file).ok());
    let token = token.or_else(|| variable("AWS_CONTAINER_AUTHORIZATION_TOKEN"));
    let token = token.and_then(|token| HeaderValue::from_str(token.trim()).ok());
    let headers = token.map(|token| (header::AUTHORIZATION, token));
    Some((url, headers.into_iter().collect()))
}

/// Whether credentials, and the token that asks for them, may travel to an address: over https, to this host, or to the host that
/// a container or a pod is given.
fn is_near(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| match url.host() {
        _ if url.scheme() == "https" => true,
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback() || matches!(ip.octets(), [169, 254, 170, 2 | 23]),
        Some(Host::Ipv6(ip)) => {
            ip.is_loopback() || ip.segments() == [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23]
        }
        None => false,
    })
}

/// The credentials of an instance's role.
async fn instance(endpoint: Option<String>, client: &Client) -> Option<String> {
    let endpoint = endpoint.unwrap_or_else(|| INSTANCE.to_owned());
    let endpoint = endpoint.trim_end_matches('/');
    let lasts = HeaderName::from_static("x-aws-ec2-metadata-token-ttl-seconds");
    let lasts = [(lasts, HeaderValue::from_static("60"))];
    let url = format!("{endpoint}/latest/api/token");
    let token = read(client, Method::PUT, &url, &lasts).await?;
    let token = HeaderValue::from_str(token.trim()).ok()?;
    let headers = [(HeaderName::from_static("x-aws-ec2-metadata-token"), token)];
    let roles = format!("{endpoint}/latest/meta-data/iam/security-credentials/");
    let role = read(client, Method::GET, &roles, &headers).await?;
    let role = role.lines().next()?.trim();
    read(client, Method::GET, &format!("{roles}{role}"), &headers).await
}

async fn read(
    client: &Client,
    method: Method,
    url: &str,
    headers: &[(HeaderName, HeaderValue)],
) -> Option<String> {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let request = request.body(Bytes::new()).ok()?;
    let answer = client.exchange(request).await.ok()?;
    if !answer.status().is_success() {
        return None;
    }
    String::from_utf8(answer.into_body().into()).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use axum::{
        Router,
        http::{HeaderMap, StatusCode},
        routing::{get, put},
    };
    use tokio::net::TcpListener;

    use super::*;

    const ANSWER: &str = r#"{"Code": "Success", "AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "secret", "Token": "session"}"#;

    /// A container's endpoint at `/container` and an instance's metadata; the address.
    async fn metadata() -> String {
        let asks = |headers: &HeaderMap, name: &str, value: &str| {
            headers.get(name).is_some_and(|found| found == value)
        };
        let container = move |headers: HeaderMap| async move {
            if asks(&headers, "authorization", "a pod's token") {
                (StatusCode::OK, ANSWER)
            } else {
                (StatusCode::FORBIDDEN, "")
            }
        };
        let token = move |headers: HeaderMap| async move {
            if asks(&headers, "x-aws-ec2-metadata-token-ttl-seconds", "60") {
                (StatusCode::OK, "an-instance's-token")
            } else {
                (StatusCode::BAD_REQUEST, "")
            }
        };
        let with_token = move |answer: &'static str| {
            move |headers: HeaderMap| async move {
                if asks(&headers, "x-aws-ec2-metadata-token", "an-instance's-token") {
                    (StatusCode::OK, answer)
                } else {
                    (StatusCode::UNAUTHORIZED, "")
                }
            }
        };
        let roles = "/latest/meta-data/iam/security-credentials/";
        let router = Router::new()
            .route("/container", get(container))
            .route("/latest/api/token", put(token))
            .route(roles, get(with_token("wallet-build\n")))
            .route(&format!("{roles}wallet-build"), get(with_token(ANSWER)));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, router).await });
        address
    }

    async fn found_with(set: &[(&str, &str)]) -> Option<(String, Option<String>)> {
        let set: HashMap<&str, &str> = set.iter().copied().collect();
        let variable = |name: &str| set.get(name).map(ToString::to_string);
        let credentials = found(variable).await?;
        let session = credentials.session_token().map(str::to_owned);
        Some((credentials.access_key_id().to_owned(), session))
    }

    #[tokio::test]
    async fn variables_come_first_then_the_container_then_the_instance() {
        let address = metadata().await;
        let container = format!("{address}/container");
        let keys = [
            ("AWS_ACCESS_KEY_ID", "AKIA"),
            ("AWS_SECRET_ACCESS_KEY", "x"),
        ];
        let pod = [
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", container.as_str()),
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "a pod's token\n"),
        ];
        let instance = [("AWS_EC2_METADATA_SERVICE_ENDPOINT", address.as_str())];
        let own = Some(("AKIA".to_owned(), None));
        assert_eq!(
            found_with(&[&keys[..], &pod, &instance].concat()).await,
            own
        );
        let role = Some(("ASIAEXAMPLE".to_owned(), Some("session".to_owned())));
        assert_eq!(found_with(&pod).await, role);
        assert_eq!(found_with(&instance).await, role);
        // Without its token, the container gives nothing, and nobody else is asked.
        assert_eq!(found_with(&[pod[0], instance[0]]).await, None);
    }

    #[test]
    fn a_token_of_a_container_goes_to_hosts_of_containers_alone() {
        for near in [
            "http://127.0.0.1:1338/creds",
            "http://localhost/creds",
            "http://169.254.170.23/v1/credentials",
            "http://[fd00:ec2::23]/v1/credentials",
            "https://credentials.example/creds",
        ] {
            assert!(is_near(near), "{near}");
        }
        for far in [
            "http://credentials.example/creds",
            "http://169.254.169.254/creds",
            "http://[::2]/creds",
            "file:///etc/passwd",
            "creds",
        ] {
            assert!(!is_near(far), "{far}");
        }
    }
}
