//! A walk through all pages, as someone who opens every link finds them.

use std::collections::BTreeMap;

use axum::http::Method;
use testkit::Answer;
use testkit::two_apps::TwoApps;

use crate::{
    html::{Form, Tag, forms, tags},
    patterns::{Template, of_form, of_link, pattern_of},
};

/// How many pages of one kind are enough: all builds and promotions, since each may have another form, and else a few.
fn enough(pattern: &str, names: &str) -> usize {
    match (pattern, names) {
        ("/{app}/builds/{id}" | "/promotions/{id}", "") => 8,
        (_, "") => 3,
        _ => 1,
    }
}

/// A page that was found.
pub(crate) struct Found {
    pub(crate) address: String,
    pub(crate) answer: Answer,
    pub(crate) tags: Vec<Tag>,
}

impl Found {
    pub(crate) fn forms(&self) -> Vec<Form> {
        let mut forms = forms(&self.tags);
        // A form that says nothing of it goes to its own page.
        for form in forms.iter_mut().filter(|form| form.action.is_empty()) {
            form.action.clone_from(&self.address);
        }
        forms
    }
}

/// Every page that can be reached from the first one and from a share link, but only some of each kind.
pub(crate) async fn pages(apps: &TwoApps, cookie: &str) -> Vec<Found> {
    // No page leads to the page of a share link.
    let share = format!("/share/{}", apps.mine.link.1);
    let mut waiting = vec!["/".to_owned(), share];
    let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut found = Vec::new();
    while let Some(address) = waiting.pop() {
        let path = address.split('?').next().unwrap();
        let pattern =
            pattern_of(&Method::GET, path).unwrap_or_else(|| panic!("{path} is no page of ours"));
        let names: String = address
            .split(['?', '&'])
            .skip(1)
            .map(|pair| pair.split('=').next().unwrap())
            .collect();
        let before = seen.entry(format!("{pattern}?{names}")).or_default();
        if before.len() >= enough(&pattern, &names) || before.contains(&address) {
            continue;
        }
        before.push(address.clone());
        let answer = apps.portal.get_as(&address, Some(cookie)).await;
        if !answer.header("content-type").starts_with("text/html") {
            continue;
        }
        let tags = tags(&answer.text());
        let links = tags
            .iter()
            .filter(|tag| tag.name == "a")
            .filter_map(|tag| tag.attribute("href"));
        waiting.extend(
            links
                .filter(|link| of_link(link).is_some())
                .map(|link| link.split('#').next().unwrap().to_owned()),
        );
        found.push(Found {
            address,
            answer,
            tags,
        });
    }
    found
}

/// What the pages' links and forms ask for, each once.
pub(crate) fn templates(pages: &[Found]) -> Vec<Template> {
    let mut found: BTreeMap<String, Template> = BTreeMap::new();
    for page in pages {
        let links = page.tags.iter();
        let links = links.filter_map(|tag| tag.attribute("href").or(tag.attribute("src")));
        let links = links.filter_map(of_link);
        for template in page.forms().iter().map(of_form).chain(links) {
            found.insert(format!("{template:?}"), template);
        }
    }
    let mut found: Vec<Template> = found.into_values().collect();
    // No promotion of these apps has started, so that no page has this form: it is that of taking one back.
    let forms = found.iter();
    let forms = forms.filter(|it| it.pattern == "/promotions/{id}/cancel");
    let abandon: Vec<Template> = forms.map(|form| form.at("cancel", "abandon")).collect();
    found.extend(abandon);
    found
}
