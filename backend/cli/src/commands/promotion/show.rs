//! How promotions and gates look in a terminal.

use domain::{
    gate::{GateAnswer, Standing},
    promotion::{LastError, Promotion, PromotionKind, State},
};

use crate::{
    client::Api,
    commands::ago,
    failure::Failure,
    output::{Output, Table},
};

/// The colour of a promotion's state, as the number that terminals know it by.
pub(super) fn colour(state: &State) -> Option<u8> {
    match state {
        State::Waiting => Some(33),
        State::Starting | State::Running => Some(36),
        State::Succeeded => Some(32),
        State::Failed { .. } | State::Rejected { .. } => Some(31),
        State::Expired | State::Canceled { .. } | State::Abandoned { .. } => None,
    }
}

/// `build 4 (8.0.10)`.
pub(crate) fn build(number: u64, version: Option<&str>) -> String {
    version.map_or_else(
        || format!("build {number}"),
        |version| format!("build {number} ({version})"),
    )
}

/// `build 4 (8.0.10) of settings to preprod`.
pub(super) fn subject(promotion: &Promotion) -> String {
    let way = match promotion.kind {
        PromotionKind::Forward => "to",
        PromotionKind::Automatic => "by itself to",
        PromotionKind::Rollback => "back in",
    };
    format!(
        "{} of {} {way} {}",
        build(promotion.number, promotion.version.as_deref()),
        promotion.app,
        promotion.to
    )
}

/// The state in words, with who and why where there is one.
pub(super) fn state(state: &State) -> String {
    match state {
        State::Waiting | State::Starting | State::Running | State::Succeeded | State::Expired => {
            state.word().to_owned()
        }
        State::Failed { why } => format!("failed: {why}"),
        State::Rejected { by, why }
        | State::Canceled { by, why }
        | State::Abandoned { by, why } => {
            format!("{} by {}: {why}", state.word(), by.name)
        }
    }
}

/// When a promotion's target was last tried in vain, and what came of it.
pub(super) fn last_try(error: &LastError) -> String {
    format!("{}: {}", ago(error.at), error.message)
}

/// What an open promotion waits for, or what was last heard of its target.
pub(super) fn waits_for(promotion: &Promotion) -> String {
    match &promotion.last_error {
        Some(error) => format!("last tried {}", last_try(error)),
        None => in_the_way(&promotion.gates),
    }
}

/// What stands in the way of a promotion, in one line; nothing if nothing does.
pub(super) fn in_the_way(gates: &[GateAnswer]) -> String {
    let closed: Vec<&str> = gates
        .iter()
        .filter(|gate| !gate.standing.lets_through())
        .map(|gate| gate.words.as_str())
        .collect();
    closed.join(", ")
}

/// A table of gates, with what would open those that are closed.
pub(super) fn gates(gates: &[GateAnswer], output: &Output) {
    if gates.is_empty() {
        return;
    }
    let mut table = Table::new(&["gate", "stands", "in words", "what to do"]);
    for answer in gates {
        let (word, colour) = standing(answer.standing);
        table.row([
            (answer.gate.word().to_owned(), None),
            (word.to_owned(), Some(colour)),
            (answer.words.clone(), None),
            (answer.remedy.clone().unwrap_or_default(), None),
        ]);
    }
    output.table(&table);
}

fn standing(standing: Standing) -> (&'static str, u8) {
    match standing {
        Standing::Met => ("met", 32),
        Standing::Waiting => ("waiting", 33),
        Standing::Refused => ("refused", 31),
        Standing::Bypassed => ("bypassed", 35),
    }
}

/// A promotion with its gates, and where its page is.
pub(crate) fn promotion(api: &Api, promotion: &Promotion, output: &Output) -> Result<(), Failure> {
    if output.json {
        return output.value(promotion);
    }
    output.line(&format!(
        "{}: {}",
        subject(promotion),
        state(&promotion.state)
    ));
    gates(&promotion.gates, output);
    if let Some(error) = &promotion.last_error {
        output.line(&format!("last try   {}", last_try(error)));
    }
    output.line(&format!("promotion  {}", promotion.id));
    output.line(&format!(
        "page       {}",
        api.address(&format!("/promotions/{}", promotion.id))
    ));
    Ok(())
}
