//! How webhooks are signed.

/// How a system proves that it knows the secret of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureScheme {
    /// By the HMAC-SHA256 of the body: hexadecimal digits behind a prefix.
    HexHmacSha256 {
        header: &'static str,
        prefix: &'static str,
    },
}
