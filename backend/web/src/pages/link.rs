//! `/settings/links`: share links, for those who make them

use api::links::{LinkRequest, LinkTo, SharePassword};
use axum::{
    extract::{FromRequestParts, State},
    http::request::Parts,
    response::Response,
};
use domain::id::{AppId, BuildId, EnvironmentId, LinkId};
use frontend::{
    links,
    pages::link::{
        list::LinksPage,
        made::MadeLinkPage,
        make::{MayShare, NewLinkPage, SharedPlace},
    },
};
use portal::{Error, access::Action};

use crate::{
    extract::{
        caller::Caller,
        form::{Form, done},
        names::Names,
        query::Query,
    },
    problem::Problem,
    state::{AppState, Shared},
};

/// What a page that leads here wants to share; to be chosen if it says nothing.
#[derive(Default)]
pub(super) struct Wanted {
    build: Option<BuildId>,
    place: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Wanted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = Query::of(parts, &["build", "app", "environment"])?;
        let place = query.text("app").zip(query.text("environment"));
        Ok(Self {
            build: query.optional("build")?,
            place: place.map(|(app, environment)| format!("{app}/{environment}")),
        })
    }
}

pub(super) async fn list(State(state): Shared, caller: Caller) -> Result<Response, Problem> {
    let portal = &state.portal;
    let view = portal.links().list(&caller.actor, caller.now).await?;
    let may_make = !places(&state, &caller).is_empty();
    let page = LinksPage {
        view: &view,
        apps: &portal.catalog().apps,
        may_make,
    };
    Ok(state.page(&caller, &page))
}

pub(super) async fn ask(
    State(state): Shared,
    caller: Caller,
    wanted: Wanted,
) -> Result<Response, Problem> {
    let may = may_share(&state, &caller, wanted).await?;
    let page = NewLinkPage {
        may: &may,
        returned: None,
    };
    Ok(state.page(&caller, &page))
}

/// Makes a link, and shows its address: once, so that this answer is kept nowhere and leads nowhere.
pub(super) async fn make(
    State(state): Shared,
    caller: Caller,
    form: Form,
) -> Result<Response, Problem> {
    let portal = &state.portal;
    let made = async {
        let request = request(&form)?;
        let made = portal
            .links()
            .make(caller.who(), request, &caller.base, caller.now);
        made.await
    };
    match form.send(made).await {
        Ok(made) => {
            let apps = &portal.catalog().apps;
            let page = MadeLinkPage { made: &made, apps };
            let status = axum::http::StatusCode::CREATED;
            Ok(state.page_with_form(&caller, &page, status))
        }
        Err(error) => {
            let wanted = Wanted {
                build: form.filled("build").and_then(|build| build.parse().ok()),
                place: None,
            };
            let back = form.back("new", error)?;
            let may = may_share(&state, &caller, wanted).await?;
            let page = NewLinkPage {
                may: &may,
                returned: Some(&back.returned),
            };
            Ok(state.page_with_form(&caller, &page, back.status))
        }
    }
}

pub(super) async fn revoke(
    State(state): Shared,
    caller: Caller,
    Names((id,)): Names<(LinkId,)>,
    _: Form,
) -> Result<Response, Problem> {
    let revoked = state.portal.links().revoke(caller.who(), &id, caller.now);
    Box::pin(revoked).await?;
    Ok(done(links::LINKS))
}

/// What the form asks for.
fn request(form: &Form) -> Result<LinkRequest, Error> {
    let number = |field: &str, text: &str| {
        let wrong = |_| Error::invalid(field, "this is a number, written in digits");
        text.parse::<u32>().map_err(wrong)
    };
    let to = if let Some(build) = form.filled("build") {
        let wrong = |_| Error::invalid("build", "this is no build's identifier");
        LinkTo::Build {
            build: build.parse().map_err(wrong)?,
        }
    } else {
        let place = SharedPlace::parse(form.text("place"));
        let nowhere = || Error::invalid("place", "choose what to share");
        let (app, environment) = place.ok_or_else(nowhere)?;
        LinkTo::Newest { app, environment }
    };
    let limit = form.filled("limit").map(|text| number("limit", text));
    let per_day = form.filled("per_day").map(|text| number("per_day", text));
    let password = Some(form.text("password")).filter(|text| !text.is_empty());
    Ok(LinkRequest {
        to,
        hours: number("hours", form.text("hours").trim())?,
        limit: limit.transpose()?,
        per_day: per_day.transpose()?,
        bytes_per_day: None,
        password: password.map(|text| SharePassword(text.into())),
    })
}

/// What the caller may share: the build that they came from, or what environments serve.
async fn may_share(state: &AppState, caller: &Caller, wanted: Wanted) -> Result<MayShare, Problem> {
    let portal = &state.portal;
    if let Some(id) = wanted.build {
        let record = portal.builds().visible(&caller.actor, &id).await?;
        let action = Action::Share {
            app: &record.build.app,
            environments: &record.environments(),
        };
        portal.authorise(&caller.actor, action)?;
        return Ok(MayShare::Build {
            app: portal.builds().app_or_its_name(&record.build.app),
            build: id,
            number: record.build.number,
        });
    }
    let places = places(state, caller);
    if places.is_empty() {
        // Of what it needs, the refusal tells: no app and environment that the caller sees is one to share from.
        refuse(state, caller)?;
    }
    Ok(MayShare::Newest {
        places,
        chosen: wanted.place,
    })
}

fn refuse(state: &AppState, caller: &Caller) -> Result<(), Problem> {
    state
        .portal
        .authorise(&caller.actor, Action::ViewOverview)?;
    let catalog = state.portal.catalog();
    let environments: Vec<EnvironmentId> = catalog
        .environments
        .iter()
        .map(|it| it.id.clone())
        .collect();
    for app in catalog
        .apps
        .iter()
        .filter(|app| state.sees(caller, &app.id))
    {
        let action = Action::Share {
            app: &app.id,
            environments: &environments,
        };
        state.portal.authorise(&caller.actor, action)?;
    }
    Ok(())
}

/// Every app in every environment that the caller may share from.
fn places(state: &AppState, caller: &Caller) -> Vec<SharedPlace> {
    let catalog = state.portal.catalog();
    let may = |app: &AppId, environment: &EnvironmentId| {
        let environments = std::slice::from_ref(environment);
        let action = Action::Share { app, environments };
        state.portal.may(&caller.actor, action)
    };
    let mut places = Vec::new();
    for app in &catalog.apps {
        let environments = catalog.environments.iter();
        let here = environments.filter(|environment| may(&app.id, &environment.id));
        places.extend(here.map(|environment| SharedPlace {
            app: app.clone(),
            environment: environment.clone(),
        }));
    }
    places
}
