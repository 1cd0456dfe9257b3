//! How this program proves to a deployed portal what it is, where nobody has signed in: by what its own platform gives a job.

mod aws;
mod github;

use clap::ValueEnum;
use http::HeaderValue;
use http_client::is_this_machine;
use url::Url;

use crate::{
    client::{bearer::Bearer, http::Http},
    failure::Failure,
};

/// A variable in which a job brings its token, as GitLab and `CircleCI` give it.
const ID_TOKEN: &str = "TOWPATH_ID_TOKEN";

/// By whom this program proves what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Auth {
    /// AWS: signs with the credentials that the environment gives
    Aws,
    /// GitHub Actions: asks for a token, also for a portal on this machine
    Github,
}

/// What proves it, as the portal's requests carry it. Nothing is asked of a platform for a portal on this machine, which takes
/// everyone for its one user, unless `auth` says so.
pub(crate) async fn bearer(
    auth: Option<Auth>,
    portal: &Url,
    http: &Http,
) -> Result<Option<HeaderValue>, Failure> {
    let token = match auth {
        Some(Auth::Aws) => aws::token(portal).await?,
        Some(Auth::Github) => github::token(portal, http)
            .await?
            .ok_or_else(|| Failure::Refused(hint().unwrap_or(NO_JOB).to_owned()))?,
        None => match variable(ID_TOKEN) {
            Some(token) => token,
            None if is_here(portal) => return Ok(None),
            None => match github::token(portal, http).await? {
                Some(token) => token,
                None => return Ok(None),
            },
        },
    };
    Bearer::may_go_to(portal)?;
    header(&token).map(Some)
}

const NO_JOB: &str = "this is no job of GitHub Actions";

/// A token as a header that no log shows.
fn header(token: &str) -> Result<HeaderValue, Failure> {
    let header = HeaderValue::from_str(&format!("Bearer {}", token.trim()));
    let mut header = header.map_err(|_| {
        Failure::Refused(
            "the token holds characters that no token has: give it as it was given".to_owned(),
        )
    })?;
    header.set_sensitive(true);
    Ok(header)
}

/// What a job can do about having no token.
pub(crate) fn hint() -> Option<&'static str> {
    hint_for(|name| variable(name).is_some())
}

fn hint_for(has: impl Fn(&str) -> bool) -> Option<&'static str> {
    if has("ACT") {
        Some(
            "act runs this workflow on a machine that GitHub does not vouch for, so there is no token: give an API token in TOWPATH_TOKEN, or skip this step with if: ${{ !env.ACT }}",
        )
    } else if has("GITHUB_ACTIONS") {
        Some(
            "this job may not ask GitHub for a token: write permissions: id-token: write into its workflow",
        )
    } else if has("GITLAB_CI") {
        Some(
            "this job has no token: write id_tokens: TOWPATH_ID_TOKEN: aud: with the portal's address into it",
        )
    } else if has("CIRCLECI") {
        Some(
            "this job has no token: put what `circleci run oidc get` prints into TOWPATH_ID_TOKEN, for the portal's address as audience",
        )
    } else if has("CODEBUILD_BUILD_ID") {
        Some("sign with this build's role: --auth aws, or TOWPATH_AUTH=aws")
    } else {
        None
    }
}

/// Whom tokens for that portal are meant for.
fn audience(portal: &Url) -> String {
    portal.origin().ascii_serialization()
}

/// Whether a portal is on this machine.
fn is_here(portal: &Url) -> bool {
    portal.host_str().is_some_and(is_this_machine)
}

/// A variable that is set and not empty.
#[expect(clippy::disallowed_methods, reason = "an edge")]
fn variable(name: &str) -> Option<String> {
    let value = std::env::var(name).ok()?;
    Some(value).filter(|value| !value.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_told_what_to_write_where_it_runs() {
        let told = |set: &[&str]| hint_for(|name| set.contains(&name)).unwrap_or_default();
        assert!(told(&["ACT", "GITHUB_ACTIONS"]).contains("TOWPATH_TOKEN"));
        assert!(told(&["GITHUB_ACTIONS"]).contains("id-token: write"));
        assert!(told(&["GITLAB_CI"]).contains("id_tokens"));
        assert!(told(&["CIRCLECI"]).contains("circleci run oidc get"));
        assert!(told(&["CODEBUILD_BUILD_ID"]).contains("--auth aws"));
        assert_eq!(told(&[]), "");
    }

    #[test]
    fn a_token_is_shown_in_no_log_and_must_be_one() {
        let header = header(" a.b.c\n").unwrap();
        assert_eq!(header.to_str().unwrap(), "Bearer a.b.c");
        assert_eq!(format!("{header:?}"), "Sensitive");
        assert!(super::header("a\nb").is_err());
    }

    #[test]
    fn a_portal_on_this_machine_is_known_by_its_address() {
        let here = |url: &str| is_here(&url.parse().unwrap());
        assert!(
            here("http://127.0.0.1:8080") && here("http://localhost") && here("http://[::1]:1")
        );
        assert!(!here("https://releases.example.com") && !here("http://10.0.0.1"));
        let portal = "https://releases.example.com/".parse().unwrap();
        assert_eq!(audience(&portal), "https://releases.example.com");
    }
}
