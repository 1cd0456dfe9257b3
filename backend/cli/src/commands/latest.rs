//! `towpath latest`: fetches the package that an environment serves now, and checks it.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use api::download::Granted;
use clap::Args;
use domain::{
    digest::Hasher,
    id::{AppId, EnvironmentId},
    words,
};
use futures::StreamExt as _;
use http::{Method, StatusCode, header};
use http_client::Answer;
use serde_json::json;

use crate::{
    client::{
        Api,
        http::{Content, Http, HttpError},
    },
    failure::Failure,
    output::Output,
};

#[derive(Args)]
pub(crate) struct LatestOptions {
    /// The app
    #[arg(long)]
    app: AppId,
    /// The environment
    #[arg(long)]
    environment: EnvironmentId,
    /// The device's native code, such as arm64-v8a [default: the package for the most devices]
    #[arg(long)]
    abi: Option<String>,
    /// Where to put it; - for standard output [default: its own name, here]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) async fn latest(
    api: &Api,
    options: &LatestOptions,
    output: &Output,
) -> Result<(), Failure> {
    let path = format!(
        "/api/v1/apps/{}/environments/{}/latest.apk",
        options.app, options.environment
    );
    let abi = options.abi.clone().map(|abi| ("abi", abi));
    let answer = api.ask(&path, &Vec::from_iter(abi)).await?;
    let link = link(&answer)?;
    let granted: Granted = api.json(answer).await?;
    let bytes = api.http.send(Method::GET, &link, Content::None).await;
    let bytes = bytes.map_err(|error| broken(&error))?;
    if bytes.status() != StatusCode::OK {
        let status = bytes.status();
        return Err(Failure::Failed(format!(
            "the link to {} answers {status}. Try again",
            granted.name
        )));
    }
    let file = options
        .output
        .clone()
        .unwrap_or_else(|| PathBuf::from(granted.name.as_str()));
    if file.as_os_str() == "-" {
        save(&api.http, bytes, &granted, &mut io::stdout().lock()).await?;
        return Ok(());
    }
    let size = save_file(&api.http, bytes, &granted, &file).await?;
    if output.json {
        return output.value(&json!({
            "file": file, "name": granted.name, "size": size, "sha256": granted.sha256, "build": granted.build,
        }));
    }
    output.line(&format!(
        "{} ({}, sha256 {})",
        file.display(),
        words::size(size),
        granted.sha256
    ));
    Ok(())
}

fn link(answer: &Answer) -> Result<String, Failure> {
    let location = answer
        .headers()
        .get(header::LOCATION)
        .and_then(|link| link.to_str().ok());
    location
        .map(str::to_owned)
        .ok_or_else(|| Failure::Failed("the portal gave no link".to_owned()))
}

/// Saves beside the file first, so that a broken download leaves nothing under its name.
async fn save_file(
    http: &Http,
    bytes: Answer,
    granted: &Granted,
    file: &Path,
) -> Result<u64, Failure> {
    let written = |error: io::Error| {
        Failure::Failed(format!("{} cannot be written: {error}", file.display()))
    };
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".towpath-").suffix(".part");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut partial = builder
        .tempfile_in(folder.unwrap_or(Path::new(".")))
        .map_err(written)?;
    let size = save(http, bytes, granted, partial.as_file_mut()).await?;
    partial.as_file().sync_all().map_err(written)?;
    partial
        .persist(file)
        .map_err(|error| written(error.error))?;
    Ok(size)
}

/// Writes the bytes as they come, and compares them with what was promised. How many there were.
async fn save(
    http: &Http,
    bytes: Answer,
    granted: &Granted,
    to: &mut dyn Write,
) -> Result<u64, Failure> {
    let (mut hash, mut size) = (Hasher::new(), 0);
    let mut chunks = http.chunks(bytes);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| broken(&error))?;
        hash.update(&chunk);
        size += chunk.len() as u64;
        to.write_all(&chunk)
            .map_err(|error| Failure::Failed(format!("the bytes cannot be written: {error}")))?;
    }
    to.flush()
        .map_err(|error| Failure::Failed(format!("the bytes cannot be written: {error}")))?;
    let digest = hash.finish();
    if digest == granted.sha256 {
        Ok(size)
    } else {
        Err(Failure::Failed(format!(
            "{} has the SHA-256 {digest}, and {} was promised: do not install it. Try again, and tell the portal's operator if it stays so",
            granted.name, granted.sha256
        )))
    }
}

fn broken(error: &HttpError) -> Failure {
    Failure::Failed(format!("the download broke off: {error}. Try again"))
}
