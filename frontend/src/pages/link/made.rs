//! A share link that was made just now: the only time that its address is shown.

use domain::{catalog::App, share::MadeLink};
use leptos::prelude::*;

use super::words;
use crate::{
    components::{
        heading::{self, Crumb},
        icon::{self, icon},
        qr, time,
    },
    links,
    pages::Page,
    site::{Place, Site},
};

/// A share link, once, with its address.
#[derive(Clone, Copy, Debug)]
pub struct MadeLinkPage<'a> {
    pub made: &'a MadeLink,
    /// The apps, for their names.
    pub apps: &'a [App],
}

impl Page for MadeLinkPage<'_> {
    fn title(&self) -> String {
        "Share link made".to_owned()
    }

    fn class(&self) -> &'static str {
        "settings links"
    }

    fn place(&self) -> Place {
        Place::Settings
    }

    fn body(&self, _: &Site) -> AnyView {
        let Self { made, apps } = *self;
        let link = &made.link;
        let limit = match link.limit {
            Some(1) => "1 download".to_owned(),
            Some(limit) => format!("{limit} downloads"),
            None => "any number of downloads".to_owned(),
        };
        let per_day = link.per_day;
        let per_day = per_day.map(|most| format!(", {most} a day at the most"));
        let password = link.has_password.then_some(", with the password");
        let caption = view! { "Or let a phone\u{2019}s camera read it" };
        view! {
            {heading::trail(vec![
                Crumb::new("Settings", links::SETTINGS),
                Crumb::new("Share links", links::LINKS),
            ])}
            <header class="page">
                <h1>"Share link made"</h1>
                <p class="lead">{words::what(&link.what, apps)}</p>
            </header>
            <div class="callout" data-status="waiting">
                {icon(icon::WARNING)}
                <p><strong>"Copy it now: this address is not shown again. "</strong>"Anyone who has it can download."</p>
            </div>
            <p class="field">
                <label for="address">"Address"</label>
                <input id="address" readonly=true value=made.address.clone() />
            </p>
            <p>{limit} {per_day} {password} ", until " {time::exact(link.expires_at)} "."</p>
            {qr::code(&made.address, "QR code of the share link", caption.into_any())}
            <p class="ways"><a class="button" href=links::LINKS>"All share links"</a></p>
        }
        .into_any()
    }
}
