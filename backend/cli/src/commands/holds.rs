//! `towpath hold`, `lift` and `holds`: stopping what would start in an environment.

use api::holds::HoldRequest;
use clap::Args;
use domain::{
    hold::{Held, Hold},
    id::{AppId, EnvironmentId},
    view::{HeldView, HoldsView},
    words::count,
};
use serde_json::{Value, json};

use super::ago;
use crate::{
    client::Api,
    failure::Failure,
    output::{Output, Table},
};

const HOLD_EXAMPLES: &str = "Examples:
  towpath hold prod --reason \"payments are down\"
  towpath hold prod --app wallet --reason \"waits for the store's review\"

Nothing starts and nothing is released there from then on. What had started is listed: its pipeline goes on, its release
waits until the hold is lifted.";

const LIFT_EXAMPLES: &str = "Examples:
  towpath lift prod
  towpath lift prod --app wallet --reason \"the store agrees\"
  towpath lift prod --app wallet --automatic       what a rollback holds";

#[derive(Args)]
#[command(after_help = HOLD_EXAMPLES)]
pub(crate) struct HoldOptions {
    /// The environment
    environment: EnvironmentId,
    /// Only this app's promotions [default: every app's]
    #[arg(long)]
    app: Option<AppId>,
    /// Reason, shown to the people whom this stops
    #[arg(long, value_name = "WORDS")]
    reason: String,
}

#[derive(Args)]
#[command(after_help = LIFT_EXAMPLES)]
pub(crate) struct LiftOptions {
    /// The environment
    environment: EnvironmentId,
    /// The app that alone is held
    #[arg(long)]
    app: Option<AppId>,
    /// Lift the hold on automatic promotion
    #[arg(long, requires = "app")]
    automatic: bool,
    /// Why it is lifted
    #[arg(long, value_name = "WORDS")]
    reason: Option<String>,
}

impl LiftOptions {
    fn on(&self) -> Held {
        let environment = self.environment.clone();
        match self.app.clone() {
            Some(app) if self.automatic => Held::Automatic { app, environment },
            app => Held::Environment { environment, app },
        }
    }
}

pub(crate) async fn hold(api: &Api, options: &HoldOptions, output: &Output) -> Result<(), Failure> {
    let request = HoldRequest {
        environment: options.environment.clone(),
        app: options.app.clone(),
        reason: options.reason.clone(),
    };
    let held: HeldView = api.post("/api/v1/holds", &request).await?;
    if output.json {
        return output.value(&held);
    }
    let (what, whose) = words(&held.hold);
    output.line(&format!(
        "{what} is held for {whose}: nothing starts from now on"
    ));
    for promotion in &held.running {
        output.line(&format!(
            "had started, its release waits: build {} of {} to {}, promotion {}",
            promotion.number, promotion.app, promotion.to, promotion.id
        ));
    }
    Ok(())
}

pub(crate) async fn lift(api: &Api, options: &LiftOptions, output: &Output) -> Result<(), Failure> {
    let body = json!({"on": options.on(), "reason": options.reason});
    let left: HoldsView = api.post("/api/v1/holds/lift", &body).await?;
    if output.json {
        return output.value(&left);
    }
    output.line(&format!(
        "lifted; {} in force",
        count(left.holds.len(), "hold")
    ));
    Ok(())
}

pub(crate) async fn holds(api: &Api, output: &Output) -> Result<(), Failure> {
    let answer: Value = api.get("/api/v1/holds", &Vec::new()).await?;
    if output.json {
        return output.value(&answer);
    }
    let view: HoldsView =
        serde_json::from_value(answer).map_err(|error| Failure::failed(&error))?;
    if view.holds.is_empty() {
        output.note("no holds");
        return Ok(());
    }
    let mut table = Table::new(&["what", "for", "by", "since", "reason"]);
    for held in &view.holds {
        let (what, whose) = words(&held.hold);
        table.row([
            (what, Some(31)),
            (whose, None),
            (held.hold.by.name.clone(), None),
            (ago(held.hold.since), None),
            (held.hold.reason.clone(), None),
        ]);
    }
    output.table(&table);
    Ok(())
}

/// What is held, and for whom.
pub(super) fn words(hold: &Hold) -> (String, String) {
    match &hold.on {
        Held::Environment { environment, app } => (
            environment.to_string(),
            app.as_ref()
                .map_or_else(|| "every app".to_owned(), ToString::to_string),
        ),
        Held::Automatic { app, environment } => (
            format!("automatic promotion to {environment}"),
            app.to_string(),
        ),
        Held::Build { app, build } => (format!("build {build}"), app.to_string()),
    }
}
