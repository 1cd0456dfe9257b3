//! That the newest build was withdrawn, why, and what this page gives out instead.

use domain::{
    promotion::WORDS_LIMIT,
    release::Release,
    view::{TesterView, WithdrawnBuild},
    words::sentence,
};
use leptos::prelude::*;

use crate::{
    components::{
        holds,
        icon::{self, icon},
    },
    links,
};

/// Why the newest build is not given out any more.
pub(super) fn notice(view: &TesterView) -> Option<AnyView> {
    let gone = view.withdrawn.as_ref()?;
    let instead = match &view.current {
        Some(current) => format!(
            "If you have it, install build {} from this page instead.",
            current.release.number
        ),
        None => {
            "Nothing is given out here until another build is released: this page will have it."
                .to_owned()
        }
    };
    let callout = view! {
        <div class="callout withdrawn" data-status="failed">
            {icon(icon::WARNING)}
            <div>
                <p>
                    <strong><a href=links::build(&view.app.id, &gone.build)>{format!("Build {}", gone.number)}</a> " was withdrawn. "</strong>
                    {sentence(&gone.hold.reason)}
                </p>
                <p>{instead}</p>
                <p class="facts">{holds::since(&gone.hold, view.as_of)}</p>
                {back(view, gone)}
            </div>
        </div>
    };
    Some(callout.into_any())
}

/// One click back to the build before, for those who may.
fn back(view: &TesterView, gone: &WithdrawnBuild) -> Option<AnyView> {
    if view.current.is_some() || !view.may_roll_back {
        return None;
    }
    let kept = |release: &&Release| !view.earlier_withdrawn.contains(&release.build);
    let before = view.earlier.iter().find(kept)?;
    let reason = format!("build {} was withdrawn: {}", gone.number, gone.hold.reason);
    let version = before.version.as_ref();
    let version = version.map_or_else(String::new, |version| format!(" ({version})"));
    let label = format!("Roll back to build {}{version}", before.number);
    let form = view! {
        <form method="post" action=links::rollback(&view.app.id, &view.environment.id, None)>
            <input type="hidden" name="build" value=before.build.to_string() />
            <input type="hidden" name="reason" value=shortened(&reason) />
            <p class="send"><button class="button" type="submit">{icon(icon::BACK)} {label}</button></p>
        </form>
    };
    Some(form.into_any())
}

/// At most as many characters as a reason has.
fn shortened(reason: &str) -> String {
    reason.chars().take(WORDS_LIMIT).collect()
}
