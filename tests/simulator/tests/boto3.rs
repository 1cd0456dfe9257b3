//! Runs the boto3 test, in which a client that we did not write checks the simulator's answers.

use std::{path::Path, process::Command};

/// The Python that has boto3: `PYTHON` if set, the virtual environment beside the build, or the system's.
fn python() -> String {
    if let Some(python) = option_env!("PYTHON") {
        return python.to_owned();
    }
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/venv/bin/python3");
    if own.exists() {
        own.display().to_string()
    } else {
        "python3".to_owned()
    }
}

#[test]
fn boto3_understands_every_answer() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let output = Command::new(python())
        .args(["-m", "unittest", "-v", "boto3_client"])
        .current_dir(tests)
        .env("SIMULATOR", env!("CARGO_BIN_EXE_codepipeline-simulator"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("python3 runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "the boto3 test failed; it needs the Python packages of tests/requirements.txt\n{said}"
    );
}
