//! Making a share link.

use std::fmt::Display;

use api::links::{LinkRequest, LinkTo, SharePassword};
use domain::{
    Timestamp,
    audit::{AuditAction, Principal},
    release::Installable,
    share::{HOURS, LIMITS, MadeLink, ShareLink, Shared},
};
use identity::{
    LinkText,
    credential::Secret,
    password::{self, PasswordError},
};
use jiff::SignedDuration;
use secrecy::{ExposeSecret as _, SecretString};
use store::table::{LinkRecord, PasswordRecord};

use super::list;
use crate::{Error, Result, access::Action, known, links::Links};

impl Links<'_> {
    /// Makes a share link. `base` is where people reach the portal.
    pub async fn make<'a>(
        self,
        who: impl Into<Principal<'a>>,
        request: LinkRequest,
        base: &str,
        now: Timestamp,
    ) -> Result<MadeLink> {
        let who = who.into();
        let what = self.to_share(who, &request.to).await?;
        // Whole seconds: what is written down, compared and shown is then the same.
        let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let expires_at = now + lifetime(request.hours)?;
        let limit = limit(request.limit)?;
        let limits = &self.portal.parts.limits;
        let per_day = tightened("per_day", request.per_day, limits.link, "downloads")?;
        let most = limits.link_bytes;
        let bytes_per_day = tightened("bytes_per_day", request.bytes_per_day, most, "bytes")?;
        let password = match request.password {
            Some(SharePassword(text)) => Some(hashed(text, self.portal.ids().random()).await?),
            None => None,
        };
        let secret = Secret::new(self.portal.ids().random());
        let link = ShareLink {
            id: self.portal.ids().next(now)?,
            what,
            by: who.actor.clone(),
            made_at: now,
            expires_at,
            limit,
            per_day,
            bytes_per_day,
            used: 0,
            last_used_at: None,
            revoked: None,
            has_password: password.is_some(),
        };
        let record = LinkRecord {
            link: link.clone(),
            groups: self.groups_with_a_role(&who.actor.groups),
            secret: secret.digest(),
            password,
            guesses: 0,
            guessed_at: 0,
            today: None,
        };
        let note = list::note(who, AuditAction::LinkMade, &link, now);
        self.portal.table.links().put(&record, &note).await?;
        let id = link.id.clone();
        let credential = LinkText { id, secret }.text();
        Ok(MadeLink {
            link,
            address: format!("{base}/share/{credential}"),
        })
    }

    /// What is to be shared, if the caller may share it and it can be had at all.
    async fn to_share(self, who: Principal<'_>, to: &LinkTo) -> Result<Shared> {
        match to {
            LinkTo::Newest { app, environment } => {
                self.portal.authorise(who.actor, Action::ViewApp(app))?;
                known::app(self.portal, app)?;
                known::environment(self.portal, environment)?;
                let environments = std::slice::from_ref(environment);
                self.portal
                    .authorise(who.actor, Action::Share { app, environments })?;
                Ok(Shared::Newest {
                    app: app.clone(),
                    environment: environment.clone(),
                })
            }
            LinkTo::Build { build } => {
                let record = self.portal.builds().visible(who.actor, build).await?;
                let app = &record.build.app;
                let environments = record.environments();
                let environments = environments.as_slice();
                self.portal
                    .authorise(who.actor, Action::Share { app, environments })?;
                if let Some(hold) = &record.withdrawn {
                    let by = &hold.by.name;
                    let reason = format!("this build was withdrawn by {by}: {}", hold.reason);
                    return Err(Error::Refused { reason });
                }
                Installable::choose(&Installable::all_of(&record.build), None).map_err(
                    |reason| Error::Refused {
                        reason: format!("{reason}: there is nothing that a phone could install"),
                    },
                )?;
                Ok(Shared::Build {
                    app: app.clone(),
                    build: build.clone(),
                    number: record.build.number,
                })
            }
        }
    }

    /// Those of some groups that have a role, so that a record says no more of its maker than is needed.
    fn groups_with_a_role(self, groups: &[String]) -> Vec<String> {
        let has_a_role = |group: &&String| {
            let mut grants = self.portal.parts.grants.as_slice().iter();
            grants.any(|grant| grant.groups.contains(group))
        };
        groups.iter().filter(has_a_role).cloned().collect()
    }
}

fn lifetime(hours: u32) -> Result<SignedDuration> {
    if HOURS.contains(&hours) {
        return Ok(SignedDuration::from_hours(i64::from(hours)));
    }
    let (least, most) = (HOURS.start(), HOURS.end());
    let days = most / 24;
    Err(Error::invalid(
        "hours",
        format!("a link works for {least} to {most} hours, which are {days} days"),
    ))
}

fn limit(limit: Option<u32>) -> Result<Option<u32>> {
    match limit {
        Some(limit) if !LIMITS.contains(&limit) => Err(Error::invalid(
            "limit",
            format!(
                "a link gives {} to {} downloads, or any number if this is left out",
                LIMITS.start(),
                LIMITS.end()
            ),
        )),
        limit => Ok(limit),
    }
}

/// A link's own limit of a day, which may be tighter than everyone's and no wider.
fn tightened<T: Copy + PartialOrd + Default + Display>(
    field: &str,
    own: Option<T>,
    most: T,
    of: &str,
) -> Result<Option<T>> {
    match own {
        Some(own) if own <= T::default() || own > most => Err(Error::invalid(
            field,
            format!(
                "a link of this portal gives 1 to {most} {of} a day: leave this out for the most, which towpath.toml sets under \
                 [downloads]"
            ),
        )),
        own => Ok(own),
    }
}

/// What is stored of a password.
async fn hashed(password: SecretString, random: [u8; 32]) -> Result<PasswordRecord> {
    let hashed = password::hash(password, random).await;
    let password::Hashed { rounds, salt, hash } = hashed.map_err(|error| match error {
        PasswordError::Length => Error::invalid("password", error.to_string()),
        PasswordError::Unfinished => Error::Unfinished,
    })?;
    let hash = hash.expose_secret().to_owned();
    Ok(PasswordRecord { rounds, salt, hash })
}
