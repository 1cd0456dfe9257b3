//! Which failures last until somebody changes something, and which pass.

use std::net::TcpListener;

use aws_credential_types::provider::{
    ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future,
};
use aws_smithy_types::error::ErrorMetadata;
use store::Error;

use crate::place::{objects_at, start};

#[tokio::test]
async fn a_bucket_that_is_not_there_is_refused_and_that_lasts() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), Vec::new()).await;
    let objects = objects_at(&server.endpoint()).await;
    let nowhere = objects.in_bucket("no-such-bucket");
    let written = nowhere.put("key", "bytes", "text/plain").await;
    let copied = nowhere.put_if_absent("key", "bytes", "text/plain").await;
    let failures = [
        nowhere.range("key", 0..1).await.unwrap_err(),
        nowhere.list("").await.unwrap_err(),
        nowhere.digest("key").await.unwrap_err(),
        written.unwrap_err(),
        copied.unwrap_err(),
    ];
    for error in failures {
        let refused = matches!(&error, Error::Refused { code, .. } if code == "NoSuchBucket");
        assert!(refused && error.is_lasting(), "{error:?}");
    }
    server.shutdown().await;
}

#[tokio::test]
async fn what_is_not_there_to_answer_may_come_back() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let objects = objects_at(&endpoint).await;
    let error = objects.list("").await.unwrap_err();
    let unavailable = matches!(error, Error::Unavailable { .. });
    assert!(unavailable && !error.is_lasting(), "{error:?}");
}

/// What a role gives that may not be taken on, or that nobody could be asked about.
#[derive(Debug)]
struct NoRole(Option<&'static str>);

impl ProvideCredentials for NoRole {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err(match self.0 {
            Some(code) => CredentialsError::provider_error(
                ErrorMetadata::builder().code(code).message("no").build(),
            ),
            None => CredentialsError::provider_error("the connection broke"),
        }))
    }
}

#[tokio::test]
async fn a_role_that_may_not_be_taken_on_denies_and_one_that_could_not_be_asked_for_passes() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), Vec::new()).await;
    let objects = objects_at(&server.endpoint()).await;
    let with = |code| {
        let credentials = SharedCredentialsProvider::new(NoRole(code));
        objects.elsewhere("releases", None, Some(credentials))
    };
    let denied = with(Some("AccessDenied")).list("").await.unwrap_err();
    assert!(matches!(denied, Error::Denied { .. }), "{denied:?}");
    assert!(denied.is_lasting());
    let passing = with(None).list("").await.unwrap_err();
    assert!(matches!(passing, Error::Unavailable { .. }), "{passing:?}");
    server.shutdown().await;
}
