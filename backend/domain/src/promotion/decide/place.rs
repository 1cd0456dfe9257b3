//! Where a build may go: along its app's path, or back to where it was.

use crate::{
    promotion::{
        BuildFacts, PromotionKind, Refusal, RefusalKind, Request, RequestField, Situation, State,
    },
    release::Unfit,
    words,
};

/// Whether there is such a build, and such a step.
pub(super) fn unknown(situation: &Situation<'_>) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    match situation.path {
        None => refusals.push(Refusal::new(
            RefusalKind::NoPath,
            RequestField::To,
            "towpath.toml gives no path for this app",
            format!(
                "add [[paths]] with the environments that builds of {} move through",
                situation.app
            ),
        )),
        Some(path) if path.step(situation.to).is_none() => {
            let steps: Vec<&str> = path
                .steps
                .iter()
                .map(|step| step.environment.as_str())
                .collect();
            refusals.push(Refusal::new(
                RefusalKind::NotOnPath,
                RequestField::To,
                format!("{} is not on the path of {}", situation.to, situation.app),
                format!("choose one of its environments: {}", steps.join(", ")),
            ));
        }
        Some(_) => {}
    }
    if situation.build.is_none() {
        refusals.push(Refusal::new(
            RefusalKind::UnknownBuild,
            RequestField::Build,
            format!("{} has no such build", situation.app),
            "take the identifier from the build's page; one that was removed must be built again",
        ));
    }
    refusals
}

/// Whether it is what the environment serves, and a device could install it.
pub(super) fn unfit(situation: &Situation<'_>) -> Vec<Refusal> {
    let build = situation.build.as_ref();
    build.map_or_else(Vec::new, |build| {
        build.unfit.iter().map(Unfit::refusal).collect()
    })
}

/// Whether the build may go there from where it is.
pub(super) fn not_next(situation: &Situation<'_>, request: &Request) -> Option<Refusal> {
    let build = situation.build.as_ref()?;
    situation.step()?;
    if let Some(here) = situation
        .here
        .as_ref()
        .filter(|here| here.build == build.id)
    {
        return Some(Refusal::new(
            RefusalKind::AlreadyThere,
            RequestField::To,
            format!(
                "{} already serves {}, since {}",
                situation.to,
                build.words(),
                here.since
            ),
            "there is nothing to do",
        ));
    }
    match request.kind {
        PromotionKind::Forward | PromotionKind::Automatic => forward(situation, build),
        PromotionKind::Rollback => back(situation, build),
    }
}

fn forward(situation: &Situation<'_>, build: &BuildFacts) -> Option<Refusal> {
    let before = situation.before()?;
    if situation.released_in.contains(before) {
        return None;
    }
    Some(Refusal::new(
        RefusalKind::NotNext,
        RequestField::To,
        format!(
            "{} is not next for {}, which has not been in {before}",
            situation.to,
            build.words()
        ),
        match next(situation) {
            Some(next) => format!("promote it to {next} first"),
            None => format!("release it in {before} first"),
        },
    ))
}

/// The first environment of the path that the build has not been in.
fn next(situation: &Situation<'_>) -> Option<String> {
    let steps = &situation.path?.steps;
    let next = steps
        .iter()
        .map(|step| &step.environment)
        .find(|environment| !situation.released_in.contains(environment))?;
    (next != situation.to).then(|| next.to_string())
}

fn back(situation: &Situation<'_>, build: &BuildFacts) -> Option<Refusal> {
    if situation.released_in.contains(situation.to) {
        return None;
    }
    let been: Vec<&str> = situation
        .released_in
        .iter()
        .map(crate::id::EnvironmentId::as_str)
        .collect();
    let been = if been.is_empty() {
        String::new()
    } else {
        format!("; it has been in {}", words::all_of(&been))
    };
    Some(Refusal::new(
        RefusalKind::NotNext,
        RequestField::Build,
        format!(
            "{} has never been released in {}{been}",
            build.words(),
            situation.to
        ),
        format!("go back to a build of {}'s list of releases", situation.to),
    ))
}

/// Whether another promotion has the environment.
pub(super) fn busy(situation: &Situation<'_>, request: &Request) -> Option<Refusal> {
    let open = situation.open.as_ref()?;
    let build = situation.build.as_ref()?;
    let to = situation.to;
    if open.build == build.id && open.digest == build.digest {
        // The same build, but past other gates: else it would have been the same promotion.
        request.bypass.as_ref()?;
        return Some(Refusal::new(
            RefusalKind::Busy,
            RequestField::Bypass,
            format!(
                "{} is on its way to {to} already, without this bypass",
                build.words()
            ),
            "cancel that promotion, then request it again with the bypass",
        ));
    }
    Some(Refusal::new(
        RefusalKind::Busy,
        RequestField::To,
        format!(
            "the promotion of build {} to {to} is {}",
            open.number,
            open.state.word()
        ),
        match open.state {
            State::Waiting => "wait until it has ended, or cancel it",
            _ => "wait until it has ended, or have it abandoned by somebody who may go past gates",
        },
    ))
}
