//! Making a share link.

use domain::{
    catalog::{App, Environment},
    id::{AppId, BuildId, EnvironmentId},
};
use leptos::prelude::*;

use crate::{
    components::{
        field,
        heading::{self, Crumb},
        icon::{self, icon},
    },
    form::{Returned, back},
    links,
    pages::Page,
    site::{Place, Site},
};

/// What the viewer may share.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub enum MayShare {
    /// One build, which they came from.
    Build {
        app: App,
        build: BuildId,
        number: u64,
    },
    /// What environments serve.
    Newest {
        /// Where.
        places: Vec<SharedPlace>,
        /// Which of them they came from, as the form sends it.
        chosen: Option<String>,
    },
}

/// An app in an environment.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SharedPlace {
    pub app: App,
    pub environment: Environment,
}

impl SharedPlace {
    /// As the form sends it: `wallet/dev`.
    pub fn value(&self) -> String {
        format!("{}/{}", self.app.id, self.environment.id)
    }

    /// What the form sent.
    pub fn parse(value: &str) -> Option<(AppId, EnvironmentId)> {
        let (app, environment) = value.split_once('/')?;
        Some((app.parse().ok()?, environment.parse().ok()?))
    }
}

/// The times that the form offers, in hours.
const TIMES: [(u32, &str); 6] = [
    (1, "1 hour"),
    (24, "1 day"),
    (3 * 24, "3 days"),
    (7 * 24, "7 days"),
    (14 * 24, "14 days"),
    (30 * 24, "30 days"),
];

/// The one that it begins with.
const USUAL: u32 = 7 * 24;

/// Making a share link.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct NewLinkPage<'a> {
    /// What the viewer may share.
    pub may: &'a MayShare,
    /// The form, if it was not carried out.
    pub returned: Option<&'a Returned>,
}

impl Page for NewLinkPage<'_> {
    fn title(&self) -> String {
        "New share link".to_owned()
    }

    fn class(&self) -> &'static str {
        "settings links"
    }

    fn place(&self) -> Place {
        Place::Settings
    }

    fn body(&self, _: &Site) -> AnyView {
        let Self { may, returned } = *self;
        let returned = back(returned, "new");
        view! {
            {heading::trail(vec![
                Crumb::new("Settings", links::SETTINGS),
                Crumb::new("Share links", links::LINKS),
            ])}
            <header class="page">
                <h1>"New share link"</h1>
                <p class="lead">"Anyone who has the link can download until it ends, without an account. Opening it is free; each download counts, and is recorded."</p>
            </header>
            <form class="ask" method="post" action=links::NEW_LINK>
                {field::troubles(returned, "No link was made")}
                {what(may, returned)}
                {lifetime(returned)}
                {input(returned, Input {
                    name: "limit",
                    label: "Downloads, if there is a limit",
                    kind: "number",
                    hint: "1 lets one person download once. Left empty: as often as they like.",
                })}
                {input(returned, Input {
                    name: "per_day",
                    label: "Downloads a day, if fewer than usual",
                    kind: "number",
                    hint: "Then the link pauses until the next day. Left empty: as many as any link of this portal gives in a day.",
                })}
                {input(returned, Input {
                    name: "password",
                    label: "Password (optional)",
                    kind: "text",
                    hint: "8 characters or more. Send it separately from the link. It is not shown again.",
                })}
                <p class="send"><button class="button act" type="submit">{icon(icon::SHARE)} "Make the link"</button></p>
            </form>
        }
        .into_any()
    }
}

fn what(may: &MayShare, returned: Option<&Returned>) -> AnyView {
    match may {
        MayShare::Build { app, build, number } => view! {
            {field::hidden("build", build)}
            <p class="field">
                "Gives " <a href=links::build(&app.id, build)>{format!("build {number} of {}", app.name)}</a> ", and no other."
            </p>
        }
        .into_any(),
        MayShare::Newest { places, chosen } => {
            let typed = returned.and_then(|returned| returned.value("place"));
            let chosen = typed.or(chosen.as_deref());
            let options = places.iter().map(|place| {
                let value = place.value();
                let selected = chosen == Some(value.as_str());
                let text = format!("The newest {} in {}", place.app.name, place.environment.name);
                view! { <option value=value selected=selected>{text}</option> }
            });
            view! {
                <p class="field">
                    <label for="place">"Gives"</label>
                    <select id="place" name="place">{options.collect_view()}</select>
                </p>
            }
            .into_any()
        }
    }
}

fn lifetime(returned: Option<&Returned>) -> AnyView {
    let typed = returned.and_then(|returned| returned.value("hours"));
    let chosen = typed.and_then(|typed| typed.parse().ok()).unwrap_or(USUAL);
    let options = TIMES.map(|(hours, text)| {
        view! { <option value=hours.to_string() selected=hours == chosen>{text}</option> }
    });
    view! {
        <p class="field">
            <label for="hours">"Works for"</label>
            <select id="hours" name="hours">{options.collect_view()}</select>
        </p>
    }
    .into_any()
}

/// A field for one line.
#[derive(Clone, Copy)]
struct Input {
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    hint: &'static str,
}

fn input(returned: Option<&Returned>, input: Input) -> AnyView {
    let typed = returned.and_then(|returned| returned.value(input.name));
    let typed = typed.unwrap_or_default().to_owned();
    let wrong = returned.is_some_and(|returned| {
        let mut troubles = returned.troubles.iter();
        troubles.any(|trouble| trouble.field.as_deref() == Some(input.name))
    });
    let hint = format!("{}-hint", input.name);
    view! {
        <p class="field">
            <label for=input.name>{input.label}</label>
            <input id=input.name name=input.name type=input.kind value=typed autocomplete="off"
                aria-describedby=hint.clone() aria-invalid=wrong.then_some("true") />
            <small class="quiet" id=hint>{input.hint}</small>
        </p>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_the_form() {
        let parsed = |text: &str| {
            let (app, environment) = SharedPlace::parse(text)?;
            Some((app.to_string(), environment.to_string()))
        };
        assert_eq!(parsed("wallet/dev"), Some(("wallet".into(), "dev".into())));
        for text in ["", "/", "wallet", "wallet/", "../x", "a/b/c"] {
            assert_eq!(parsed(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_time_that_the_form_begins_with_is_one_that_it_offers() {
        assert!(TIMES.iter().any(|(hours, _)| *hours == USUAL));
        assert!(
            TIMES
                .iter()
                .all(|(hours, _)| domain::share::HOURS.contains(hours))
        );
    }
}
