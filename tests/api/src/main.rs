//! A portal behind a sign-in, with two apps in it and a session for every role: what `api.py` asks.
//!
//! It prints one line of JSON that says where it is and who is signed in, and ends when its standard input does, so that it
//! never outlives the person who started it. With the address of an issuer, it says as well where it answers jobs that have a token of
//! that issuer.

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
};

use config::Config;
use domain::access::Role;
use identity::workload::Workloads;
use serde_json::{Value, json};
use testkit::{
    TestPortal, machine_time,
    two_apps::{Things, TwoApps},
};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let builder = TestPortal::builder().oidc().clock(machine_time).listen();
    let apps = TwoApps::without_links(builder).await;
    let things = [&apps.mine, &apps.theirs].map(identifiers);
    let people = people(&apps.portal).await;
    let jobs = match std::env::args().nth(1) {
        Some(issuer) => Some(apps.portal.answers_workloads(workloads(&issuer)).await),
        None => None,
    };
    let said =
        json!({"address": apps.portal.address, "people": people, "things": things, "jobs": jobs});
    let mut out = std::io::stdout();
    writeln!(out, "{said}")?;
    out.flush()?;
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    Ok(())
}

/// The release workflow of repository 74 registers builds of the wallet in the first environment of its path.
fn workloads(issuer: &str) -> Workloads {
    let text = format!(
        r##"
apps = [{{ id = "wallet", name = "Wallet" }}]
environments = [{{ id = "lab", name = "Lab", colour = "#2e7d32" }}]

[[workloads]]
name = "wallet-release"
from = "github"
issuer = "{issuer}"
repository_id = "74"
refs = ["refs/heads/main"]
workflow = "release.yml"
events = ["push", "workflow_dispatch"]
may = ["register"]
apps = ["wallet"]
environments = ["lab"]
"##
    );
    let config = Config::parse(&text, "towpath.toml");
    let config = config.unwrap_or_else(|problems| panic!("{problems}"));
    Workloads::new(config.workloads, None)
}

/// The cookie of one person of each role, of one of everything, and of one of nothing, by their group.
async fn people(portal: &TestPortal) -> BTreeMap<String, String> {
    let mut cookies = BTreeMap::new();
    let roles = Role::ALL.into_iter().map(|role| role.to_string());
    for group in roles.chain(["admins", "nobody"].map(str::to_owned)) {
        let cookie = portal.cookie(&group, machine_time()).await;
        cookies.insert(group, cookie);
    }
    cookies
}

/// What there is of one app, as `access.py` reads it.
fn identifiers(things: &Things) -> Value {
    json!({
        "app": things.app,
        "mark": things.mark,
        "builds": things.builds,
        "digests": [things.digest, things.promoted],
        "uploads": [things.upload],
        "promotions": [things.promotion],
        "runs": [things.run],
    })
}
