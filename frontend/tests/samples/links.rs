//! Share links, and what their holders see.

use domain::{
    install::{Forecast, InstallWarning},
    share::{
        Lack, LinkView, LinksView, MadeLink, Offer, Revoked, ShareLink, ShareView, Shared, Shows,
        Standing,
    },
};
use frontend::pages::link::make::{MayShare, SharedPlace};

use super::{app, at, before, builds, environment, now, promotions};

/// The name of a tap.
pub(crate) const TAP: &str = "0123456789abcdef0123";

fn link(number: u64, what: Shared) -> ShareLink {
    ShareLink {
        id: format!("01KAH000000000000000{number:06}").parse().unwrap(),
        what,
        by: promotions::ada(),
        made_at: before(90_000),
        expires_at: at("2026-11-28T09:30:00Z"),
        limit: None,
        per_day: None,
        bytes_per_day: None,
        used: 3,
        last_used_at: Some(before(600)),
        revoked: None,
        has_password: false,
    }
}

fn newest() -> Shared {
    Shared::Newest {
        app: app("journal").id,
        environment: environment("dev").id,
    }
}

fn build() -> Shared {
    Shared::Build {
        app: app("journal").id,
        build: builds::build_id(812),
        number: 812,
    }
}

/// One that is live, one that is used up, one that was revoked.
pub(crate) fn list() -> LinksView {
    let spent = ShareLink {
        limit: Some(3),
        has_password: true,
        ..link(2, build())
    };
    let revoked = ShareLink {
        revoked: Some(Revoked {
            by: promotions::ada(),
            at: before(60),
        }),
        ..link(3, newest())
    };
    let links = [
        (link(1, newest()), Standing::Live),
        (spent, Standing::Spent),
        (revoked, Standing::Revoked),
    ];
    LinksView {
        links: links
            .map(|(link, standing)| LinkView { link, standing })
            .to_vec(),
        as_of: now(),
    }
}

/// None.
pub(crate) fn none() -> LinksView {
    LinksView {
        links: Vec::new(),
        as_of: now(),
    }
}

/// A choice of two places.
pub(crate) fn places() -> MayShare {
    let place = |id: &str| SharedPlace {
        app: app("journal"),
        environment: environment(id),
    };
    MayShare::Newest {
        places: vec![place("dev"), place("preprod")],
        chosen: Some("journal/preprod".to_owned()),
    }
}

/// One build.
pub(crate) fn one_build() -> MayShare {
    MayShare::Build {
        app: app("journal"),
        build: builds::build_id(812),
        number: 812,
    }
}

/// A link that was made just now.
pub(crate) fn made() -> MadeLink {
    let secret = "A".repeat(43);
    let link = link(1, newest());
    MadeLink {
        address: format!("https://towpath.example.com/share/{}.{secret}", link.id),
        link,
    }
}

fn view(shows: Shows) -> ShareView {
    ShareView {
        shows,
        expires_at: at("2026-11-28T09:30:00Z"),
        left: Some(2),
    }
}

/// Every state of a link's page.
pub(crate) fn shared() -> Vec<(&'static str, ShareView)> {
    let offer = Offer {
        app: "Journal".to_owned(),
        environment: Some("Dev".to_owned()),
        number: 812,
        version: Some("8.1.0".to_owned()),
        size: 31_000_000,
        package: None,
        warnings: vec![Forecast::of(InstallWarning::Debuggable, "")],
    };
    vec![
        ("share", view(Shows::Offer(offer))),
        ("share-password", view(Shows::Password)),
        (
            "share-locked",
            view(Shows::Locked(at("2026-11-21T09:45:00Z"))),
        ),
        (
            "share-paused",
            view(Shows::Paused(at("2026-11-22T00:00:00Z"))),
        ),
        ("share-not-yet", view(Shows::Nothing(Lack::NotYet))),
        ("share-withdrawn", view(Shows::Nothing(Lack::Withdrawn))),
        ("share-no-package", view(Shows::Nothing(Lack::NoPackage))),
        ("share-spent", view(Shows::Ended(Standing::Spent))),
        ("share-expired", view(Shows::Ended(Standing::Expired))),
        ("share-revoked", view(Shows::Ended(Standing::Revoked))),
    ]
}
