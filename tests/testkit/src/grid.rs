//! A portal of as many apps and environments as one wants.

use domain::{
    catalog::{App, Environment},
    id::AppId,
};

use crate::{TestPortal, now, records};

/// A portal of so many apps and environments, where each fifth app, the first one too, is released in that many of them.
pub async fn grid(apps: u32, environments: u32, released_in: usize) -> TestPortal {
    let places: Vec<Environment> = (0..environments)
        .map(|number| Environment {
            id: format!("env-{number:02}").parse().unwrap(),
            name: format!("Environment {number}"),
            colour: "#2563eb".to_owned(),
        })
        .collect();
    let ids: Vec<AppId> = (0..apps)
        .map(|number| format!("app-{number:03}").parse().unwrap())
        .collect();
    let builder = TestPortal::builder().catalog(|catalog| {
        let app = |id: &AppId| App {
            id: id.clone(),
            name: format!("The app {id}"),
        };
        catalog.apps = ids.iter().map(app).collect();
        catalog.environments.clone_from(&places);
        catalog.feeds.clear();
    });
    let test = builder.start().await;
    let mut number = 0;
    for app in ids.iter().step_by(5) {
        for place in &places[..released_in] {
            number += 1;
            let build = records::build_of(app, number, now());
            test.puts(&build, &place.id).await;
        }
    }
    test
}
