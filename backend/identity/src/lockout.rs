//! Who guesses, at what, and for how long they are refused.

use std::net::IpAddr;

use domain::Timestamp;

/// What is guessed at. The table counts each apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guessed {
    /// API tokens.
    Tokens,
    /// Addresses of share links.
    ShareLinks,
    /// Codes of sign-ins, each of which makes the portal ask the issuer.
    SignInCodes,
}

impl Guessed {
    /// The word for several, in the table and in the audit log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Tokens => "tokens",
            Self::ShareLinks => "share links",
            Self::SignInCodes => "sign-in codes",
        }
    }

    /// How many wrong ones an address may show in a window of time. A page of the sign-in that is reloaded shows its code
    /// again, in a whole office too.
    pub const fn most(self) -> u32 {
        match self {
            Self::Tokens | Self::ShareLinks => 10,
            Self::SignInCodes => 60,
        }
    }
}

/// Anyone who guesses, and at what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guesser {
    key: String,
    pub at: Guessed,
    /// From which address.
    pub from: Option<String>,
}

/// There were too many wrong guesses, and until then there is no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many wrong guesses, until {until}")]
pub struct LockedOut {
    /// When the window is over.
    pub until: Timestamp,
}

impl LockedOut {
    /// How long to wait, in whole seconds, one at the least.
    pub fn seconds(self, now: Timestamp) -> i64 {
        (self.until.as_second() - now.as_second()).max(1)
    }
}

impl Guesser {
    /// Anyone who guesses from an address: an IPv6 network counts as one.
    pub fn at_address(at: Guessed, from: Option<&str>) -> Self {
        Self {
            key: format!("{}/{}", at.word(), network(from)),
            at,
            from: from.map(str::to_owned),
        }
    }

    /// What the table knows the guesser by.
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// What an address counts as: itself, or of IPv6 the network of 64 bits, which one subscriber has at least. All whose address
/// is not known count as one.
fn network(from: Option<&str>) -> String {
    match from.and_then(|from| from.parse::<IpAddr>().ok()) {
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Some(IpAddr::V4(address)) => address.to_string(),
        None => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_ipv6_counts_as_one() {
        let one = network(Some("2001:db8:1:2::1"));
        assert_eq!(network(Some("2001:db8:1:2:ffff::9")), one);
        assert_ne!(network(Some("2001:db8:1:3::1")), one);
    }

    #[test]
    fn without_an_address_all_are_one() {
        assert_eq!(network(None), network(Some("")));
        assert_ne!(network(None), network(Some("203.0.113.9")));
    }
}
