//! The pages, a folder a noun, a file a verb. Each is a struct with all that it shows, which is a [`Page`]. Their handlers are in
//! the crate `web`, under `pages`.

use leptos::prelude::AnyView;

use crate::site::{Place, Site};

pub mod app {
    pub mod show;
}

/// The audit log.
pub mod audit {
    mod entry;
    pub mod list;
    pub mod verify;
    mod words;
}

pub mod build {
    mod artifacts;
    pub mod list;
    mod package;
    mod path;
    mod promote;
    pub mod show;
    mod withdraw;
}

/// What is between two builds.
pub mod compare {
    mod changes;
    pub mod choose;
    pub mod show;
}

pub mod download {
    pub mod list;
}

/// What stands in place of a page that there is not.
pub mod error {
    pub mod show;
}

pub mod hold {
    pub mod list;
    pub mod new;
}

/// Share links, for those who make them.
pub mod link {
    pub mod list;
    pub mod made;
    pub mod make;
    mod words;
}

pub mod overview {
    pub mod show;
}

pub mod promotion {
    mod answer;
    pub mod list;
    pub mod show;
    mod timeline;
}

/// Going back.
pub mod rollback {
    pub mod ask;
}

pub mod run {
    mod failure;
    pub mod list;
    pub mod show;
    mod timeline;
}

/// What concerns the viewer, and how this portal is set up.
pub mod settings {
    pub mod access;
    pub mod configuration;
    pub mod privacy;
    pub mod sessions;
    pub mod you;
}

/// What holders of share links see.
pub mod share {
    pub mod show;
}

/// The way out. The way in is the issuer's page.
pub mod sign_in {
    pub mod leaving;
    pub mod signed_out;
}

/// The page that testers get.
pub mod tester {
    mod download;
    mod facts;
    pub(super) mod guide;
    pub mod show;
    pub(super) mod warnings;
    mod withdrawn;
}

/// API tokens.
pub mod token {
    pub mod list;
    pub mod made;
    pub mod make;
}

/// Pipelines that no app claims.
pub mod unassigned {
    pub mod pipelines;
    pub mod show;
}

/// A page, with all that it shows.
pub trait Page {
    /// For the browser's tab and history.
    fn title(&self) -> String;

    /// The main region's class.
    fn class(&self) -> &'static str;

    /// Which entry of the site's navigation it belongs to.
    fn place(&self) -> Place {
        Place::Below
    }

    /// Whether it follows what happens, by an island.
    fn is_live(&self) -> bool {
        false
    }

    /// The main region.
    fn body(&self, site: &Site) -> AnyView;
}
