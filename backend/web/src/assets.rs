//! What pages load. Every name holds its content's hash, so that browsers may keep a file for ever.

use std::{collections::HashMap, io, path::Path, sync::Arc};

use axum::body::Bytes;
use frontend::site::{InvalidManifest, Manifest, built_in};

/// The assets of the site, read once and kept: together they are smaller than one page of photographs.
#[derive(Clone, Debug)]
pub struct Assets {
    manifest: Option<Manifest>,
    files: Arc<HashMap<String, Asset>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Asset {
    pub(crate) content_type: &'static str,
    pub(crate) content: Bytes,
}

/// Assets that cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum AssetsError {
    /// A file is missing or cannot be read.
    #[error("{0} cannot be read: build the site again with `make site`")]
    Read(String, #[source] io::Error),
    /// The list of files is not one.
    #[error("manifest.json of the site is not usable")]
    Manifest(#[source] InvalidManifest),
}

impl Assets {
    /// Those that the program itself holds. Pages lack nothing but movement.
    pub fn built_in() -> Self {
        let files = built_in().iter().map(|file| {
            let asset = Asset {
                content_type: file.content_type,
                content: Bytes::from_static(file.content.as_bytes()),
            };
            (file.name.clone(), asset)
        });
        Self {
            manifest: None,
            files: Arc::new(files.collect()),
        }
    }

    /// Those, and what `make site` left in a folder.
    pub fn load(folder: &Path) -> Result<Self, AssetsError> {
        let read = |name: &str| {
            let path = folder.join(name);
            std::fs::read(&path)
                .map_err(|error| AssetsError::Read(path.display().to_string(), error))
        };
        let manifest = String::from_utf8_lossy(&read("manifest.json")?).into_owned();
        let manifest = Manifest::parse(&manifest).map_err(AssetsError::Manifest)?;
        let mut files = HashMap::clone(&Self::built_in().files);
        for name in manifest.files() {
            let asset = Asset {
                content_type: content_type(name),
                content: read(name)?.into(),
            };
            files.insert(name.to_owned(), asset);
        }
        Ok(Self {
            manifest: Some(manifest),
            files: Arc::new(files),
        })
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Asset> {
        self.files.get(name)
    }

    pub(crate) fn manifest(&self) -> Option<&Manifest> {
        self.manifest.as_ref()
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
