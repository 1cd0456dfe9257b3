//! Addresses that middleware treats apart.

/// Where a form is shown again that came in after its session had ended. It lies below `/sign-in`, so that no app can have the
/// address.
pub(crate) const RESUME: &str = "/sign-in/resume";

/// Addresses that ask nobody who they are: whether a session has ended makes no difference there.
pub(crate) const WITHOUT_SESSION: [&str; 6] = [
    "/assets/",
    "/healthz",
    "/sign-in",
    "/sign-in/callback",
    "/sign-out",
    "/signed-out",
];

/// Addresses that ask nobody who they are. Anyone who wants to sign in is not stopped by a header that a proxy adds.
pub(crate) const WITHOUT_BEARER: [&str; 6] = [
    "/sign-in",
    "/sign-in/callback",
    "/sign-out",
    "/signed-out",
    "/healthz",
    "/api/openapi.json",
];
