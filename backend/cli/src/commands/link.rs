//! `towpath link`: builds for people without an account.

use std::{fs, path::PathBuf};

use api::links::{LinkRequest, LinkTo, SharePassword};
use clap::{Args, Subcommand};
use domain::{
    id::{AppId, EnvironmentId, LinkId},
    share::{LinkView, LinksView, MadeLink, ShareLink, Shared, Standing},
    words::count,
};
use serde_json::json;

use super::{
    ago,
    build_name::{self, BuildName},
};
use crate::{
    client::Api,
    failure::Failure,
    output::{Output, Table},
};

const EXAMPLES: &str = "Examples:
  towpath link make wallet dev --days 7                  whatever dev serves at the time of the tap
  towpath link make --build wallet/dev --hours 2 --uses 1   this very build, to one person
  towpath link make wallet dev --days 1 --password-file password.txt

Anyone who has the address can download without an account. It is printed once, and kept nowhere.";

/// What to do with share links.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make a share link and print its address
    Make(MakeOptions),
    /// List your share links, those that ended lately too
    List,
    /// End a share link
    Revoke {
        /// The link, as `towpath link list` names it
        id: LinkId,
    },
}

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct MakeOptions {
    /// The app
    #[arg(
        required_unless_present = "build",
        conflicts_with = "build",
        requires = "environment"
    )]
    app: Option<AppId>,
    /// The environment whose newest build it gives
    environment: Option<EnvironmentId>,
    #[arg(long, value_parser = build_name::parse, help = build_name::HELP)]
    build: Option<BuildName>,
    /// For how many days it works
    #[arg(long, required_unless_present = "hours", conflicts_with = "hours", value_parser = clap::value_parser!(u32).range(1..=30))]
    days: Option<u32>,
    /// For how many hours it works
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=720))]
    hours: Option<u32>,
    /// How many downloads it gives [default: any number]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1000))]
    uses: Option<u32>,
    /// How many downloads it gives in a day [default: as many as the portal lets any link give]
    #[arg(long, value_name = "DOWNLOADS", value_parser = clap::value_parser!(u32).range(1..))]
    per_day: Option<u32>,
    /// How many GiB it gives in a day [default: as many as the portal lets any link give]
    #[arg(long, value_name = "GIB", value_parser = clap::value_parser!(u32).range(1..))]
    gib_per_day: Option<u32>,
    /// A file whose first line is the password that the link asks for
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

pub(crate) async fn link(api: &Api, command: &Command, output: &Output) -> Result<(), Failure> {
    match command {
        Command::Make(options) => make(api, options, output).await,
        Command::List => list(api, output).await,
        Command::Revoke { id } => revoke(api, id, output).await,
    }
}

async fn make(api: &Api, options: &MakeOptions, output: &Output) -> Result<(), Failure> {
    let days = options.days.map(|days| days * 24);
    let request = LinkRequest {
        to: to(api, options).await?,
        hours: days.or(options.hours).unwrap_or_default(),
        limit: options.uses,
        per_day: options.per_day,
        bytes_per_day: options.gib_per_day.map(|gib| u64::from(gib) << 30),
        password: password(options)?,
    };
    let made: MadeLink = api.post("/api/v1/links", &request).await?;
    if output.json {
        return output.value(&made);
    }
    // Alone, so that it can be piped to wherever it is to go.
    output.line(&made.address);
    let ShareLink { id, .. } = &made.link;
    output.note(&format!(
        "gives {}, {}, until {}; end it with `towpath link revoke {id}`",
        what(&made.link.what),
        uses(&made.link),
        made.link.expires_at
    ));
    Ok(())
}

async fn to(api: &Api, options: &MakeOptions) -> Result<LinkTo, Failure> {
    match (&options.build, &options.app, &options.environment) {
        (Some(build), ..) => Ok(LinkTo::Build {
            build: build.find(api).await?,
        }),
        (None, Some(app), Some(environment)) => Ok(LinkTo::Newest {
            app: app.clone(),
            environment: environment.clone(),
        }),
        (None, ..) => Err(Failure::Refused(
            "name an app and an environment, or a build with --build".to_owned(),
        )),
    }
}

fn password(options: &MakeOptions) -> Result<Option<SharePassword>, Failure> {
    let Some(file) = &options.password_file else {
        return Ok(None);
    };
    let text = fs::read_to_string(file).map_err(|error| {
        let file = file.display();
        Failure::Refused(format!("the password in {file} cannot be read: {error}"))
    })?;
    let first = text.lines().next().unwrap_or_default();
    Ok(Some(SharePassword(first.into())))
}

async fn list(api: &Api, output: &Output) -> Result<(), Failure> {
    let view: LinksView = api.get("/api/v1/links", &Vec::new()).await?;
    if output.json {
        return output.value(&view);
    }
    if view.links.is_empty() {
        output.note("there are no share links");
        return Ok(());
    }
    let mut table = Table::new(&["link", "gives", "is", "until", "used", "by", "made"]);
    for LinkView { link, standing } in &view.links {
        let (word, colour) = word(*standing);
        table.row([
            (link.id.to_string(), None),
            (what(&link.what), None),
            (word.to_owned(), colour),
            (link.expires_at.to_string(), None),
            (uses(link), None),
            (link.by.name.clone(), None),
            (ago(link.made_at), None),
        ]);
    }
    output.table(&table);
    Ok(())
}

async fn revoke(api: &Api, id: &LinkId, output: &Output) -> Result<(), Failure> {
    let path = format!("/api/v1/links/{id}/revoke");
    let view: LinkView = api.post(&path, &json!({})).await?;
    if output.json {
        return output.value(&view);
    }
    output.line(&format!(
        "the link to {} gives nothing any more",
        what(&view.link.what)
    ));
    Ok(())
}

fn what(shared: &Shared) -> String {
    match shared {
        Shared::Build { app, number, .. } => format!("build {number} of {app}"),
        Shared::Newest { app, environment } => format!("{app}/{environment}"),
    }
}

fn uses(link: &ShareLink) -> String {
    match link.limit {
        Some(limit) => format!("{} of {limit}", link.used),
        None => count(usize::try_from(link.used).unwrap_or_default(), "download"),
    }
}

/// A standing in a word, with its colour.
fn word(standing: Standing) -> (&'static str, Option<u8>) {
    match standing {
        Standing::Live => ("live", Some(32)),
        Standing::Expired => ("expired", None),
        Standing::Revoked => ("revoked", None),
        Standing::Spent => ("used up", None),
    }
}
