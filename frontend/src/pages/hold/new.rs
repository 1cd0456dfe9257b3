//! The form that holds an environment.

use domain::{
    catalog::{App, Environment},
    id::{AppId, EnvironmentId},
};
use leptos::prelude::*;

use crate::{
    components::{
        field::{self, Words},
        icon::{self, icon},
    },
    form::Returned,
    links,
};

/// An environment that the viewer can hold, for all apps or for one.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct MayHold {
    pub environment: Environment,
    /// Only this app; all if none.
    pub app: Option<App>,
}

impl MayHold {
    /// As the form sends it: `prod`, or `prod/wallet` for one app.
    pub fn value(&self) -> String {
        match &self.app {
            Some(app) => format!("{}/{}", self.environment.id, app.id),
            None => self.environment.id.to_string(),
        }
    }

    /// What the form sent.
    pub fn parse(value: &str) -> Option<(EnvironmentId, Option<AppId>)> {
        match value.split_once('/') {
            Some((environment, app)) => Some((environment.parse().ok()?, Some(app.parse().ok()?))),
            None => Some((value.parse().ok()?, None)),
        }
    }

    fn words(&self) -> String {
        match &self.app {
            Some(app) => format!("{}, {} only", self.environment.name, app.name),
            None => format!("{}, every app", self.environment.name),
        }
    }
}

pub(super) fn form(may: &[MayHold], returned: Option<&Returned>) -> Option<AnyView> {
    if may.is_empty() {
        return None;
    }
    let chosen = returned.and_then(|returned| returned.value("place"));
    let options = may
        .iter()
        .map(|place| {
            let value = place.value();
            let selected = chosen == Some(&value);
            view! { <option value=value selected=selected>{place.words()}</option> }
        })
        .collect_view();
    let reason = Words {
        name: "reason",
        id: "hold-reason".to_owned(),
        label: "Reason, for everyone who has to wait",
        required: true,
    };
    let form = view! {
        <section aria-labelledby="hold">
            <form class="ask" method="post" action=links::HOLDS>
                <h2 id="hold">"Hold an environment"</h2>
                <p class="hint">"Nothing starts and nothing is released there from this second on. What had started is listed: its pipeline goes on, its release waits. It stays so until someone lifts it."</p>
                {field::troubles(returned, "Not held")}
                <p class="field">
                    <label for="place">"Where"</label>
                    <select id="place" name="place">{options}</select>
                </p>
                {reason.view(returned)}
                <p class="send"><button class="button grave" type="submit">{icon(icon::STOP)} "Hold this environment"</button></p>
            </form>
        </section>
    };
    Some(form.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_held_survives_the_form() {
        let parsed = |text: &str| {
            let (environment, app) = MayHold::parse(text)?;
            Some((environment.to_string(), app.map(|app| app.to_string())))
        };
        assert_eq!(parsed("prod"), Some(("prod".into(), None)));
        assert_eq!(
            parsed("prod/wallet"),
            Some(("prod".into(), Some("wallet".into())))
        );
        for text in ["", "/", "prod/", "../x", "prod/a/b"] {
            assert_eq!(parsed(text), None, "{text:?}");
        }
    }
}
