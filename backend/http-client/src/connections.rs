//! Connections, with the certificates that this machine trusts.

use std::time::Duration;

use http::Request;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::{ClientConfig, RootCertStore, crypto::ring};

use crate::{Answer, Error, body::Body, names::Names};

type Inner = Client<HttpsConnector<HttpConnector<Names>>, Body>;

/// Connections to anyone.
#[derive(Clone, Debug)]
pub(crate) enum Connections {
    Trusting(Inner),
    /// Without the system's certificates, plain http still works.
    PlainAlone(Inner),
    None,
}

impl Connections {
    pub(crate) fn new(patience: Duration, kept: bool) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(Names::new());
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(patience));
        let inner = |tls: HttpsConnectorBuilder<_>| {
            let mut builder = Client::builder(TokioExecutor::new());
            if !kept {
                builder.pool_max_idle_per_host(0);
            }
            builder.build(tls.https_or_http().enable_http1().wrap_connector(tcp))
        };
        let tls = HttpsConnectorBuilder::new();
        match tls.with_provider_and_native_roots(ring::default_provider()) {
            Ok(tls) => Self::Trusting(inner(tls)),
            Err(_) => match trusting_none() {
                Ok(tls) => {
                    Self::PlainAlone(inner(HttpsConnectorBuilder::new().with_tls_config(tls)))
                }
                Err(_) => Self::None,
            },
        }
    }

    pub(crate) async fn send(&self, request: Request<Body>, secure: bool) -> Result<Answer, Error> {
        let inner = match self {
            Self::Trusting(inner) => inner,
            Self::PlainAlone(inner) if !secure => inner,
            Self::PlainAlone(_) | Self::None => return Err(Error::Tls),
        };
        let answered = inner.request(request).await;
        answered.map_err(|error| Error::connection(&error))
    }
}

fn trusting_none() -> Result<ClientConfig, rustls::Error> {
    let config = ClientConfig::builder_with_provider(ring::default_provider().into());
    let config = config.with_safe_default_protocol_versions()?;
    Ok(config
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth())
}
