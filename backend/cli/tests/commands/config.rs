//! Looking at configuration files.

use crate::portal::{Typed, towpath, typed};

fn check(content: &str, arguments: &[&str]) -> Typed {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("towpath.toml"), content).unwrap();
    typed(
        towpath(folder.path())
            .args(["config", "check"])
            .args(arguments),
    )
}

const GOOD: &str = r##"[[apps]]
id = "wallet"
name = "Wallet"

[[environments]]
id = "dev"
name = "Development"
colour = "#2e7d32"
"##;

#[test]
fn a_valid_file_is_said_to_be() {
    let done = check(GOOD, &[]);
    assert_eq!(
        (done.code, done.out.as_str()),
        (
            0,
            "towpath.toml is valid: 1 app, 1 environment, 0 pipelines\n"
        )
    );
    assert_eq!(check(GOOD, &["towpath.toml"]).code, 0);
}

/// The file of a deployment of this repository, which leaves its environments to the list beside it.
fn shipped(file: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(file)
}

#[test]
fn the_file_of_a_deployment_is_checked_with_the_environments_that_it_is_deployed_to() {
    let folder = tempfile::tempdir().unwrap();
    let check = |arguments: &[&std::path::Path]| {
        typed(
            towpath(folder.path())
                .args(["config", "check"])
                .args(arguments),
        )
    };
    for file in ["infra/towpath.toml", "tests/emulator/towpath.toml"] {
        let done = check(&[&shipped(file)]);
        assert_eq!(done.code, 0, "{file}: {}", done.err);
        assert!(done.out.contains("3 environments"), "{}", done.out);
        assert!(done.err.contains("environments.toml"), "{}", done.err);
    }
    // What it names is still looked for, at its own line.
    let text = std::fs::read_to_string(shipped("infra/towpath.toml")).unwrap();
    let lines = text.lines().count();
    let wrong = format!("{text}\n[[paths]]\n[[paths.steps]]\nenvironment = \"prd\"\n");
    std::fs::write(folder.path().join("towpath.toml"), wrong).unwrap();
    let alone = check(&[]);
    assert!(alone.err.contains("no environments"), "{}", alone.err);
    let option = std::path::Path::new("--environments");
    let done = check(&[option, &shipped("infra/environments.toml")]);
    assert_eq!(done.code, 5, "{}", done.out);
    let place = format!("towpath.toml:{}:15: unknown environment \"prd\"", lines + 4);
    assert!(done.err.contains(&place), "{}", done.err);
    let missing = check(&[option, std::path::Path::new("nowhere.toml")]);
    assert_eq!(missing.code, 1);
    assert!(
        missing.err.contains("nowhere.toml cannot be read"),
        "{}",
        missing.err
    );
}

#[test]
fn every_problem_is_shown_with_its_line_and_remedy() {
    let content = GOOD
        .replace("name = \"Development\"", "nmae = \"Development\"")
        .replace("#2e7d32", "green");
    let done = check(&content, &[]);
    assert_eq!((done.code, done.out.as_str()), (5, ""));
    assert_eq!(
        done.err,
        r##"towpath.toml:5:1: [[environments]] has no "name"
 5 | [[environments]]
   | ^^^^^^^^^^^^^^^^
   = add name = "Development"

towpath.toml:7:1: unknown key "nmae" in [[environments]]
 7 | nmae = "Development"
   | ^^^^
   = did you mean "name"?

towpath.toml:8:10: "green" is not a colour
 8 | colour = "green"
   |          ^^^^^^^
   = write # and six hexadecimal digits, such as "#2e7d32"
"##
    );
    let json: serde_json::Value = serde_json::from_str(&check(&content, &["--json"]).err).unwrap();
    assert_eq!(
        (&json["problems"][1]["line"], &json["code"]),
        (&7.into(), &5.into())
    );
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let done = check(GOOD, &["other.toml"]);
    assert_eq!(done.code, 1);
    assert!(
        done.err.starts_with("towpath: other.toml cannot be read: "),
        "{}",
        done.err
    );
}

#[test]
fn the_schema_is_the_published_one() {
    let folder = tempfile::tempdir().unwrap();
    let printed = typed(towpath(folder.path()).args(["config", "schema"])).out;
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/towpath.schema.json"
    );
    let published = std::fs::read_to_string(file).unwrap();
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(json(&printed), json(&published));
}
