//! Where hosts are.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    task::{Context, Poll},
    vec,
};

use futures::{FutureExt as _, future::BoxFuture};
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use tower::Service;

/// Whether a name is this machine's, whatever a name server says of it (RFC 6761, section 6.3).
pub(crate) fn is_local(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// Finds hosts: its own names on this machine, and all others as the system does.
#[derive(Clone)]
pub(crate) struct Names(GaiResolver);

impl Names {
    pub(crate) fn new() -> Self {
        Self(GaiResolver::new())
    }
}

impl Service<Name> for Names {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<Self::Response>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Service::<Name>::poll_ready(&mut self.0, context)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        if is_local(name.as_str()) {
            let own = [
                SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
                SocketAddr::from((Ipv6Addr::LOCALHOST, 0)),
            ];
            return async move { Ok(Vec::from(own).into_iter()) }.boxed();
        }
        let found = self.0.call(name);
        async move { Ok(found.await?.collect::<Vec<_>>().into_iter()) }.boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn names_of_this_machine_are_on_it_without_asking() {
        for name in ["localhost", "towpath.localhost", "A.B.Localhost."] {
            assert!(is_local(name), "{name}");
            let found = Names::new().call(name.parse().unwrap()).await;
            assert!(found.unwrap().all(|address| address.ip().is_loopback()));
        }
        for name in ["localhost.example.com", "notlocalhost", "example.com", ""] {
            assert!(!is_local(name), "{name}");
        }
    }
}
