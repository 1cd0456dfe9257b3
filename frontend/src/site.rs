//! What every page needs to know of the site around it: its assets, its address.

use std::sync::LazyLock;

use domain::digest::Digest;
use serde::{Deserialize, Serialize};

/// The one stylesheet. The server holds it, so that pages look right also when no bundle was built.
pub const STYLESHEET: &str = include_str!("style/towpath.css");

/// The browser tab's icon, held like [`STYLESHEET`].
pub const FAVICON: &str = include_str!("style/favicon.svg");

/// A file that the program itself holds, to be served below `/assets/` under its name, which changes with its
/// content: it may be cached for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuiltIn {
    /// The file's name.
    pub name: String,
    /// Its media type.
    pub content_type: &'static str,
    pub content: &'static str,
}

/// The assets that are always there: the stylesheet, then the tab's icon.
pub fn built_in() -> &'static [BuiltIn; 2] {
    static FILES: LazyLock<[BuiltIn; 2]> = LazyLock::new(|| {
        [
            BuiltIn {
                name: hashed("towpath", STYLESHEET.as_bytes(), "css"),
                content_type: "text/css; charset=utf-8",
                content: STYLESHEET,
            },
            BuiltIn {
                name: hashed("favicon", FAVICON.as_bytes(), "svg"),
                content_type: "image/svg+xml",
                content: FAVICON,
            },
        ]
    });
    &FILES
}

/// The stylesheet's name below `/assets/`.
pub fn stylesheet_name() -> &'static str {
    &built_in()[0].name
}

/// The tab icon's name below `/assets/`.
pub fn favicon_name() -> &'static str {
    &built_in()[1].name
}

/// The name of an asset with that content.
pub fn hashed(stem: &str, content: &[u8], extension: &str) -> String {
    format!("{stem}-{}.{extension}", Digest::of(content).short())
}

/// What the asset build (`cargo run -p bundle`) wrote beside the assets, as `manifest.json`.
///
/// For anyone who serves them: read `<folder>/manifest.json` once, at start, with [`Manifest::parse`]; serve
/// `/assets/<name>` for [`Manifest::files`] from that folder, and the [`built_in`] files from memory; both with
/// `Cache-Control: public, max-age=31536000, immutable`, since every name holds its content's hash. `.js` must be
/// served as `text/javascript` and `.wasm` as `application/wasm`. Without a manifest, pages have no islands and lack
/// nothing but movement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The module that loads the islands and wakes them.
    pub script: String,
    /// The islands.
    pub wasm: String,
}

/// A manifest that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InvalidManifest {
    /// It is not JSON of the right shape.
    #[error("the site's manifest cannot be read: build the site again")]
    Json(#[source] serde_json::Error),
    /// A name in it is not a plain file name.
    #[error("the site's manifest names {0:?}, which is not a plain file name")]
    Name(String),
}

impl Manifest {
    /// Reads `manifest.json`.
    pub fn parse(json: &str) -> Result<Self, InvalidManifest> {
        let manifest: Self = serde_json::from_str(json).map_err(InvalidManifest::Json)?;
        let plain = |name: &str| {
            name.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
                && !name.starts_with('.')
                && !name.is_empty()
        };
        if let Some(name) = manifest.files().into_iter().find(|name| !plain(name)) {
            return Err(InvalidManifest::Name(name.to_owned()));
        }
        Ok(manifest)
    }

    /// The names of all files beside it.
    pub fn files(&self) -> [&str; 2] {
        [&self.script, &self.wasm]
    }
}

/// Who looks at a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visitor {
    /// The one user of a local portal, who may do everything.
    Local,
    /// Nobody that is known.
    SignedOut,
    /// Anybody: the page may be handed to others than the one who asked, so it says nothing of them.
    Unknown,
    /// Anyone who holds a share link, who has no business elsewhere here.
    Guest {
        /// Whether the portal is a local one.
        local: bool,
    },
    /// Someone who signed in.
    Person {
        /// What to call them.
        name: String,
        /// What of [`Section`] they may open.
        opens: Vec<Section>,
    },
}

/// A part of the site that some may open and others may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Runs that no app claims.
    Unassigned,
    /// The audit log.
    Audit,
    /// Who may do what.
    Access,
    /// How the portal is set up.
    Configuration,
}

impl Visitor {
    /// Whether the portal is a local one, which every page says.
    pub(crate) fn is_local(&self) -> bool {
        matches!(self, Self::Local | Self::Guest { local: true })
    }

    /// Whether they may open that part of the site.
    pub(crate) fn may_open(&self, section: Section) -> bool {
        match self {
            Self::Local => true,
            Self::SignedOut | Self::Unknown | Self::Guest { .. } => false,
            Self::Person { opens, .. } => opens.contains(&section),
        }
    }

    /// Whether they may see promotions, holds and their own settings, which anyone who is in may.
    pub(crate) fn is_in(&self) -> bool {
        match self {
            Self::Local | Self::Person { .. } => true,
            Self::SignedOut | Self::Unknown | Self::Guest { .. } => false,
        }
    }
}

/// Which entry of the site's navigation a page belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Overview,
    Promotions,
    Holds,
    /// The audit log.
    Audit,
    /// Pipelines that no app claims.
    Unassigned,
    /// What concerns the viewer.
    Settings,
    /// Below one of them.
    Below,
}

/// The site that a page is part of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The islands' assets; without them pages do not move.
    pub islands: Option<Manifest>,
    /// Who looks at it.
    pub visitor: Visitor,
    /// Where the site is reached from outside, without a slash at the end: `https://towpath.example.com`.
    pub base: String,
}

impl Site {
    /// The absolute address of a page.
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.base.trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_survives_a_round_trip() {
        let manifest = Manifest {
            script: "islands-1.js".into(),
            wasm: "islands-2.wasm".into(),
        };
        let json = serde_json::to_string(&manifest).unwrap();
        assert_eq!(Manifest::parse(&json).unwrap(), manifest);
    }

    #[test]
    fn a_manifest_cannot_name_files_elsewhere() {
        for name in ["../secret", "a/b.js", "", ".hidden"] {
            let json = serde_json::json!({ "script": name, "wasm": "islands.wasm" }).to_string();
            assert!(
                matches!(Manifest::parse(&json), Err(InvalidManifest::Name(_))),
                "{name:?}"
            );
        }
        assert!(matches!(
            Manifest::parse("{}"),
            Err(InvalidManifest::Json(_))
        ));
    }

    #[test]
    fn a_built_in_files_name_changes_with_its_content() {
        assert_ne!(hashed("a", b"1", "css"), hashed("a", b"2", "css"));
        assert_eq!(
            stylesheet_name(),
            hashed("towpath", STYLESHEET.as_bytes(), "css")
        );
        assert_eq!(favicon_name(), hashed("favicon", FAVICON.as_bytes(), "svg"));
    }

    #[test]
    fn an_absolute_address_has_one_slash() {
        let site = Site {
            islands: None,
            visitor: Visitor::SignedOut,
            base: "https://t.example/".into(),
        };
        assert_eq!(site.absolute("/wallet/dev"), "https://t.example/wallet/dev");
    }
}
