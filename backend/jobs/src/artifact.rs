//! Opens a job's input artifacts by ranges and streams out what is in them, with memory that does not grow.

use std::collections::HashMap;

use domain::{build::ArtifactKind, causes::chain, id::FileName};
use packages::{
    archive::{Archive, File},
    source::ReadAt,
};
use portal::register::{MAX_FILE_SIZE, MAX_FILES, Pending, Staging, StoredObject};
use sources::job::{Credentials, Input};

use crate::Failure;

/// The largest artifact that is opened, packed or unpacked: 4 GiB, which is also all that a zip holds.
const MAX_ARTIFACT: u64 = 4 << 30;

/// How much an artifact may grow when it is unpacked. Text deflates to a tenth, rarely to a fiftieth; a bomb to a
/// thousandth.
const MAX_GROWTH: u64 = 200;

/// What may be unpacked in any case, so that a small artifact of much repetition passes.
const ALWAYS_UNPACKED: u64 = 64 << 20;

/// Streams every file of the inputs into staging. The credentials end here.
pub(crate) async fn unpack(
    pending: &Pending<'_>,
    inputs: &[Input],
    credentials: Option<Credentials>,
    staging: &mut Staging,
) -> Result<(), Failure> {
    let mut archives = Vec::new();
    for input in inputs {
        archives.push(Opened {
            name: input.name.clone(),
            archive: open(pending, input, credentials.as_ref()).await?,
            place: place(input),
        });
    }
    drop(credentials);
    let files = check(&archives)?;
    for (opened, file) in files {
        opened.stream(&file, staging).await?;
    }
    Ok(())
}

async fn open(
    pending: &Pending<'_>,
    input: &Input,
    credentials: Option<&Credentials>,
) -> Result<Archive<StoredObject>, Failure> {
    let place = place(input);
    let Some(credentials) = credentials else {
        return Err(Failure::configuration(format!(
            "The job carries no credentials for {place}. Invoke the function from an action of the pipeline."
        )));
    };
    let failed = |error| Failure::input(error, &place);
    let gone = || store::Error::NotFound {
        what: format!("object {}", input.key),
    };
    let found = pending
        .input(
            (&input.bucket, &input.key),
            &credentials.access_key_id,
            &credentials.secret_access_key,
            credentials.session_token.as_deref(),
        )
        .await
        .map_err(failed)?;
    let object = found.ok_or_else(gone).map_err(failed)?;
    let size = object.size();
    if size > MAX_ARTIFACT {
        return Err(Failure::artifact(format!(
            "{place} has {size} bytes; at the most {MAX_ARTIFACT} are taken. Leave out what testers do not need."
        )));
    }
    Archive::open(object)
        .await
        .map_err(|error| Failure::archive(error, &place))
}

struct Opened {
    name: String,
    archive: Archive<StoredObject>,
    place: String,
}

impl Opened {
    /// Copies one file out. Nothing of it is visible unless all of it came and its checksum agrees.
    async fn stream(&self, file: &File<'_>, staging: &mut Staging) -> Result<(), Failure> {
        let refused = |error| Failure::archive(error, &self.place);
        let mut reader = self
            .archive
            .reader(file.entry, MAX_FILE_SIZE)
            .await
            .map_err(refused)?;
        let mut writer = staging.begin().await?;
        loop {
            match reader.next_chunk().await {
                Ok(Some(chunk)) => writer.write(&chunk).await?,
                Ok(None) => break,
                Err(error) => {
                    // Nothing of it is visible either way; aborting now frees its space sooner.
                    if let Err(error) = writer.abort().await {
                        tracing::warn!(error = %chain(&error), "an unfinished upload was left behind");
                    }
                    return Err(refused(error));
                }
            }
        }
        staging.finish(file.name.clone(), writer).await?;
        Ok(())
    }
}

/// The files of all archives, when they are few enough, small enough and called differently, and one is a package.
fn check(archives: &[Opened]) -> Result<Vec<(&Opened, File<'_>)>, Failure> {
    let mut files = Vec::new();
    for opened in archives {
        let found = opened.archive.files();
        let found = found.map_err(|error| Failure::archive(error, &opened.place))?;
        check_growth(opened, &found)?;
        files.extend(found.into_iter().map(|file| (opened, file)));
    }
    if files.len() > MAX_FILES {
        return Err(Failure::configuration(format!(
            "The artifact holds {} files; at the most {MAX_FILES} make a build. Name only what is to be kept under \
             `artifacts: files:` of the build.",
            files.len()
        )));
    }
    tell_apart(&mut files)?;
    check_names(&files)?;
    let has_package = files
        .iter()
        .any(|(_, file)| ArtifactKind::of(&file.name) == ArtifactKind::Apk);
    if has_package {
        Ok(files)
    } else {
        Err(no_package(archives, &files))
    }
}

fn check_growth(opened: &Opened, files: &[File<'_>]) -> Result<(), Failure> {
    let sizes = files.iter().map(|file| file.entry.size);
    let unpacked = sizes.fold(0, u64::saturating_add);
    let packed: u64 = files.iter().map(|file| file.entry.compressed_size).sum();
    let allowed = packed
        .saturating_mul(MAX_GROWTH)
        .clamp(ALWAYS_UNPACKED, MAX_ARTIFACT);
    if unpacked <= allowed {
        return Ok(());
    }
    Err(Failure::artifact(format!(
        "{} claims to unpack from {packed} bytes to {unpacked}; at the most {allowed} are unpacked of it. Make it anew \
         with what the build really made.",
        opened.place
    )))
}

/// Gives files that nobody installs, and that two artifacts call alike, the artifact's name as a prefix.
fn tell_apart(files: &mut [(&Opened, File<'_>)]) -> Result<(), Failure> {
    let mut count: HashMap<FileName, usize> = HashMap::new();
    for (_, file) in &*files {
        *count.entry(file.name.clone()).or_default() += 1;
    }
    for (opened, file) in files {
        let alone = count.get(&file.name).is_none_or(|count| *count == 1);
        if alone || ArtifactKind::of(&file.name).is_program() {
            continue;
        }
        let name = format!("{}-{}", opened.name, file.name);
        file.name = name.parse().map_err(|_| {
            Failure::artifact(format!(
                "{} holds a file {} as another artifact does. Rename one of them.",
                opened.place, file.name
            ))
        })?;
    }
    Ok(())
}

fn check_names(files: &[(&Opened, File<'_>)]) -> Result<(), Failure> {
    let mut seen: HashMap<&str, &str> = HashMap::new();
    for (opened, file) in files {
        if let Some(first) = seen.insert(file.name.as_str(), &opened.place) {
            return Err(Failure::configuration(format!(
                "{first} and {} both hold a file {}. Rename one of them.",
                opened.place, file.name
            )));
        }
    }
    Ok(())
}

fn no_package(archives: &[Opened], files: &[(&Opened, File<'_>)]) -> Failure {
    let place = archives
        .first()
        .map_or("The artifact", |opened| opened.place.as_str());
    let names: Vec<&str> = files
        .iter()
        .take(5)
        .map(|(_, file)| file.name.as_str())
        .collect();
    let holds = if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.join(", ")
    };
    Failure::configuration(format!(
        "{place} holds no .apk; it holds {holds}. Add `build/app/outputs/flutter-apk/*.apk` under `artifacts: files:` \
         of the build, and give the action that artifact as its input."
    ))
}

fn place(input: &Input) -> String {
    let Input { name, bucket, key } = input;
    format!("The artifact {name} (s3://{bucket}/{key})")
}
