//! Where hosts are.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    task::{Context, Poll},
    vec,
};

use futures::{FutureExt as _, future::BoxFuture};
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use tower::Service;

/// Whether a host, as an address has it, is this machine.
pub fn is_this_machine(host: &str) -> bool {
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    match bare.unwrap_or(host).parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => is_local(host),
    }
}

/// Whether a name is this machine's, whatever a name server says of it (RFC 6761, section 6.3).
fn is_local(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// Finds hosts: its own names on this machine, and all others as the system does.
#[derive(Clone, Debug)]
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

    #[test]
    fn this_machine_is_known_by_address_and_by_name() {
        for here in [
            "127.0.0.1",
            "127.8.9.1",
            "[::1]",
            "::1",
            "localhost",
            "a.localhost",
        ] {
            assert!(is_this_machine(here), "{here}");
        }
        for there in [
            "192.168.0.7",
            "169.254.169.254",
            "0.0.0.0",
            "[::2]",
            "[::ffff:127.0.0.1]",
            "127.1",
            "127.0.0.1.example.com",
            "example.com",
            "",
        ] {
            assert!(!is_this_machine(there), "{there}");
        }
    }

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
