//! GitHub Actions: deliveries of a webhook about runs of workflows and their jobs.
//!
//! The signature has been checked. What the headers and the endpoint say comes beside the body: a delivery does not
//! name its own type, and the host that a run is of is the endpoint's, never the body's.
//!
//! `action` and `status` disagree in real deliveries: a run is `requested` and has ended already, a job is `queued` and
//! waits. The state is therefore read from `status` and `conclusion` alone.

mod job;
mod run;

use domain::{
    Timestamp, event::Pipeline, id::RunId, source::GITHUB, status::Status, webhook::SignatureScheme,
};

use crate::{
    Ignored, Parsed,
    error::Error,
    fields::{Fields, SEGMENT, is_segment, words},
    webhook::{Delivery, WebhookSource},
};

pub(crate) const WEBHOOK: WebhookSource = WebhookSource {
    source: GITHUB,
    signature: SignatureScheme::HexHmacSha256 {
        header: "x-hub-signature-256",
        prefix: "sha256=",
    },
    kind_header: "x-github-event",
    delivery_header: "x-github-delivery",
    host: "github.com",
    read,
};

/// What carries out the jobs, for people.
const PROVIDER: &str = "GitHub Actions";

/// The longest name that is kept, in characters.
const LONGEST_NAME: usize = 200;

fn read(delivery: &Delivery<'_>, received_at: Timestamp) -> Result<Parsed, Error> {
    let read = match delivery.kind {
        "workflow_run" => run::read,
        "workflow_job" => job::read,
        "ping" => return Ok(Parsed::ignored(Ignored::Ping)),
        other => {
            let kind = other.chars().take(80).collect();
            return Ok(Parsed::ignored(Ignored::Delivery(kind)));
        }
    };
    let body = delivery.object()?;
    let whole = Fields::root(&body);
    let repository = Repository::of(&whole, delivery.host)?;
    if !delivery.is_for(repository.owner, repository.name, repository.id) {
        let name = repository.full_name();
        return Ok(Parsed::ignored(Ignored::Repository(name)));
    }
    let id = delivery.event_id(GITHUB)?;
    Ok(vec![read(&whole, &repository, id, received_at)?].into())
}

/// Where a run is.
struct Repository<'a> {
    host: &'a str,
    /// Stays when the repository is renamed, which is why it is part of a run's identity.
    id: u64,
    owner: &'a str,
    name: &'a str,
    /// Its page.
    url: Option<String>,
}

impl<'a> Repository<'a> {
    fn of(whole: &Fields<'a>, host: &'a str) -> Result<Self, Error> {
        let repository = whole.required_object("repository")?;
        let full_name = repository.required("full_name")?;
        let (owner, name) = full_name
            .split_once('/')
            .filter(|(owner, name)| is_segment(owner) && is_segment(name))
            .ok_or_else(|| {
                let field = repository.path("full_name");
                Error::invalid(field, full_name, "a repository such as acme/wallet")
            })?;
        Ok(Self {
            host,
            id: identifier(&repository, "id")?,
            owner,
            name,
            url: repository.text("html_url").and_then(crate::fields::link),
        })
    }

    fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    fn run(&self, run: u64) -> Result<RunId, Error> {
        format!("{}/{}/{}/{run}", GITHUB.name, self.host, self.id)
            .parse()
            .map_err(|_| Error::invalid("the endpoint's host", self.host, SEGMENT))
    }

    /// A workflow, named as `towpath.toml` names it: `acme/wallet/release.yml`.
    fn workflow(&self, file: &str) -> Pipeline {
        let name = format!("{}/{file}", self.full_name());
        Pipeline {
            source: GITHUB.name.to_owned(),
            account: None,
            region: None,
            name: words(&name, LONGEST_NAME).unwrap_or(name),
        }
    }
}

/// A number that GitHub gave to something.
fn identifier(fields: &Fields<'_>, name: &str) -> Result<u64, Error> {
    fields.whole_number(name).ok_or_else(|| Error::Missing {
        field: fields.path(name),
    })
}

/// Which try of the run: a re-run keeps the run's identity.
fn attempt(fields: &Fields<'_>) -> u32 {
    let told = fields.whole_number("run_attempt").unwrap_or(1);
    // Beyond five digits it is no count of tries, and would outrank every true one for ever.
    u32::try_from(told)
        .ok()
        .filter(|attempt| (1..100_000).contains(attempt))
        .unwrap_or(1)
}

/// The state of a run or a job, and GitHub's own word for it. Both lists of words grow without notice.
fn status(fields: &Fields<'_>) -> Result<(Status, String), Error> {
    let state = fields.required("status")?;
    let ended = fields.text("conclusion").filter(|_| state == "completed");
    let status = match ended.unwrap_or(state) {
        "requested" | "queued" | "pending" => Status::Queued,
        // A run that somebody has to allow first counts as completed at GitHub, and goes on under the same identity.
        "waiting" | "action_required" => Status::Waiting,
        "in_progress" => Status::Running,
        "success" | "neutral" => Status::Succeeded,
        "failure" => Status::Failed,
        "cancelled" | "stale" => Status::Canceled,
        "skipped" => Status::Skipped,
        "timed_out" | "startup_failure" => Status::Error,
        _ => Status::Unknown,
    };
    let word = ended.unwrap_or(state);
    Ok((status, word.chars().take(80).collect()))
}
