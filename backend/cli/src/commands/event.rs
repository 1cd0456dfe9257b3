//! `towpath event send`: reports to the portal what a pipeline does.

use std::{io::Read as _, path::PathBuf};

use clap::{Args, Subcommand};
use domain::json;
use serde_json::Value;

use crate::{client::Api, failure::Failure, output::Output};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Send an event as EventBridge does, or an array of up to 100
    Send(SendOptions),
}

#[derive(Args)]
pub(crate) struct SendOptions {
    /// The file with the JSON; - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(crate) async fn send(api: &Api, options: &SendOptions, output: &Output) -> Result<(), Failure> {
    let name = options.file.display();
    let text = read(options)
        .map_err(|error| Failure::Failed(format!("{name} cannot be read: {error}")))?;
    let event = json::value(text.as_bytes()).map_err(|error| {
        Failure::Refused(format!(
            "{name} is not JSON: {error}. Send an event as EventBridge does"
        ))
    })?;
    let answer: Value = api.post("/api/v1/events", &event).await?;
    if output.json {
        return output.value(&answer);
    }
    let events = answer["events"].as_array().map_or(0, Vec::len);
    let known = match answer["duplicates"].as_u64() {
        None | Some(0) => String::new(),
        Some(known) => format!(", {known} known before"),
    };
    output.line(&format!(
        "recorded {}{known}",
        domain::words::count(events, "event")
    ));
    if answer["claimed"]
        .as_u64()
        .is_some_and(|claimed| claimed > 0)
    {
        output.note(
            "claimed, since no platform confirms it: pages say so, checks do not count it, and a run that its platform has \
             reported stays as it is",
        );
    }
    for ignored in answer["ignored"].as_array().into_iter().flatten() {
        output.note(&format!(
            "not recorded: {}",
            ignored["reason"].as_str().unwrap_or_default()
        ));
    }
    Ok(())
}

fn read(options: &SendOptions) -> std::io::Result<String> {
    if options.file.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        Ok(text)
    } else {
        std::fs::read_to_string(&options.file)
    }
}
