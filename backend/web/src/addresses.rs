//! Addresses that middleware treats apart.

/// Where a form is shown again that came in after its session had ended. It lies below `/sign-in`, so that no app can have the
/// address.
pub(crate) const RESUME: &str = "/sign-in/resume";

/// Whether what lies there is the same for everybody, and costs nothing to give.
fn is_static(path: &str) -> bool {
    path == "/healthz" || path.starts_with("/assets/")
}

/// Whether nobody is asked there who they are: an ended session makes no difference, and anyone who wants to sign in is not
/// stopped by a header that a proxy adds.
pub(crate) fn is_anonymous(path: &str) -> bool {
    const SIGN_IN: [&str; 4] = ["/sign-in", "/sign-in/callback", "/sign-out", "/signed-out"];
    is_static(path) || SIGN_IN.contains(&path)
}
