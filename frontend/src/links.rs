//! The portal's addresses, in one place: what a page links to, the portal routes.

use domain::{
    digest::Digest,
    id::{AppId, BuildId, EnvironmentId, LinkId, PromotionId, RunId, SessionId, TokenId},
    page::Cursor,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

pub const OVERVIEW: &str = "/";

/// Where people sign in.
pub const SIGN_IN: &str = "/sign-in";

/// Where a form signs people out.
pub const SIGN_OUT: &str = "/sign-out";

/// Who someone is here, and what they may do.
pub const SETTINGS: &str = "/settings";

/// Someone's API tokens.
pub const TOKENS: &str = "/settings/tokens";

/// API tokens: one's own, or everyone's.
pub fn tokens(everyones: bool) -> String {
    let everyones = if everyones { "?everyones=true" } else { "" };
    format!("{TOKENS}{everyones}")
}

/// Where a form revokes a token.
pub fn revoke_token(id: &TokenId) -> String {
    format!("{TOKENS}/{id}/revoke")
}

/// Where someone is signed in.
pub const SESSIONS: &str = "/settings/sessions";

/// What is kept of people.
pub const PRIVACY: &str = "/settings/privacy";

/// Where a form hands out what is kept of a person.
pub const EXPORT_PERSON: &str = "/settings/privacy/export";

/// Where a form erases a person's name.
pub const ERASE_PERSON: &str = "/settings/privacy/erase";

/// Who may do what.
pub const ACCESS: &str = "/settings/access";

/// How the portal is set up.
pub const CONFIGURATION: &str = "/settings/configuration";

/// What someone of a group may do.
pub fn access_of(group: &str) -> String {
    format!("{ACCESS}?groups={}", escape(group))
}

/// Where a form ends all sessions but its own.
pub const END_OTHER_SESSIONS: &str = "/settings/sessions/end-others";

/// Where a form ends all sessions of someone.
pub const END_ALL_SESSIONS: &str = "/settings/sessions/end-all";

/// Where a form ends a session.
pub fn end_session(session: &SessionId) -> String {
    format!("{SESSIONS}/{session}/end")
}

pub fn app(app: &AppId) -> String {
    format!("/{app}")
}

/// What testers see of an app in an environment; the one permanent address to hand out.
pub fn tester(app: &AppId, environment: &EnvironmentId) -> String {
    format!("/{app}/{environment}")
}

/// The newest package of an app in an environment: a redirect to its bytes.
pub fn latest(app: &AppId, environment: &EnvironmentId, abi: Option<&str>) -> String {
    let abi = abi.map_or_else(String::new, |abi| format!("?abi={}", escape(abi)));
    format!("/{app}/{environment}/latest.apk{abi}")
}

/// An app's builds.
pub fn builds(app: &AppId, cursor: Option<&Cursor>) -> String {
    list(&format!("/{app}/builds"), false, cursor)
}

pub fn build(app: &AppId, build: &BuildId) -> String {
    format!("/{app}/builds/{build}")
}

/// A file of a build: a redirect to its bytes.
pub fn file(app: &AppId, build: &BuildId, digest: &Digest) -> String {
    format!("/{app}/builds/{build}/files/{digest}")
}

/// A build's icon.
pub fn icon(app: &AppId, build: &BuildId) -> String {
    format!("/{app}/builds/{build}/icon")
}

/// An app's runs.
pub fn runs(app: &AppId, failed: bool, cursor: Option<&Cursor>) -> String {
    list(&format!("/{app}/runs"), failed, cursor)
}

/// Runs of pipelines that no app claims.
pub fn unassigned(failed: bool, cursor: Option<&Cursor>) -> String {
    list("/unassigned", failed, cursor)
}

/// Pipelines that no app claims.
pub fn unassigned_pipelines(cursor: Option<&Cursor>) -> String {
    list("/unassigned/pipelines", false, cursor)
}

/// The run with all its steps, for programs.
pub fn api_run(run: &RunId) -> String {
    format!("/api/v1/runs/{run}")
}

pub fn run(run: &RunId) -> String {
    format!("/runs/{run}")
}

/// The overview, from its first app on or behind a cursor.
pub fn overview(cursor: Option<&Cursor>) -> String {
    list(OVERVIEW, false, cursor)
}

/// The page on oneself, from the first app on or behind a cursor.
pub fn you(cursor: Option<&Cursor>) -> String {
    list(SETTINGS, false, cursor)
}

/// What someone of some groups may do, from the first app on or behind a cursor.
pub fn access(groups: &[String], cursor: Option<&Cursor>) -> String {
    let groups = groups.join(",");
    let cursor = cursor.map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
    format!("{ACCESS}?groups={}{cursor}", escape(&groups))
}

/// Promotions that are not over, and recent ones.
pub const PROMOTIONS: &str = "/promotions";

/// Holds in force, and the form that makes one.
pub const HOLDS: &str = "/holds";

/// Where a form lifts a hold.
pub const LIFT: &str = "/holds/lift";

/// The audit log.
pub const AUDIT: &str = "/audit";

/// What was found when the audit log was verified.
pub const AUDIT_VERIFY: &str = "/audit/verify";

/// What is between two builds.
pub const COMPARE: &str = "/compare";

pub fn promotion(promotion: &PromotionId) -> String {
    format!("{PROMOTIONS}/{promotion}")
}

/// What a form does with a promotion: `approve`, `reject`, `cancel`, `abandon`.
pub fn answer(promotion: &PromotionId, verb: &str) -> String {
    format!("{PROMOTIONS}/{promotion}/{verb}")
}

/// Recent promotions of one app.
pub fn promotions_of(app: &AppId) -> String {
    format!("{PROMOTIONS}?app={app}")
}

/// What a form does with a build: `promote`, `withdraw`, `restore`.
pub fn action(app: &AppId, build: &BuildId, verb: &str) -> String {
    format!("/{app}/builds/{build}/{verb}")
}

/// Who was given links to a build's files.
pub fn downloads(app: &AppId, build: &BuildId, cursor: Option<&Cursor>) -> String {
    list(&format!("/{app}/builds/{build}/downloads"), false, cursor)
}

/// Going back to an earlier build; the build is chosen there if it is not given.
pub fn rollback(app: &AppId, environment: &EnvironmentId, build: Option<&BuildId>) -> String {
    let build = build.map_or_else(String::new, |build| format!("?build={build}"));
    format!("/{app}/{environment}/rollback{build}")
}

/// What is between two sides, each a build's identity or `<app>/<environment>`.
pub fn compare(from: &str, to: &str) -> String {
    format!("{COMPARE}?from={}&to={}", escape(from), escape(to))
}

/// A month of the audit log, narrowed to what holds `filter`'s parameters.
pub fn audit(month: &str, filter: &[(&str, &str)], cursor: Option<&Cursor>) -> String {
    let mut address = format!("{AUDIT}?month={}", escape(month));
    for (name, value) in filter.iter().filter(|(_, value)| !value.is_empty()) {
        address = format!("{address}&{name}={}", escape(value));
    }
    match cursor {
        Some(cursor) => format!("{address}&cursor={cursor}"),
        None => address,
    }
}

/// A month of the audit log as a file.
pub fn audit_file(month: &str, format: &str) -> String {
    format!("/api/v1/audit?month={}&format={format}", escape(month))
}

/// Share links.
pub const LINKS: &str = "/settings/links";

/// Where a share link is made.
pub const NEW_LINK: &str = "/settings/links/new";

/// Sharing one build.
pub fn share_build(build: &BuildId) -> String {
    format!("{NEW_LINK}?build={build}")
}

/// Sharing what an environment serves.
pub fn share_newest(app: &AppId, environment: &EnvironmentId) -> String {
    format!("{NEW_LINK}?app={app}&environment={environment}")
}

/// Where a form ends a share link.
pub fn revoke_link(link: &LinkId) -> String {
    format!("{LINKS}/{link}/revoke")
}

/// An asset, by its name.
pub fn asset(name: &str) -> String {
    format!("/assets/{name}")
}

/// An address that came with an event, if following it is safe: `javascript:` and its like are not.
pub fn foreign(url: &str) -> Option<String> {
    let scheme = url.split_once("://")?.0.to_ascii_lowercase();
    (scheme == "https" || scheme == "http").then(|| url.to_owned())
}

fn list(path: &str, failed: bool, cursor: Option<&Cursor>) -> String {
    match (failed, cursor) {
        (false, None) => path.to_owned(),
        (true, None) => format!("{path}?failed=true"),
        (false, Some(cursor)) => format!("{path}?cursor={cursor}"),
        (true, Some(cursor)) => format!("{path}?failed=true&cursor={cursor}"),
    }
}

/// Percent-encodes what is not unreserved (RFC 3986, section 2.3).
fn escape(text: &str) -> PercentEncode<'_> {
    const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    utf8_percent_encode(text, RESERVED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_abi_stays_one_parameter() {
        let address = latest(
            &"wallet".parse().unwrap(),
            &"dev".parse().unwrap(),
            Some("x86&a=\"<b>"),
        );
        assert_eq!(address, "/wallet/dev/latest.apk?abi=x86%26a%3D%22%3Cb%3E");
    }

    #[test]
    fn only_addresses_of_the_web_are_followed() {
        assert_eq!(
            foreign("https://example.com/log").as_deref(),
            Some("https://example.com/log")
        );
        for url in [
            "javascript:alert(1)",
            "data:text/html,x",
            "//example.com",
            "javascript://x%0aalert(1)",
        ] {
            assert_eq!(foreign(url), None, "{url}");
        }
    }

    #[test]
    fn a_filtered_list_keeps_its_filter_on_the_next_page() {
        let cursor = Cursor::behind("a");
        assert_eq!(
            runs(&"wallet".parse().unwrap(), true, Some(&cursor)),
            "/wallet/runs?failed=true&cursor=61"
        );
    }
}
