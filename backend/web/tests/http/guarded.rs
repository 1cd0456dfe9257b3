//! What is true of every answer, found by walking: headers, cookies, no script in a page, and nothing taken from elsewhere.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::Value;
use testkit::{Answer, TestPortal, two_apps::TwoApps};
use web::endpoints;

use crate::{
    html::Tag,
    issuer::Issuer,
    patterns::{Template, documented},
    two_apps::known,
    walk,
};

/// What a policy allows, by directive.
fn policy(answer: &Answer) -> BTreeMap<String, Vec<String>> {
    let header = answer.header("content-security-policy");
    let directives = header.split(';').map(|directive| {
        let mut words = directive.split_whitespace().map(str::to_owned);
        (words.next().unwrap(), words.collect())
    });
    directives.collect()
}

fn check_headers(what: &str, answer: &Answer) {
    let policy = policy(answer);
    let only = |directive: &str, words: &[&str]| {
        assert_eq!(policy[directive], words, "{what}: {directive}");
    };
    only("default-src", &["'none'"]);
    only("frame-ancestors", &["'none'"]);
    only("base-uri", &["'none'"]);
    if what.contains("/share/") {
        // The form of a share link's page leads on to the bytes.
        let allowed = &policy["form-action"];
        assert!(
            allowed[0] == "'self'" && allowed.len() <= 2,
            "{what}: {allowed:?}"
        );
    } else {
        only("form-action", &["'self'"]);
    }
    only("script-src", &["'self'", "'wasm-unsafe-eval'"]);
    only("style-src", &["'self'"]);
    let others = policy.iter().filter(|(name, _)| *name != "form-action");
    for words in others.flat_map(|(_, words)| words) {
        assert!(
            !words.contains("unsafe-inline") && !words.contains('*') && !words.contains("http"),
            "{what}: {words}"
        );
    }
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("strict-transport-security", "max-age=31536000"),
    ] {
        assert_eq!(answer.header(name), value, "{what}: {name}");
    }
    assert!(
        matches!(
            answer.header("referrer-policy"),
            "same-origin" | "no-referrer"
        ),
        "{what}"
    );
    assert_eq!(answer.header("access-control-allow-origin"), "", "{what}");
    for given in answer.headers.get_all(header::SET_COOKIE) {
        check_cookie(what, given.to_str().unwrap());
    }
}

fn check_cookie(what: &str, cookie: &str) {
    let mut parts = cookie.split("; ");
    let name = parts.next().unwrap().split('=').next().unwrap();
    let attributes: Vec<&str> = parts.collect();
    for needed in ["HttpOnly", "Secure", "SameSite=Lax"] {
        assert!(attributes.contains(&needed), "{what}: {cookie}");
    }
    // The issuer's token is for sign-out alone, and a form for its own page; the other prefix would send them everywhere.
    let (prefix, path) = match name {
        name if name.ends_with("-token") => ("__Secure-", "Path=/sign-out"),
        name if name.ends_with("-form") => ("__Secure-", "Path=/sign-in/resume"),
        _ => ("__Host-", "Path=/"),
    };
    assert!(
        name.starts_with(prefix) && attributes.contains(&path),
        "{what}: {cookie}"
    );
    assert!(
        !cookie.to_lowercase().contains("domain="),
        "{what}: {cookie}"
    );
}

/// Whether a shared cache may keep it.
fn check_private(what: &str, pattern: &str, answer: &Answer) {
    let open = matches!(pattern, "/assets/{name}" | "/api/openapi.json" | "/healthz");
    let control = answer.header("cache-control");
    assert!(
        open || control.contains("no-store") || control.contains("private"),
        "{what}: {} {control:?}",
        answer.status
    );
}

/// A request for what there is of the app that the owner works on.
pub(crate) fn own(apps: &TwoApps, template: &Template) -> (String, Value) {
    let kinds = template.kinds();
    let values: Vec<&str> = kinds.iter().map(|kind| known(&apps.mine, *kind)).collect();
    template.filled(&values)
}

/// Everything that can be sent: what the document and the pages' forms say.
fn sent(templates: &[Template]) -> Vec<Template> {
    let mut templates = templates.to_vec();
    templates.retain(|template| template.method != Method::GET);
    let known = endpoints()
        .into_iter()
        .filter(|(method, _)| *method != Method::GET);
    for (method, path) in known {
        let is_there = templates
            .iter()
            .any(|known| known.method == method && known.pattern == path);
        assert!(is_there, "no page has a form for {method} {path}");
    }
    templates
}

#[tokio::test]
async fn what_is_true_of_every_answer() {
    let apps = TwoApps::new().await;
    let found = walk::pages(&apps, &apps.admin).await;
    assert!(found.len() > 30, "{}", found.len());
    without_scripts(&found);
    let templates = [documented(), walk::templates(&found)].concat();
    let sent = sent(&templates);
    from_elsewhere(&apps, &sent).await;
    from_nobody(&apps, &sent).await;
    with_headers(&apps, templates).await;
    with_headers_when_wrong(&apps).await;
}

/// Every endpoint, as everyone, also with a method that it does not know.
async fn with_headers(apps: &TwoApps, mut templates: Vec<Template>) {
    // What changes things comes last, so that the rest is there to be found.
    templates.sort_by_key(|template| template.method != Method::GET);
    templates.dedup_by_key(|template| (template.method.clone(), template.pattern.clone()));
    for template in &templates {
        let (address, body) = own(apps, template);
        for (method, cookie) in [
            (&template.method, None),
            (&template.method, Some("__Host-towpath=nonsense")),
            (&template.method, Some(apps.admin.as_str())),
            (&Method::HEAD, Some(apps.admin.as_str())),
            (&Method::PATCH, Some(apps.admin.as_str())),
        ] {
            let answer = apps.portal.ask(method, &address, cookie, &body).await;
            let what = format!("{method} {address} as {cookie:?}");
            // There is no issuer here, so that signing in is unavailable.
            assert!(answer.status != 500, "{what}: {}", answer.text());
            check_headers(&what, &answer);
            check_private(&what, &template.pattern, &answer);
        }
    }
}

async fn with_headers_when_wrong(apps: &TwoApps) {
    for address in [
        "/nothing/is/here/at/all",
        "/api/nothing",
        "/wallet/",
        "//",
        "/wallet/dev?nonsense=1",
        "/%ff",
        "/runs/x",
    ] {
        for cookie in [None, Some(apps.admin.as_str())] {
            let answer = apps.portal.get_as(address, cookie).await;
            check_headers(address, &answer);
        }
    }
    let large = Request::post("/api/v1/events")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::COOKIE, &apps.admin);
    let answer = apps
        .portal
        .send(large.body(Body::from(vec![b' '; 5 << 20])).unwrap())
        .await;
    assert_eq!(answer.status, 413);
    check_headers("a large body", &answer);
}

/// A cookie is only ever set with everything that keeps it in.
#[tokio::test]
async fn every_cookie_on_the_way_in_and_out_is_for_this_host_alone() {
    let issuer = Issuer::start().await;
    let portal = TestPortal::builder().issuer(&issuer.address).start().await;
    let begun = portal.get_as("/sign-in?return=/wallet", None).await;
    let (code, state) = issuer.approves(begun.header("location"));
    let browser = begun
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let back = portal
        .get_as(
            &format!("/sign-in/callback?code={code}&state={state}"),
            Some(&browser),
        )
        .await;
    assert_eq!(back.status, 303, "{}", back.text());
    let held: Vec<&str> = back
        .headers
        .get_all(header::SET_COOKIE)
        .iter()
        .map(|one| one.to_str().unwrap().split(';').next().unwrap())
        .collect();
    let out = portal
        .ask(
            &Method::POST,
            "/sign-out",
            Some(&held.join("; ")),
            &Value::Null,
        )
        .await;
    for (what, answer) in [
        ("/sign-in", &begun),
        ("/sign-in/callback", &back),
        ("/sign-out", &out),
    ] {
        assert!(answer.headers.contains_key(header::SET_COOKIE), "{what}");
        check_headers(what, answer);
        check_private(what, what, answer);
    }
}

fn check_tag(what: &str, tag: &Tag) {
    if tag.name == "script" {
        let loaded = tag
            .attribute("src")
            .is_some_and(|source| source.starts_with("/assets/"));
        assert!(loaded && tag.text.trim().is_empty(), "{what}: {tag:?}");
    }
    assert!(
        !matches!(
            tag.name.as_str(),
            "style" | "iframe" | "object" | "embed" | "base"
        ),
        "{what}: {tag:?}"
    );
    for (name, value) in &tag.attributes {
        assert!(
            !name.starts_with("on") && name != "style" && name != "srcdoc" && name != "formaction",
            "{what}: {tag:?}"
        );
        let scheme = value.trim().to_lowercase();
        assert!(
            !scheme.starts_with("javascript:") && !scheme.starts_with("data:text"),
            "{what}: {tag:?}"
        );
        if name == "target" && value == "_blank" {
            assert!(
                tag.attribute("rel")
                    .is_some_and(|rel| rel.contains("noopener")),
                "{what}: {tag:?}"
            );
        }
    }
}

/// No page holds a script or a style of its own, and every form leads to an endpoint of ours.
fn without_scripts(found: &[walk::Found]) {
    for page in found {
        assert_eq!(page.answer.status, 200, "{}", page.address);
        for tag in &page.tags {
            check_tag(&page.address, tag);
        }
        for form in page.forms() {
            // Panics if no endpoint takes it.
            let template = crate::patterns::of_form(&form);
            let known = matches!(template.method, Method::GET | Method::POST);
            assert!(known, "{}: {form:?}", page.address);
        }
    }
}

/// Sends what a form or a program would, with one more header.
async fn with(
    apps: &TwoApps,
    template: &Template,
    cookie: Option<&str>,
    extra: (&str, &str),
) -> Answer {
    let (address, body) = own(apps, template);
    let (kind, body) = match &body {
        Value::Null => ("application/x-www-form-urlencoded", String::new()),
        Value::String(form) => ("application/x-www-form-urlencoded", form.clone()),
        json => ("application/json", json.to_string()),
    };
    let mut request = Request::builder().method(&template.method).uri(&address);
    request = request
        .header(header::CONTENT_TYPE, kind)
        .header(extra.0, extra.1);
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    apps.portal.send(request.body(body.into()).unwrap()).await
}

/// What another site sends through someone's browser is refused, and changes nothing.
async fn from_elsewhere(apps: &TwoApps, sent: &[Template]) {
    let before = apps.dump().await;
    for template in sent {
        for extra in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "https://portal.example.evil.example"),
            ("origin", "http://portal.example:8080"),
            ("origin", "null"),
        ] {
            // A share link's page tells nobody where it is, so its own form has no origin either.
            if template.pattern.starts_with("/share/") && extra == ("origin", "null") {
                continue;
            }
            let answer = with(apps, template, Some(&apps.admin), extra).await;
            let what = format!("{} {extra:?}: {}", template.pattern, answer.text());
            assert_eq!(answer.status, 403, "{what}");
            assert!(!answer.headers.contains_key(header::SET_COOKIE), "{what}");
        }
        let same = apps.dump().await == before;
        assert!(same, "{} changed something", template.pattern);
    }
}

/// So is what nobody sends.
async fn from_nobody(apps: &TwoApps, sent: &[Template]) {
    let before = apps.dump().await;
    // Anyone who holds a share link is let in by it.
    let sent = sent
        .iter()
        .filter(|template| !template.pattern.starts_with("/share/"));
    for template in sent {
        for cookie in [
            None,
            Some("__Host-towpath=nonsense"),
            Some("towpath=nonsense"),
        ] {
            let answer = with(apps, template, cookie, ("sec-fetch-site", "same-origin")).await;
            let led = answer.status == 303
                && (template.pattern == "/sign-out"
                    || answer.header("location").starts_with("/sign-in?return="));
            let what = format!("{}: {} {}", template.pattern, answer.status, answer.text());
            assert!(led || answer.status == 401, "{what}");
        }
        let same = apps.dump().await == before;
        assert!(same, "{} changed something", template.pattern);
    }
}
