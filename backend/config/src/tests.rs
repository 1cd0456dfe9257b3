use serde_json::Value;

use super::*;

const GOOD: &str = r##"
public_url = "https://releases.example.com"

[[apps]]
id = "wallet"
name = "Wallet"

[[environments]]
id = "dev"
name = "Development"
colour = "#2E7D32"

[[environments]]
id = "prod"
name = "Production"
colour = "#c62828"

[[pipelines]]
source = "codepipeline"
name = "wallet-prod"
region = "eu-west-1"
app = "wallet"
environment = "prod"

[[pipelines]]
source = "codepipeline"
name = "wallet-dev"
app = "wallet"
environment = "dev"
"##;

fn problems(text: &str) -> String {
    Config::parse(text, "towpath.toml").unwrap_err().to_string()
}

/// The good file with one line replaced.
fn with(line: &str, by: &str) -> String {
    assert!(GOOD.contains(line), "{line:?} is in the file");
    GOOD.replacen(line, by, 1)
}

#[test]
fn a_workflow_is_named_by_owner_repository_and_file() {
    let named = |name: &str| {
        let github = GOOD.replacen("codepipeline", "github", 1);
        let line = format!("name = \"{name}\"");
        Config::parse(
            &github.replacen("name = \"wallet-prod\"", &line, 1),
            "towpath.toml",
        )
    };
    let feed = &named("acme/wallet/release.yml").unwrap().catalog().feeds[0];
    assert_eq!(feed.source, "github");
    assert_eq!(feed.pipeline, "acme/wallet/release.yml");
    for name in [
        "release.yml",
        "acme/wallet",
        "acme//release.yml",
        "acme/wallet/.github/workflows/release.yml",
    ] {
        let told = named(name).unwrap_err().to_string();
        assert!(told.contains("is not a workflow"), "{told}");
        assert!(told.contains("acme/wallet/release.yml"), "{told}");
    }
}

#[test]
fn a_good_file_keeps_its_order_and_becomes_the_catalog() {
    let config = Config::parse(GOOD, "towpath.toml").unwrap();
    let catalog = config.catalog();
    assert_eq!(catalog.apps[0].name, "Wallet");
    let environments: Vec<&str> = catalog.environments.iter().map(|e| e.id.as_str()).collect();
    assert_eq!(environments, ["dev", "prod"]);
    assert_eq!(catalog.environments[0].colour, "#2e7d32");
    assert_eq!(catalog.feeds[0].region.as_deref(), Some("eu-west-1"));
    assert_eq!(
        config.public_url.unwrap().as_str(),
        "https://releases.example.com/"
    );
}

#[test]
fn a_problem_is_shown_where_it_is_and_with_its_remedy() {
    assert_eq!(
        problems(&with("environment = \"prod\"", "environment = \"prdo\"")),
        r#"towpath.toml:23:15: unknown environment "prdo"
 23 | environment = "prdo"
    |               ^^^^^^
    = did you mean "prod"?"#
    );
}

#[test]
fn every_problem_is_reported_at_once_from_top_to_bottom() {
    let text = r##"titel = "x"
[[apps]]
id = "api"
name = " "
[[apps]]
id = "My Wallet"
[[environments]]
id = "dev"
name = "Development"
color = "#2e7d32"
[[environments]]
id = "dev"
name = "Again"
colour = "#abc"
[[pipelines]]
source = "codepipline"
name = "x"
account = 12
region = "Ireland"
app = "wallet"
environment = "dev"
"##;
    let found = problems(text);
    let heads: Vec<&str> = found
        .lines()
        .filter(|line| line.starts_with("towpath.toml:"))
        .collect();
    assert_eq!(
        heads,
        [
            "towpath.toml:1:1: unknown key \"titel\" in this file",
            "towpath.toml:3:6: \"api\" is one of the portal's own addresses, so no app can have it",
            "towpath.toml:4:8: an empty name",
            "towpath.toml:5:1: [[apps]] has no \"name\"",
            "towpath.toml:6:6: \"My Wallet\" cannot stand in an address",
            "towpath.toml:7:1: [[environments]] has no \"colour\"",
            "towpath.toml:10:1: unknown key \"color\" in [[environments]]",
            "towpath.toml:12:6: a second environment \"dev\"",
            "towpath.toml:14:10: \"#abc\" is not a colour",
            "towpath.toml:16:10: unknown source \"codepipline\"",
            "towpath.toml:18:11: \"account\" is an integer, not a text",
            "towpath.toml:19:10: \"Ireland\" is not an AWS region",
            "towpath.toml:20:7: unknown app \"wallet\"",
        ],
        "{found}"
    );
    for fix in [
        "did you mean \"colour\"?",
        "did you mean \"codepipeline\"?",
        "write \"#aabbcc\"",
        "such as \"my-wallet\"",
        "write it in quotes: account = \"12\"",
        "taken are api, assets,",
    ] {
        assert!(found.contains(fix), "{fix:?} in\n{found}");
    }
}

#[test]
fn an_empty_file_says_what_to_begin_with() {
    let found = problems("");
    assert!(
        found.contains("no apps") && found.contains("add [[apps]]"),
        "{found}"
    );
    assert!(
        found.contains("no environments") && found.contains("add [[environments]]"),
        "{found}"
    );
    let found = problems("apps = []\n");
    assert!(found.contains("towpath.toml:1:8: no apps"), "{found}");
}

#[test]
fn broken_toml_is_shown_where_it_breaks_and_nothing_is_guessed_from_it() {
    let found = problems("[[apps]]\nid = \"wallet\nname = \"Wallet\"\n");
    assert!(found.starts_with("towpath.toml:2:"), "{found}");
    assert!(
        found.contains("not valid TOML") && !found.contains("no environments"),
        "{found}"
    );
}

#[test]
fn a_table_where_a_list_belongs_is_explained() {
    let found = problems("[apps]\nid = \"wallet\"\n");
    assert!(
        found.contains("write [[apps]] with double brackets"),
        "{found}"
    );
    let found = problems("apps = [1]\n");
    assert!(
        found.contains("an entry of \"apps\" is an integer"),
        "{found}"
    );
}

#[test]
fn a_pipeline_that_never_counts_is_a_problem() {
    let again = format!(
        "{GOOD}\n[[pipelines]]\nsource = \"codepipeline\"\nname = \"wallet-dev\"\nregion = \"eu-west-1\"\napp = \"wallet\"\nenvironment = \"prod\"\n"
    );
    let found = problems(&again);
    assert!(
        found.contains("the pipeline \"wallet-dev\" already feeds wallet/dev"),
        "{found}"
    );
}

#[test]
fn a_public_address_has_scheme_and_host_only() {
    for url in [
        "releases.example.com",
        "ftp://x",
        "https://x/y",
        "https://u:p@x",
        "https://x?y",
    ] {
        let found = problems(&with("https://releases.example.com", url));
        assert!(
            found.contains("is not the address of a portal"),
            "{url}: {found}"
        );
    }
}

#[test]
fn wide_letters_and_tabs_do_not_move_the_marks() {
    let found = problems(&with("name = \"Wallet\"", "\tname = \"Ünï\"\n\tnäme = 1"));
    assert!(
        found.contains("not valid TOML") || found.contains("unknown key"),
        "{found}"
    );
    let found = problems(&with("name = \"Wallet\"", "\tname = \"Ünï\"; \"x\" = 1"));
    assert!(found.contains(":6:"), "{found}");
    let found = problems(&with(
        "name = \"Wallet\"",
        "\t\"näme\" = \"Ü\"\nname = \"Wallet\"",
    ));
    assert!(
        found.contains(" | \t\"näme\" = \"Ü\"\n") && found.contains("| \t^^^^^^\n"),
        "{found}"
    );
}

#[test]
fn the_published_schema_is_current() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/towpath.schema.json"
    );
    let published = std::fs::read_to_string(file).unwrap_or_default();
    // Compared as JSON, since the order of keys depends on which other crates are built with this one.
    let json = |text: &str| serde_json::from_str::<Value>(text).ok();
    assert!(
        json(&published).is_some() && json(&published) == json(&Config::schema()),
        "docs/towpath.schema.json is old: run `towpath config schema > docs/towpath.schema.json`"
    );
}

#[test]
fn how_much_a_day_gives_is_the_usual_where_nothing_is_said() {
    let limits = |table: &str| {
        let text = format!("{GOOD}{table}");
        Config::parse(&text, "towpath.toml").map(|config| config.downloads)
    };
    let usual = DailyLimits::USUAL;
    assert_eq!(limits("").unwrap(), usual);
    assert_eq!(limits("[downloads]\n").unwrap(), usual);
    let tight = "[downloads]\nprincipal_per_day = 50\nlink_per_day = 20\nlink_gib_per_day = 2\n";
    let expected = DailyLimits {
        principal: 50,
        link: 20,
        link_bytes: 2_147_483_648,
    };
    assert_eq!(limits(tight).unwrap(), expected);
    for (mistake, explained) in [
        ("link_per_day = 0", "\"link_per_day\" is out of range"),
        ("principal_per_day = \"many\"", "not a whole number"),
        ("link_gib_per_day = 10001", "write a number of 1 to 10000"),
        ("links_per_day = 5", "did you mean \"link_per_day\"?"),
    ] {
        let problems = limits(&format!("[downloads]\n{mistake}\n")).unwrap_err();
        let problems = problems.to_string();
        assert!(problems.contains(explained), "{mistake}: {problems}");
    }
}

#[test]
fn every_key_has_an_example_for_messages() {
    let schema = &*file::SCHEMA;
    let definitions = schema["$defs"].as_object().unwrap().keys();
    let tables = std::iter::once("").chain(definitions.map(String::as_str));
    for table in tables {
        let properties = match table {
            "" => &schema["properties"],
            table => &schema["$defs"][table]["properties"],
        };
        for key in properties.as_object().unwrap().keys() {
            let example = schema::Property::of(schema, table, key).example();
            let line = format!("{key} = {example}");
            assert!(!example.contains('…'), "{table}: {line}");
            assert!(line.parse::<toml::Table>().is_ok(), "{table}: {line}");
        }
    }
}

#[test]
fn several_wrong_types_and_unknown_keys_are_all_named_at_once() {
    let text = r#"
[[apps]]
id = 7
name = ["Wallet"]
nmae = "Wallet"
[[environments]]
id = "dev"
name = true
colour = 2026-11-30
[[pipelines]]
source = { name = "github" }
nam = "wallet"
[[paths]]
app = ["wallet"]
apps = "wallet"
[[paths.steps]]
environment = 1.5
automatic = "yes"
checks = 3
approvals = [{ count = "2", groups = [1, "leads"], group = "x" }, 4]
freezes = { reason = "x" }
target = "wallet-prod"
[downloads]
link_per_day = 200.5
links_per_day = 200
[[roles]]
role = 1
groups = "testers"
"#;
    let found = problems(text);
    for expected in [
        "3:6: \"id\" is an integer, not a text",
        "write it in quotes: id = \"7\"",
        "4:8: \"name\" is an array, not a text",
        "write it in quotes, such as name = \"Wallet\"",
        "5:1: unknown key \"nmae\" in [[apps]]",
        "did you mean \"name\"?",
        "8:8: \"name\" is a boolean, not a text",
        "9:10: \"colour\" is a datetime, not a text",
        "10:1: [[pipelines]] has no \"name\"",
        "add name = \"wallet-dev\"",
        "10:1: [[pipelines]] has no \"app\"",
        "10:1: [[pipelines]] has no \"environment\"",
        "11:10: \"source\" is a table, not a text",
        "such as source = \"codepipeline\"",
        "12:1: unknown key \"nam\" in [[pipelines]]",
        "14:1: unknown key \"app\" in [[paths]]",
        "15:8: \"apps\" is a string, not a list of texts",
        "write it in brackets: apps = [\"wallet\"]",
        "17:15: \"environment\" is a float, not a text",
        "18:13: \"automatic\" is a string, not true or false",
        "write automatic = true, without quotes, or leave it out",
        "19:10: \"checks\" is an integer, not a list of tables",
        "write checks = [{ name = \"end to end\", source = \"codepipeline\", pipeline = \"wallet-e2e\" }]",
        "20:24: \"count\" is a string, not a whole number",
        "write a number of 1 to 20, such as count = 1",
        "20:39: an entry of \"groups\" is an integer, not a text",
        "write texts in quotes, such as groups = [\"release-managers\"]",
        "20:52: unknown key \"group\" in an entry of approvals",
        "20:67: an entry of \"approvals\" is an integer, not a table",
        "write approvals = [{ groups = [\"release-managers\"] }]",
        "21:11: \"freezes\" is a table, not a list of tables",
        "22:10: \"target\" is a string, not a table",
        "write target = { codepipeline = \"wallet-prod\" }",
        "24:16: \"link_per_day\" is a float, not a whole number",
        "25:1: unknown key \"links_per_day\" in [downloads]",
        "27:8: \"role\" is an integer, not a text",
        "28:10: \"groups\" is a string, not a list of texts",
    ] {
        assert!(found.contains(expected), "{expected:?} in\n{found}");
    }
    assert_eq!(found.matches("towpath.toml:").count(), 26, "{found}");
}

#[test]
fn a_key_that_is_to_go_is_not_suggested() {
    let found = problems("machine = 1\n");
    assert!(
        !found.contains("did you mean \"machines\"?") && !found.contains(", machines"),
        "{found}"
    );
    assert!(found.contains("workloads, downloads"), "{found}");
}

/// The file that is deployed, with its environments from the list beside it, as `infra` puts them together.
#[test]
fn the_configuration_that_is_deployed_is_one() {
    let list: toml::Table = include_str!("../../../infra/environments.toml")
        .parse()
        .unwrap();
    let mut text = include_str!("../../../infra/towpath.toml").to_owned();
    for environment in list["environments"].as_array().unwrap() {
        let [id, name, colour] = ["name", "title", "colour"].map(|key| &environment[key]);
        let table = format!("\n[[environments]]\nid = {id}\nname = {name}\ncolour = {colour}\n");
        text.push_str(&table);
    }
    let config = Config::parse(&text, FILE_NAME).unwrap();
    assert!(!config.apps.is_empty() && config.environments.len() > 1);
}

#[test]
fn whoever_is_asked_for_approvals_and_sees_nothing_is_named() {
    let path = r#"
[[paths]]
[[paths.steps]]
environment = "dev"
[[paths.steps]]
environment = "prod"
approvals = [{ groups = ["leads", "qa"] }, { groups = ["qa", "security"] }]
"#;
    let roles = r#"
[[roles]]
role = "release-manager"
groups = ["leads"]
[[roles]]
role = "viewer"
groups = ["security"]
"#;
    let warnings = |more: &str| {
        Config::parse(&format!("{GOOD}{path}{more}"), "towpath.toml")
            .unwrap()
            .warnings()
    };
    assert_eq!(warnings(""), [""; 0], "nobody signs in");
    let [warning] = warnings(roles).try_into().unwrap();
    assert!(
        warning.starts_with("\"qa\" is asked for approvals of wallet into prod"),
        "{warning}"
    );
    let seen = "[[roles]]\nrole = \"viewer\"\ngroups = [\"qa\"]\napps = [\"wallet\"]\n";
    assert_eq!(warnings(&format!("{roles}{seen}")), [""; 0]);
}
