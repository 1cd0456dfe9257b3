//! What the holes of addresses and bodies are filled with.

use testkit::two_apps::Things;

use crate::patterns::Kind;

/// What there is of that kind.
pub(crate) fn known(things: &Things, kind: Kind) -> &str {
    match kind {
        Kind::App => &things.app,
        Kind::Environment => &things.environment,
        Kind::Build => &things.build,
        Kind::Withdrawn => &things.withdrawn,
        Kind::Digest => &things.digest,
        Kind::Promoted => &things.promoted,
        Kind::Run => &things.run,
        Kind::Promotion => &things.promotion,
        Kind::Upload => &things.upload,
        Kind::Cursor => &things.cursor,
        Kind::Asset => frontend::site::stylesheet_name(),
        Kind::Token => &things.token,
        Kind::Link => &things.link.0,
        Kind::Session => &things.session,
        Kind::Share => &things.link.1,
    }
}
