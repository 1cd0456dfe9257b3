//! `/audit`

use axum::{
    extract::{FromRequestParts, State},
    http::request::Parts,
    response::Response,
};
use domain::{
    audit::{AuditAction, Narrow},
    month::Month,
    page::{Cursor, Limit},
};
use frontend::pages::audit::{
    list::{AuditPage, Shown},
    verify::{ComparedSeals, VerifiedPage},
};
use portal::audit::Excerpt;
use serde::{Deserialize as _, de::value::StrDeserializer};

use crate::{
    extract::{
        caller::Caller,
        query::{Query, parse},
    },
    problem::Problem,
    state::Shared,
};

/// The most characters of a name to look for.
const LONGEST_NAME: usize = 100;

/// What `action` was called in addresses before, which people have kept and passed on.
const EARLIER: &str = "deed";

/// Which part of the log to show. What the page's form leaves empty narrows nothing.
pub(super) struct Asked {
    month: Option<Month>,
    narrow: Narrow,
    app: String,
    action: String,
    cursor: Option<Cursor>,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = Query::of(parts, &["month", "app", "action", EARLIER, "by", "cursor"])?;
        let said = |name: &str| query.text(name).map(str::trim).filter(|it| !it.is_empty());
        let word = said("action").or_else(|| said(EARLIER));
        let by = said("by").unwrap_or_default();
        Ok(Self {
            month: said("month").map(|it| parse("month", it)).transpose()?,
            narrow: Narrow {
                app: said("app").map(|it| parse("app", it)).transpose()?,
                action: word.map(action).transpose()?,
                by: by.chars().take(LONGEST_NAME).collect(),
            },
            app: said("app").unwrap_or_default().to_owned(),
            action: word.unwrap_or_default().to_owned(),
            cursor: query.optional("cursor")?,
        })
    }
}

fn action(text: &str) -> Result<AuditAction, Problem> {
    let word: StrDeserializer<'_, serde::de::value::Error> =
        serde::de::IntoDeserializer::into_deserializer(text);
    AuditAction::deserialize(word).map_err(|_| Problem::invalid("action", "No entry says this."))
}

pub(super) async fn list(
    State(state): Shared,
    caller: Caller,
    asked: Asked,
) -> Result<Response, Problem> {
    let excerpt = Excerpt {
        month: asked.month.as_ref(),
        limit: Limit::default(),
        cursor: asked.cursor.as_ref(),
    };
    let view = state
        .portal
        .audit()
        .narrowed(&caller.actor, excerpt, &asked.narrow, caller.now)
        .await?;
    let shown = Shown {
        month: view.month.clone(),
        first: view.first.clone(),
        last: view.last.clone(),
        app: asked.app,
        action: asked.action,
        by: asked.narrow.by.clone(),
        from_newest: asked.cursor.is_none(),
    };
    let apps = &state.portal.catalog().apps;
    let page = AuditPage {
        shown: &shown,
        entries: &view.entries,
        apps,
        as_of: caller.now,
    };
    Ok(state.page(&caller, &page))
}

pub(super) async fn verify(State(state): Shared, caller: Caller) -> Result<Response, Problem> {
    let verified = state.portal.audit().verify(&caller.actor, caller.now);
    let verified = Box::pin(verified).await?;
    let page = VerifiedPage {
        entries: verified.entries,
        erased: verified.erased,
        seals: ComparedSeals {
            count: verified.seals,
            unnumbered: verified.unnumbered_seals,
            locks: verified.locks,
            sealed: verified
                .sealed
                .as_ref()
                .map(|sealed| (sealed.entry, sealed.at)),
        },
        findings: &verified.findings,
        as_of: caller.now,
    };
    Ok(state.page(&caller, &page))
}
