//! Output artifacts: zips in the pipeline's artifact store.

use std::{
    io::{Cursor, Write},
    path::PathBuf,
    sync::Arc,
};

use aws_sdk_s3::{
    Client,
    error::{DisplayErrorContext, ProvideErrorMetadata},
    primitives::ByteStream,
};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::{
    engine::Task,
    model::execution::Artifact,
    script::{Behaviour, Compression, OutputFile},
    world::World,
};

/// Why an output artifact could not be stored.
#[derive(Debug, thiserror::Error)]
pub(super) enum ArtifactError {
    #[error("The file {} of the artifact could not be read", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("The artifact could not be packed")]
    Pack(#[from] zip::result::ZipError),
    #[error("The artifact could not be written")]
    Write(#[from] std::io::Error),
    #[error("Packing the artifact was interrupted")]
    Interrupted(#[from] tokio::task::JoinError),
    #[error("The artifact store {bucket} does not take the artifact: {reason}")]
    Store { bucket: String, reason: String },
}

/// Packs the script's files, or `otherwise` where it names none, and puts them where each output artifact belongs.
pub(super) async fn store(
    world: &Arc<World>,
    task: &Task,
    script: &Behaviour,
    otherwise: Vec<OutputFile>,
) -> Result<(), ArtifactError> {
    let Some(client) = &world.s3 else {
        return Ok(());
    };
    if task.outputs.is_empty() {
        return Ok(());
    }
    let files = if script.files.is_empty() {
        otherwise
    } else {
        script.files.clone()
    };
    let compression = script.compression;
    let bytes = tokio::task::spawn_blocking(move || pack(&files, compression)).await??;
    for output in &task.outputs {
        put(client, output, bytes.clone()).await?;
    }
    Ok(())
}

fn pack(files: &[OutputFile], compression: Compression) -> Result<Vec<u8>, ArtifactError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for file in files {
        let method = match file.compression.unwrap_or(compression) {
            Compression::Stored => CompressionMethod::Stored,
            Compression::Deflated => CompressionMethod::Deflated,
        };
        zip.start_file(
            &*file.name,
            SimpleFileOptions::default().compression_method(method),
        )?;
        match &file.path {
            Some(path) => {
                let bytes = std::fs::read(path).map_err(|source| ArtifactError::Read {
                    path: path.clone(),
                    source,
                })?;
                zip.write_all(&bytes)?;
            }
            None => zip.write_all(file.text.as_deref().unwrap_or_default().as_bytes())?,
        }
    }
    Ok(zip.finish()?.into_inner())
}

/// Puts an object, into a new bucket if there is none: a pipeline's artifact store is part of its scenery.
async fn put(client: &Client, artifact: &Artifact, bytes: Vec<u8>) -> Result<(), ArtifactError> {
    let bytes = bytes::Bytes::from(bytes);
    let mut created = false;
    loop {
        let sent = client
            .put_object()
            .bucket(&artifact.bucket)
            .key(&artifact.key)
            .content_type("application/zip")
            .body(ByteStream::from(bytes.clone()))
            .send()
            .await;
        let Err(error) = sent else {
            return Ok(());
        };
        if error.code() == Some("NoSuchBucket") && !created {
            created = true;
            if client
                .create_bucket()
                .bucket(&artifact.bucket)
                .send()
                .await
                .is_ok()
            {
                continue;
            }
        }
        return Err(ArtifactError::Store {
            bucket: artifact.bucket.clone(),
            reason: DisplayErrorContext(&error).to_string(),
        });
    }
}
