//! A portal that runs, and `towpath` typed against it.

use std::{
    ffi::OsStr,
    io::Write as _,
    ops::Deref,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;
use testkit::{TOWPATH, apk::apk_of_size, serve::Serve, zip::noise};

const PROD: &str = r##"
[[environments]]
id = "prod"
name = "Production"
colour = "#c62828"
"##;

const PATH: &str = r##"
[[environments]]
id = "preprod"
name = "Pre-production"
colour = "#b26a00"

[[paths]]
apps = ["wallet"]

[[paths.steps]]
environment = "dev"

[[paths.steps]]
environment = "preprod"

[[paths.steps]]
environment = "prod"
soak = "1min"
approvals = [{ groups = ["release-managers"] }]
rollback_gates = []
"##;

/// A portal that runs, and a folder beside it.
pub(crate) struct Portal {
    serve: Serve,
    /// Where commands are typed.
    pub(crate) folder: TempDir,
}

impl Deref for Portal {
    type Target = Serve;

    fn deref(&self) -> &Serve {
        &self.serve
    }
}

/// What a command left behind.
pub(crate) struct Typed {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Portal {
    pub(crate) fn start() -> Self {
        Self::with("", &[])
    }

    /// One whose builds move from dev over preprod, by itself or asked for, to prod, which asks for an approval.
    pub(crate) fn with_a_path() -> Self {
        Self::with(PATH, &[])
    }

    /// One whose builds move from dev to prod, which has that target, served with more arguments.
    pub(crate) fn with_target(target: &str, arguments: &[&str]) -> Self {
        let steps = format!(
            "[[paths]]\n[[paths.steps]]\nenvironment = \"dev\"\n[[paths.steps]]\nenvironment = \"prod\"\ntarget = {target}\n"
        );
        Self::with(&steps, arguments)
    }

    fn with(more: &str, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = format!("{TOWPATH}{PROD}{more}");
        std::fs::write(folder.path().join("towpath.toml"), config).unwrap();
        let mut command = towpath(folder.path());
        command.args(["serve", "--data", "data", "--listen", "127.0.0.1:0"]);
        command.args(arguments);
        let serve = Serve::start(command.stderr(Stdio::null()));
        Self { serve, folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Makes a file that no two sizes or seeds share.
    pub(crate) fn file(&self, name: &str, size: usize) -> PathBuf {
        let path = self.path(name);
        let is_package = path.extension().is_some_and(|extension| extension == "apk");
        let content = if is_package {
            apk_of_size(size)
        } else {
            noise(size as u64, size)
        };
        std::fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn types<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Typed {
        self.types_at(&self.url, arguments)
    }

    /// The same, at another address.
    pub(crate) fn types_at<S: AsRef<OsStr>>(&self, url: &str, arguments: &[S]) -> Typed {
        typed(
            towpath(self.folder.path())
                .env("TOWPATH_URL", url)
                .args(arguments),
        )
    }

    /// A command that must succeed, with `--json`.
    pub(crate) fn json<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Value {
        let done = typed(
            towpath(self.folder.path())
                .env("TOWPATH_URL", &self.url)
                .arg("--json")
                .args(arguments),
        );
        assert_eq!(done.code, 0, "{}", done.err);
        serde_json::from_str(&done.out).unwrap()
    }

    /// A command that must succeed. What it printed.
    pub(crate) fn says<S: AsRef<OsStr>>(&self, arguments: &[S]) -> String {
        let done = self.types(arguments);
        assert_eq!(done.code, 0, "{}", done.err);
        done.out
    }

    /// A command that must end with a code. What it said of that.
    pub(crate) fn refuses<S: AsRef<OsStr>>(&self, code: i32, arguments: &[S]) -> String {
        let done = self.types(arguments);
        assert_eq!(done.code, code, "{}{}", done.out, done.err);
        done.err
    }

    /// Hands in a build of that size, which is unlike every other, into dev. Its identifier.
    pub(crate) fn builds(&self, size: usize) -> String {
        let name = format!("{size}.apk");
        self.file(&name, size);
        self.pushes(&[&name]);
        let view = self.json(&["builds", "--app", "wallet", "--limit", "1"]);
        view["items"][0]["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn pushes(&self, files: &[&str]) -> Typed {
        let done =
            self.types(&[&["push", "--app", "wallet", "--environment", "dev"], files].concat());
        assert_eq!(done.code, 0, "{}", done.err);
        done
    }
}

/// What a job around the tests would say of itself.
const OF_JOBS: [&str; 9] = [
    "TOWPATH_AUTH",
    "TOWPATH_ID_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ACT",
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "CIRCLECI",
    "CODEBUILD_BUILD_ID",
];

/// A command, not yet started, that nothing around the tests can influence.
pub(crate) fn towpath(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_towpath"));
    command
        .current_dir(folder)
        .env_remove("TOWPATH_URL")
        .env_remove("TOWPATH_TOKEN")
        .env_remove("AWS_ENDPOINT_URL_CODEPIPELINE")
        .stdin(Stdio::null());
    for variable in OF_JOBS {
        command.env_remove(variable);
    }
    command
}

pub(crate) fn typed(command: &mut Command) -> Typed {
    let output = command.output().unwrap();
    Typed {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The same, with something on standard input.
pub(crate) fn typed_with(command: &mut Command, input: &str) -> Typed {
    let pipes = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = pipes.spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    Typed {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
