//! Workload identity: CI jobs and AWS roles that their own platform vouches for, so that they need no stored secret.
//!
//! | file | what |
//! |---|---|
//! | `matching` | whether a job is the one that an entry of `towpath.toml` means |
//! | `claims` | what a job's token says, one file a CI system in `platform` |
//! | `aws` | callers with an AWS identity |
//!
//! The first entry that fits counts, and its permissions alone: two entries that fit the same job never add up, so that
//! reading one entry tells all that it gives. Only configured issuers are ever asked for keys, and nothing is read from the
//! table before a caller has proved what it is.

pub mod aws;
mod claims;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod matching;
mod platform;

use std::{collections::HashMap, fmt, sync::Arc};

use domain::{
    Timestamp,
    actor::Actor,
    work::Work,
    workload::{Identity, Platform, Workload},
};
use url::Url;

use crate::{
    Authenticated,
    oidc::{self, Publisher, Token},
};

pub use crate::oidc::TokenError;
pub use aws::{AwsError, PREFIX as AWS_PREFIX};

use aws::Callers;
use claims::Claims;
use matching::{Claim, misfits};
use platform::JobClaims;

/// How long a token counts after it was issued, whatever it says itself: an hour.
const MOST_AGE: f64 = 60.0 * 60.0;

/// The workloads that may call.
#[derive(Clone, Default)]
pub struct Workloads {
    parts: Arc<Parts>,
}

#[derive(Default)]
struct Parts {
    entries: Vec<Workload>,
    issuers: HashMap<String, Publisher>,
    callers: Callers,
}

impl fmt::Debug for Workloads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workloads")
            .field("entries", &self.parts.entries.len())
            .finish_non_exhaustive()
    }
}

/// Why a caller is no workload of this portal.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The portal does not know its own address, which tokens are meant for.
    #[error(
        "this portal has no public_url, so no token can be meant for it: set public_url in towpath.toml"
    )]
    NoAddress,
    /// No configured workload has the issuer of this token.
    #[error(
        "no workload of this portal has the issuer {0:?}: name it in [[workloads]] of towpath.toml"
    )]
    UnknownIssuer(String),
    /// The token is no token of its issuer's.
    #[error("the token is not valid: {0}")]
    Token(TokenError),
    /// It is for someone else.
    #[error("the token is meant for {found:?}: ask for one with the audience {expected:?} alone")]
    Audience {
        /// Whom it is for.
        found: String,
        /// The portal's address.
        expected: String,
    },
    /// It was issued too long ago.
    #[error("the token was issued more than an hour ago: ask for a new one, in the job that calls")]
    Old,
    /// Its job is of a kind that no workload may be.
    #[error("{0}")]
    Untrusted(&'static str),
    /// It is valid, and no entry means its job.
    #[error(
        "no workload of this portal is meant by this job ({said}){}: compare it with [[workloads]] in towpath.toml",
        because(misfits)
    )]
    NoWorkload {
        /// What it says of itself.
        said: String,
        /// What of that does not fit the nearest entry of its own repository or project. What would fit is not told.
        misfits: Vec<&'static str>,
    },
    /// An AWS identity that is not believed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The issuer does not answer as it should.
    #[error("the token's issuer does not answer as it should: try again in a moment")]
    Issuer(#[source] IssuerError),
}

/// What did not fit, as the end of a sentence.
fn because(misfits: &[&str]) -> String {
    match misfits {
        [] => String::new(),
        [one] => format!(", since its {one} does not fit"),
        [most @ .., last] => format!(", since its {} and {last} do not fit", most.join(", ")),
    }
}

/// What is wrong with an issuer's answer.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct IssuerError(oidc::Error);

impl From<oidc::Error> for Error {
    fn from(error: oidc::Error) -> Self {
        match error {
            oidc::Error::Token(error) => Self::Token(error),
            error @ (oidc::Error::Issuer(_) | oidc::Error::Documents(_)) => {
                Self::Issuer(IssuerError(error))
            }
        }
    }
}

impl Error {
    /// Whether it is not the caller's fault, so that the same call may succeed later.
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Issuer(_) | Self::Aws(AwsError::Unavailable(_)))
    }
}

impl Workloads {
    /// The workloads of the configuration. `sts` is where AWS's Security Token Service listens, when it is not AWS's own.
    /// Nothing is fetched before the first of them calls.
    pub fn new(entries: Vec<Workload>, sts: Option<Url>) -> Self {
        let issuers = entries.iter().filter_map(Workload::issuer);
        let publisher = |issuer: &str| {
            let publisher = Publisher::new(issuer.to_owned(), None);
            (issuer.to_owned(), publisher)
        };
        let issuers = issuers.map(publisher).collect();
        Self {
            parts: Arc::new(Parts {
                entries,
                issuers,
                callers: Callers::new(sts),
            }),
        }
    }

    /// Which workload holds this token, and what it is at. `portal` is the address that people open.
    pub async fn authenticate(
        &self,
        token: &str,
        portal: Option<&Url>,
        now: Timestamp,
    ) -> Result<Authenticated, Error> {
        let portal = portal.ok_or(Error::NoAddress)?;
        if token.starts_with(AWS_PREFIX) {
            self.prove_aws(token, portal, now).await
        } else {
            self.prove_job(token, portal, now).await
        }
    }

    async fn prove_job(
        &self,
        text: &str,
        portal: &Url,
        now: Timestamp,
    ) -> Result<Authenticated, Error> {
        let token = Token::parse(text).map_err(Error::Token)?;
        let issuer = token.unproved_issuer().map_err(Error::Token)?;
        let Some(publisher) = self.parts.issuers.get(&issuer) else {
            return Err(Error::UnknownIssuer(issuer.chars().take(200).collect()));
        };
        let claims: Claims = publisher.claims(&token, now).await?;
        if claims.text("iss").as_ref() != Some(&issuer) {
            return Err(Error::Token(oidc::TokenError::Issuer));
        }
        let times = claims.times.filter(|times| times.hold(now));
        let times = times.ok_or(Error::Token(oidc::TokenError::Time))?;
        if times.age(now) > MOST_AGE {
            return Err(Error::Old);
        }
        let (expected, found) = (portal.origin().ascii_serialization(), claims.audience());
        if found != [expected.as_str()] {
            let found = found.join(", ").chars().take(200).collect();
            return Err(Error::Audience { found, expected });
        }
        let subject = claims.text("sub");
        let subject = subject.ok_or(Error::Token(oidc::TokenError::Subject))?;
        let (workload, work) = self.means(&issuer, &claims)?;
        Ok(Authenticated {
            actor: actor(workload).at_work(work),
            proof: format!("token of {issuer}: {subject}"),
        })
    }

    /// The first entry that means the job.
    fn means(&self, issuer: &str, claims: &Claims) -> Result<(&Workload, Work), Error> {
        let mut nearest: Option<(JobClaims, Vec<Claim>, Platform)> = None;
        for workload in &self.parts.entries {
            let Identity::Job(job) = &workload.identity else {
                continue;
            };
            if job.issuer != issuer {
                continue;
            }
            let said = platform::read(job.platform, issuer, claims);
            let misfits = misfits(job, &said);
            if misfits.is_empty() {
                if let Some(reason) = said.untrusted {
                    return Err(Error::Untrusted(reason));
                }
                return Ok((workload, said.work));
            }
            // Anyone who is of another repository learns no more than that.
            let misfits = match misfits.first() {
                Some(Claim::Id) => vec![Claim::Id],
                _ => misfits,
            };
            let rank = |misfits: &[Claim]| (misfits.contains(&Claim::Id), misfits.len());
            let is_nearer = |(_, known, _): &(_, Vec<Claim>, _)| rank(&misfits) < rank(known);
            if nearest.as_ref().is_none_or(is_nearer) {
                nearest = Some((said, misfits, job.platform));
            }
        }
        Err(match nearest {
            Some((said, misfits, platform)) => Error::NoWorkload {
                said: said.to_string(),
                misfits: misfits.iter().map(|it| it.name(platform)).collect(),
            },
            None => Error::NoWorkload {
                said: String::new(),
                misfits: Vec::new(),
            },
        })
    }

    async fn prove_aws(
        &self,
        token: &str,
        portal: &Url,
        now: Timestamp,
    ) -> Result<Authenticated, Error> {
        let is_aws = |workload: &Workload| matches!(workload.identity, Identity::Aws { .. });
        if !self.parts.entries.iter().any(is_aws) {
            return Err(AwsError::None.into());
        }
        let caller = self.parts.callers.identify(token, portal, now).await?;
        let mut entries = self.parts.entries.iter();
        let workload = entries.find(|workload| match &workload.identity {
            Identity::Aws { account, role } => *account == caller.account && *role == caller.role,
            Identity::Job(_) => false,
        });
        let workload = workload.ok_or_else(|| Error::NoWorkload {
            said: caller.arn.clone(),
            misfits: Vec::new(),
        })?;
        Ok(Authenticated {
            actor: actor(workload),
            proof: format!("AWS identity {}", caller.arn),
        })
    }
}

/// The actor that a workload authenticates as.
fn actor(workload: &Workload) -> Actor {
    Actor::machine(
        format!("machine/{}", workload.name),
        workload.permit.clone(),
    )
}
