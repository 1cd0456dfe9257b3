//! Identifiers of another app or another environment, put wherever an endpoint takes one: nobody gets across.

use std::collections::BTreeSet;

use axum::http::Method;
use testkit::{
    Answer,
    two_apps::{Things, TwoApps},
};
use web::endpoints;

use crate::{
    patterns::{Kind, Template, documented},
    two_apps::known,
    walk,
};

/// What reaches beyond one app, whatever it is asked for.
const BEYOND: [&str; 18] = [
    "/api/v1/access",
    "/api/v1/audit",
    "/api/v1/audit/seals",
    "/api/v1/audit/verify",
    "/api/v1/events",
    "/api/v1/privacy/erase",
    "/api/v1/privacy/export",
    "/api/v1/sessions/end-all",
    "/settings/access",
    "/settings/configuration",
    "/settings/privacy/erase",
    "/settings/privacy/export",
    "/settings/sessions/end-all",
    "/api/v1/unassigned/pipelines",
    "/api/v1/unassigned/runs",
    "/audit",
    "/unassigned",
    "/unassigned/pipelines",
];

/// What only the person who asked for a promotion may do, which here is somebody else.
const ASKERS: [&str; 2] = ["/api/v1/promotions/{id}/cancel", "/promotions/{id}/cancel"];

/// What asks for the right in every environment that the build was released in, lab among them.
const EVERYWHERE: [&str; 4] = [
    "/api/v1/builds/{id}/withdraw",
    "/api/v1/builds/{id}/restore",
    "/{app}/builds/{id}/withdraw",
    "/{app}/builds/{id}/restore",
];

/// All requests that hold identifiers: of the API's document, and of the pages as an administrator of everything sees them.
async fn all(apps: &TwoApps) -> Vec<Template> {
    let mut templates = documented();
    templates.extend(walk::templates(&walk::pages(apps, &apps.admin).await));
    // Anyone who holds a share link is who asks there: there is nothing to get across to.
    templates.retain(|template| !template.pattern.starts_with("/share/"));
    templates.sort_by_key(|template| template.method != Method::GET);
    templates
}

/// Which holes get the other's identifier: each alone, all but each, and all.
fn choices(holes: usize) -> impl Iterator<Item = Vec<bool>> {
    let each = move |alone: bool| {
        (0..holes).map(move |one| (0..holes).map(|hole| (hole == one) == alone).collect())
    };
    let all = (holes > 0).then(|| vec![true; holes]);
    let chosen: BTreeSet<Vec<bool>> = each(true).chain(each(false)).chain(all).collect();
    chosen.into_iter().filter(|crossed| crossed.contains(&true))
}

fn values<'t>(
    mine: &'t Things,
    theirs: &'t Things,
    kinds: &[Kind],
    crossed: &[bool],
) -> Vec<&'t str> {
    let pick = |(kind, crossed): (&Kind, &bool)| known(if *crossed { theirs } else { mine }, *kind);
    kinds.iter().zip(crossed).map(pick).collect()
}

/// What an answer says, without what it was asked.
fn said(answer: &Answer, sent: &[&str]) -> String {
    let mut said = answer.text();
    for (name, value) in &answer.headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        said.extend(["\n", name.as_str(), ": ", &*value]);
    }
    // The longest first, since one may be part of another.
    let mut sent = sent.to_vec();
    sent.sort_by_key(|sent| std::cmp::Reverse(sent.len()));
    for sent in sent {
        said = said.replace(sent, "");
    }
    said.to_lowercase()
}

fn is_download(template: &Template) -> bool {
    template.pattern.ends_with("/latest.apk") || template.pattern.contains("/files/")
}

#[tokio::test]
async fn identifiers_of_another_app_or_environment_lead_nowhere() {
    let apps = TwoApps::new().await;
    let templates = all(&apps).await;
    let before = apps.dump().await;
    across(&apps, &templates).await;
    mixed(&apps, &templates).await;
    assert!(
        apps.dump().await == before,
        "the last path that names two apps changed something"
    );
    own(&apps, &templates).await;
}

/// Someone who may do everything with one app and nothing with the other.
async fn across(apps: &TwoApps, templates: &[Template]) {
    let mut before = apps.dump().await;
    let mut wrong = Vec::new();
    let mut asked = 0;
    for template in templates {
        let kinds = template.kinds();
        for crossed in choices(kinds.len()) {
            asked += 1;
            wrong.extend(one_across(apps, template, &kinds, &crossed).await);
        }
        let after = apps.dump().await;
        if after != before {
            wrong.push(format!(
                "{} {} changed something",
                template.method, template.pattern
            ));
            before = after;
        }
    }
    assert!(asked > 150, "{asked}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong with the answer to one request.
async fn one_across(
    apps: &TwoApps,
    template: &Template,
    kinds: &[Kind],
    crossed: &[bool],
) -> Vec<String> {
    let values = values(&apps.mine, &apps.theirs, kinds, crossed);
    let (address, body) = template.filled(&values);
    let answer = apps
        .portal
        .ask(&template.method, &address, Some(&apps.owner), &body)
        .await;
    let status = answer.status.as_u16();
    let foreign = || {
        kinds
            .iter()
            .zip(crossed)
            .filter(|(_, crossed)| **crossed)
            .map(|(kind, _)| kind)
    };
    let across = foreign().any(|kind| kind.is_of_an_app());
    let changes = template.method != Method::GET || is_download(template);
    // A digest is what someone claims to have seen: a wrong one contradicts what there is.
    let contradicts = status == 409 && foreign().all(|kind| *kind == Kind::Promoted);
    // This form comes back and says that there is no such build, as it does of one that never was.
    let comes_back = status == 409 && template.pattern == "/{app}/{environment}/rollback";
    // This page begins with another choice, as it does for a place that there is not.
    let chooses = template.pattern == "/settings/links/new" && template.method == Method::GET;
    // What a token is to be for must be its owner's to give, as must be what there is not.
    let unfit = status == 400 && template.pattern.ends_with("/tokens");
    // An export goes on where it ended itself, and refuses the cursor of a list, anybody's.
    let no_part = status == 400 && foreign().all(|kind| *kind == Kind::Cursor);
    // This page ends what is one's own, and says nothing of the rest.
    let ends_nothing = status == 303 && template.pattern == "/settings/sessions/{id}/end";
    let mut wrong = Vec::new();
    if (across || changes)
        && !chooses
        && !unfit
        && !no_part
        && !ends_nothing
        && !matches!(status, 403 | 404)
        && !contradicts
        && !comes_back
    {
        wrong.push(format!(
            "{} {address} {body}: {status} {}",
            template.method,
            answer.text()
        ));
    }
    let said = said(&answer, &values);
    let told = apps
        .theirs
        .marks()
        .into_iter()
        .filter(|mark| said.contains(mark));
    wrong.extend(told.map(|mark| {
        format!(
            "{} {address} {body}: {status} tells {mark}",
            template.method
        )
    }));
    wrong
}

/// Someone who may do everything, with a path that contradicts itself.
async fn mixed(apps: &TwoApps, templates: &[Template]) {
    let mut asked = BTreeSet::new();
    for template in templates {
        let (kinds, path) = (template.kinds(), template.in_path());
        for crossed in choices(path) {
            let mut of_apps = kinds
                .iter()
                .zip(&crossed)
                .filter(|(kind, _)| **kind != Kind::Environment);
            let Some((_, first)) = of_apps.next() else {
                continue;
            };
            if of_apps.all(|(_, crossed)| crossed == first) {
                continue;
            }
            let rest = vec![false; kinds.len() - path];
            let crossed = [crossed.clone(), rest].concat();
            let (address, body) =
                template.filled(&values(&apps.mine, &apps.theirs, &kinds, &crossed));
            let answer = apps
                .portal
                .ask(&template.method, &address, Some(&apps.admin), &body)
                .await;
            assert_eq!(
                answer.status,
                404,
                "{} {address}: {}",
                template.method,
                answer.text()
            );
            asked.insert(template.pattern.clone());
        }
    }
    assert!(asked.len() >= 8, "{asked:?}");
}

/// The same requests with one's own identifiers lead somewhere: without this, nothing might be found since nothing is there.
async fn own(apps: &TwoApps, templates: &[Template]) {
    let mut asked = BTreeSet::new();
    let mut wrong = Vec::new();
    for template in templates {
        let kinds = template.kinds();
        let values = values(&apps.mine, &apps.theirs, &kinds, &vec![false; kinds.len()]);
        let (address, body) = template.filled(&values);
        asked.insert((template.method.to_string(), template.pattern.clone()));
        let pattern = template.pattern.as_str();
        // There is none of these.
        if pattern.ends_with("/end-others") {
            continue; // It would end what the others end.
        }
        if pattern.ends_with("/icon") || body["on"]["what"] == "automatic" {
            continue;
        }
        if BEYOND.contains(&pattern) || ASKERS.contains(&pattern) || kinds.is_empty() {
            continue;
        }
        let everywhere = EVERYWHERE.contains(&pattern);
        let who = if everywhere { &apps.admin } else { &apps.owner };
        let answer = apps
            .portal
            .ask(&template.method, &address, Some(who), &body)
            .await;
        if matches!(answer.status.as_u16(), 400..=405 | 415 | 500..) {
            wrong.push(format!(
                "{} {address} {body}: {} {}",
                template.method,
                answer.status,
                answer.text()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let mut known = endpoints();
    known.retain(|(_, path)| !path.starts_with("/share/"));
    let known = known.into_iter();
    let known: BTreeSet<_> = known
        .map(|(method, path)| (method.to_string(), path))
        .collect();
    let missed: Vec<_> = known.difference(&asked).collect();
    assert!(
        missed.is_empty(),
        "no page has a form or a link for {missed:?}"
    );
}
