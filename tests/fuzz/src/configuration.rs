//! `towpath.toml`.

use config::{Config, Problems};

use crate::samples;

/// Where the repository has one.
const FILES: [&str; 3] = [
    "infra/towpath.toml",
    "tests/demo/towpath.toml",
    "tests/emulator/towpath.toml",
];

/// It is read the same each time, or every problem points into it and can be shown.
pub fn target(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match Config::parse(text, "towpath.toml") {
        Ok(config) => {
            assert_eq!(Config::parse(text, "towpath.toml").ok().as_ref(), Some(&config));
            let catalog = config.catalog();
            assert!(!catalog.apps.is_empty() && !catalog.environments.is_empty());
            drop(config.grants());
            drop(config.warnings());
        }
        Err(problems) => shown(text, &problems),
    }
}

fn shown(text: &str, problems: &Problems) {
    assert!(!problems.0.is_empty());
    let lines = text.matches('\n').count() + 1;
    for problem in &problems.0 {
        assert!((1..=lines).contains(&problem.line), "{problem:?}");
        assert!(problem.column >= 1 && problem.length >= 1);
        assert!(!problem.what.is_empty() && !problem.fix.is_empty());
    }
    let shown = problems.to_string();
    // Each problem shows its line, so that the whole is bounded by how many there are.
    let longest = text.lines().map(str::len).max().unwrap_or_default();
    let each = 8 * longest + 4000;
    assert!(shown.len() <= each * problems.0.len(), "{} bytes", shown.len());
}

/// The files of the repository, and one with everything that they have not.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = FILES.map(samples::file).to_vec();
    seeds.push(EVERYTHING.as_bytes().to_vec());
    seeds
}

const EVERYTHING: &str = r##"
public_url = "https://releases.example.com"
apps = [{ id = "wallet", name = "Wallet" }]
environments = [{ id = "dev", name = "Development", colour = "#2e7d32" }, { id = "prod", name = "Production", colour = "#b3261e" }]
pipelines = [{ source = "github", name = "acme/wallet/release.yml", app = "wallet", environment = "dev" }]

[[roles]]
role = "tester"
groups = ["testers", "ada@example.com"]
apps = ["wallet"]
environments = ["dev"]

[[roles]]
role = "admin"
groups = ["admins"]

[[workloads]]
name = "wallet-release"
from = "github"
repository_id = "123456789"
refs = ["refs/heads/main", "refs/tags/v*"]
job_environment = "production"
workflow = "release.yml"
events = ["push", "workflow_dispatch"]
may = ["register", "report"]
apps = ["wallet"]
environments = ["dev"]

[[workloads]]
name = "wallet-build"
from = "aws"
account = "123456789012"
role = "wallet-build"
may = ["register"]
apps = ["wallet"]

[downloads]
principal_per_day = 50
link_per_day = 20
link_gib_per_day = 2
"##;
