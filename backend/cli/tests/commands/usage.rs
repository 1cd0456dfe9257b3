//! Help, versions and completions.

use crate::portal::{Typed, towpath, typed};

fn types(arguments: &[&str]) -> Typed {
    let folder = tempfile::tempdir().unwrap();
    typed(towpath(folder.path()).args(arguments))
}

#[test]
fn help_lists_the_commands_and_the_exit_codes() {
    let help = types(&["--help"]);
    assert_eq!(help.code, 0);
    for word in [
        "serve",
        "push",
        "status",
        "builds",
        "runs",
        "latest",
        "promote",
        "approve",
        "reject",
        "cancel",
        "abandon",
        "waiting",
        "promotions",
        "rollback",
        "hold",
        "lift",
        "withdraw",
        "restore",
        "compare",
        "audit",
        "privacy",
        "event",
        "config",
        "completions",
        "Exit codes:",
        "TOWPATH_URL",
    ] {
        assert!(help.out.contains(word), "{word}");
    }
    for command in [
        "promote",
        "approve",
        "rollback",
        "hold",
        "lift",
        "withdraw",
        "compare",
        "promotions",
    ] {
        let help = types(&[command, "--help"]);
        assert!(
            help.out
                .contains(&format!("Examples:\n  towpath {command} ")),
            "{command}"
        );
    }
    assert!(
        types(&["audit", "verify", "--help"])
            .out
            .contains("Examples:")
    );
    assert!(types(&["--version"]).out.starts_with("towpath "));
}

#[test]
fn a_command_line_that_is_not_valid_is_code_2() {
    for arguments in [
        &["pusch"][..],
        &[],
        &["builds"],
        &["--url", "here", "status"],
        &["builds", "--app", "wallet", "--limit", "0"],
        &["promote", "wallet/dev", "--to", "prod"],
        &[
            "promote",
            "x",
            "--to",
            "prod",
            "--reason",
            "x",
            "--timeout",
            "1h",
        ],
        &[
            "promote",
            "x",
            "--to",
            "prod",
            "--reason",
            "x",
            "--wait",
            "--timeout",
            "soon",
        ],
        &["promotions", "--app", "wallet"],
    ] {
        assert_eq!(types(arguments).code, 2, "{arguments:?}");
    }
    assert!(
        types(&["--url", "ftp://x", "status"])
            .err
            .contains("https://releases.example.com")
    );
}

#[test]
fn every_shell_gets_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let done = types(&["completions", shell]);
        assert_eq!(done.code, 0);
        assert!(
            done.out.contains("latest") && done.out.contains("towpath"),
            "{shell}"
        );
    }
    assert_eq!(types(&["completions", "cmd"]).code, 2);
}

/// The words of a command as a shell takes them.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (place, part) in line.split('"').enumerate() {
        if place % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[test]
fn every_example_of_the_help_can_be_typed() {
    let mut tried = 0;
    for command in [
        &["promote"][..],
        &["approve"],
        &["rollback"],
        &["hold"],
        &["lift"],
        &["withdraw"],
        &["restore"],
        &["compare"],
        &["promotions"],
        &["push"],
        &["privacy", "export"],
        &["privacy", "erase"],
    ] {
        let help = types(&[command, &["--help"]].concat()).out;
        let examples = help.split("Examples:").nth(1).unwrap();
        for line in examples
            .lines()
            .filter_map(|line| line.strip_prefix("  towpath "))
        {
            // What follows behind a gap says what it is for, and three dots stand for the rest.
            let line = line.split("  ").next().unwrap();
            if line.contains("...") {
                continue;
            }
            tried += 1;
            let mut typed = words(line);
            typed.splice(0..0, ["--url".to_owned(), "http://127.0.0.1:9".to_owned()]);
            let typed: Vec<&str> = typed.iter().map(String::as_str).collect();
            let answer = types(&typed);
            // Nobody is asked here whether they are sure.
            let unsure = command.ends_with(&["erase"]) && !line.ends_with("--yes");
            let expected = if unsure { 5..=5 } else { 1..=3 };
            assert!(
                expected.contains(&answer.code) && answer.code != 2,
                "{line}: {}",
                answer.err
            );
        }
    }
    assert!(tried > 15, "{tried}");
}

#[test]
fn a_promotion_is_waited_for_by_a_duration_of_a_year_at_the_most() {
    let waiting = |timeout| {
        let promote = ["promote", "wallet/dev", "--to", "prod", "--reason", "x"];
        types(&[&promote[..], &["--wait", "--timeout", timeout]].concat())
    };
    for timeout in ["soon", "20", "0s", "1m", "1h30min", "367d"] {
        let told = waiting(timeout);
        assert_eq!(told.code, 2, "{timeout}");
        let form = "write a number and s, min, h or d, such as 20min";
        assert!(told.err.contains(form), "{}", told.err);
    }
    for timeout in ["90s", "20min", "2h", "366d"] {
        assert_ne!(waiting(timeout).code, 2, "{timeout}");
    }
}
