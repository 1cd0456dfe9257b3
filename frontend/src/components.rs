//! What several pages show alike. Functions from plain types to views.

pub(crate) mod builds;
pub(crate) mod cell;
pub(crate) mod commit;
pub(crate) mod environment;
pub(crate) mod field;
pub(crate) mod gates;
pub(crate) mod heading;
pub(crate) mod holds;
pub(crate) mod icon;
pub(crate) mod known;
pub(crate) mod list;
pub(crate) mod person;
pub(crate) mod pipelines;
pub(crate) mod promotions;
pub(crate) mod qr;
pub(crate) mod rights;
pub(crate) mod runs;
pub(crate) mod settings;
pub(crate) mod status;
pub(crate) mod time;
