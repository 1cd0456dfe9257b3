//! The page of a share link, for people without an account: a build and one button, until when, and what to do after.
//!
//! Neither the page nor its form spells its own address, which is a secret.

use domain::{
    Timestamp,
    device::Device,
    share::{Lack, Offer, ShareView, Shows, Standing},
    words,
};
use leptos::prelude::*;

use crate::{
    components::{builds, field, icon, time},
    pages::{
        Page,
        tester::{guide, warnings},
    },
    site::Site,
};

/// Whom to turn to, on every one of these pages.
const ASK: &str = "Ask the person who sent you this link for a new one.";

/// What a share link gives.
#[derive(Clone, Copy, Debug)]
pub struct SharePage<'a> {
    /// What there is for its holder.
    pub view: &'a ShareView,
    /// Who looks.
    pub device: Device,
    /// What the next tap is known by.
    pub tap: &'a str,
    /// Whether a password was wrong.
    pub wrong: bool,
}

impl Page for SharePage<'_> {
    fn title(&self) -> String {
        match &self.view.shows {
            Shows::Offer(offer) => offer.app.clone(),
            Shows::Password | Shows::Locked(_) | Shows::Paused(_) | Shows::Nothing(_) => {
                "A build for you".to_owned()
            }
            Shows::Ended(_) => "This link has ended".to_owned(),
        }
    }

    fn class(&self) -> &'static str {
        "tester share"
    }

    fn body(&self, _: &Site) -> AnyView {
        let Self {
            view,
            device,
            tap,
            wrong,
        } = *self;
        match &view.shows {
            Shows::Offer(offer) => offered(view, offer, (device, tap)),
            Shows::Password => password(view, wrong),
            Shows::Locked(until) => locked(*until),
            Shows::Paused(until) => paused(*until),
            Shows::Nothing(lack) => nothing(*lack),
            Shows::Ended(standing) => ended(*standing),
        }
    }
}

fn offered(view: &ShareView, offer: &Offer, (device, tap): (Device, &str)) -> AnyView {
    let place = offer.environment.clone();
    let place = place.map(|name| view! { <p class="quiet">{format!("The newest in {name}")}</p> });
    let around = warnings::for_device(device, &offer.warnings, offer.package.as_deref());
    view! {
        <header class="product">
            <span class="picture letter" aria-hidden="true">{letter(&offer.app)}</span>
            <div>
                <h1>{offer.app.clone()}</h1>
                <p>{builds::name(offer.number, offer.version.as_deref())}</p>
                {place}
            </div>
        </header>
        {guide::for_apple(device)}
        {around.before}
        <form class="download" method="post">
            {field::hidden("tap", tap)}
            <button class="button primary" id="download" type="submit">
                {icon::icon(icon::DOWNLOAD)}
                <span>"Download" " " <small>{words::size(offer.size)}</small></span>
            </button>
        </form>
        <p class="hint">"The download did not start? Tap again within ten minutes: it counts as the same download."</p>
        {around.after}
        {guide::section(device, offer.package.as_deref())}
        {terms(view)}
        <p class="quiet">{format!("After that: {}", lower(ASK))}</p>
    }
    .into_any()
}

fn terms(view: &ShareView) -> AnyView {
    let left = view.left.map(|left| {
        view! { <div><dt>"Downloads left"</dt><dd class="number" id="left">{left.to_string()}</dd></div> }
    });
    view! {
        <dl class="facts-grid">
            <div><dt>"Works until"</dt><dd id="until">{time::exact(view.expires_at)}</dd></div>
            {left}
        </dl>
    }
    .into_any()
}

fn password(view: &ShareView, wrong: bool) -> AnyView {
    let callout = wrong.then(|| {
        view! {
            <div class="callout troubles" data-status="failed" role="alert">
                {icon::icon(icon::WARNING)}
                <p><strong>"That is not the password. "</strong>"Capitals and blanks count."</p>
            </div>
        }
    });
    view! {
        <h1>"A build for you"</h1>
        <p class="lead">"This link asks for a password. The person who sent you the link has it."</p>
        {callout}
        <form class="ask" method="post">
            <p class="field">
                <label for="password">"Password"</label>
                <input id="password" name="password" type="password" required=true maxlength="200" autocomplete="off"
                    aria-invalid=wrong.then_some("true") />
            </p>
            <p class="send"><button class="button act" type="submit">"Show the build"</button></p>
        </form>
        <p class="hint">"Works until " {time::exact(view.expires_at)} "."</p>
    }
    .into_any()
}

fn locked(until: Timestamp) -> AnyView {
    view! {
        <h1>"Too many wrong passwords"</h1>
        <p class="lead">"This link takes no password until " {time::exact(until)} ". Load the page again then."</p>
        <p class="quiet">"Nobody told you the password? Ask the person who sent you this link."</p>
    }
    .into_any()
}

fn paused(until: Timestamp) -> AnyView {
    view! {
        <h1>"No more downloads today"</h1>
        <p class="lead">"This link has given all that it gives in a day, and gives nothing until " {time::exact(until)} ". Load the page again then."</p>
        <p class="quiet">"You cannot wait? Ask the person who sent you this link for another one. The operator of this portal sets how much a link gives in a day."</p>
    }
    .into_any()
}

fn nothing(lack: Lack) -> AnyView {
    let (title, advice) = match lack {
        Lack::NotYet => (
            "Nothing is released here yet",
            "Keep this link and load the page again later.",
        ),
        Lack::Withdrawn => (
            "This build was withdrawn",
            "Nobody gets it any more. Ask the person who sent you this link what to use instead.",
        ),
        Lack::NoPackage => (
            "This build cannot be installed on a phone",
            "It holds no package that Android takes. Ask the person who sent you this link for another build.",
        ),
    };
    view! {
        <h1>{title}</h1>
        <p class="lead">{advice}</p>
    }
    .into_any()
}

fn ended(standing: Standing) -> AnyView {
    let why = match standing {
        Standing::Expired => "Its time is over.",
        Standing::Spent => "It was used as often as it may be.",
        // Why somebody ended it, or may no longer share, is not the holder's business.
        Standing::Live | Standing::Revoked => "It no longer gives anything.",
    };
    view! {
        <h1>"This link has ended"</h1>
        <p class="lead">{why} " " {ASK}</p>
    }
    .into_any()
}

fn letter(name: &str) -> String {
    let first = name.chars().next().into_iter();
    first.flat_map(char::to_uppercase).collect()
}

/// As the second part of a sentence.
fn lower(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_lowercase)
        .collect();
    format!("{first}{}", letters.as_str())
}
