//! Requests as an HTTP API of API Gateway hands them over.
//!
//! `lambda_http` builds a URI of a request's scheme, host, path and query, and panics where these do not make one, before any
//! middleware could answer. So they are put in order first.

use axum::{
    Router,
    http::{HeaderName, header::HOST, uri::Authority},
};
use lambda_http::{
    Adapter, aws_lambda_events::apigw::ApiGatewayV2httpRequest, request::LambdaRequest,
    tower::ServiceBuilder,
};
use lambda_runtime::{Error, LambdaEvent};
use url::Url;

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

pub async fn serve(router: Router) -> Result<(), Error> {
    let service = ServiceBuilder::new()
        .map_request(|LambdaEvent { payload, context }| {
            LambdaEvent::new(in_order(payload), context)
        })
        .service(Adapter::from(router));
    lambda_runtime::run(service).await
}

fn in_order(request: LambdaRequest) -> LambdaRequest {
    match request {
        LambdaRequest::ApiGatewayV2(request) => LambdaRequest::ApiGatewayV2(with_a_uri(request)),
        other => other,
    }
}

/// The same request, with a query that a URI can have, and without a host or scheme that it cannot: then the HTTP API's own
/// name and `https` count.
fn with_a_uri(mut request: ApiGatewayV2httpRequest) -> ApiGatewayV2httpRequest {
    request.raw_query_string = request.raw_query_string.map(|query| escaped(&query));
    let header = |name| {
        let value = request.headers.get(name)?;
        Some(value.to_str().unwrap_or_default().to_owned())
    };
    let host = header(&HOST).is_none_or(|host| is_host(&host));
    let scheme =
        header(&FORWARDED_PROTO).is_none_or(|scheme| scheme == "https" || scheme == "http");
    if !host {
        request.headers.remove(HOST);
    }
    if !scheme {
        request.headers.remove(FORWARDED_PROTO);
    }
    request
}

/// A query whose characters are those of a URI, the others percent-encoded.
fn escaped(query: &str) -> String {
    let Ok(mut url) = Url::parse("https://host/") else {
        return String::new();
    };
    url.set_query(Some(query));
    url.query().unwrap_or_default().to_owned()
}

/// Whether a text is a host, perhaps with a port, and nothing that would move the path.
fn is_host(text: &str) -> bool {
    let authority: Result<Authority, _> = text.parse();
    let alone = authority.is_ok_and(|authority| !authority.as_str().contains('@'));
    alone && Url::parse(&format!("https://{text}/")).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_keeps_what_a_uri_can_have_and_loses_nothing() {
        assert_eq!(escaped("a=1&b=%22c%22+d"), "a=1&b=%22c%22+d");
        assert_eq!(
            escaped("a=\"<b> c\"#d\u{7f}é"),
            "a=%22%3Cb%3E%20c%22%23d%7F%C3%A9"
        );
    }

    #[test]
    fn a_host_moves_no_path() {
        for host in ["releases.example.com", "127.0.0.1:8080", "[::1]:80"] {
            assert!(is_host(host), "{host}");
        }
        for none in [
            "", "a b", "\"", "a/b", "a?b", "a#b", "you@a", "a:b", ":", "[", "a:99999",
        ] {
            assert!(!is_host(none), "{none}");
        }
    }
}
