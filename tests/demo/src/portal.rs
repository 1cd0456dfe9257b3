//! The portal as a child process: started, waited for, asked, and stopped in order.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::PathBuf,
    process::Stdio,
    time::Duration,
};

use serde_json::Value;
use tokio::process::{Child, Command};

use crate::error::DemoError;

/// The bucket of the pipelines' artifacts.
pub const ARTIFACTS: &str = "towpath-artifacts";

/// The function that pipelines invoke.
pub const FUNCTION: &str = "action";

/// How long the portal may take until it answers.
const START: Duration = Duration::from_mins(1);
/// How long it may take to end by itself.
const END: Duration = Duration::from_secs(10);
/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(10);

/// Where everything is.
#[derive(Clone, Debug)]
pub struct Places {
    /// The program.
    pub program: PathBuf,
    /// Its configuration.
    pub config: PathBuf,
    /// The folder of its data.
    pub data: PathBuf,
    /// Where people find it.
    pub listen: SocketAddr,
    /// Where the simulator brings events and jobs.
    pub aws: SocketAddr,
    /// Where its S3 listens.
    pub s3: SocketAddr,
}

impl Places {
    /// Chooses free ports for the addresses that only the simulator uses, and makes sure that the portal's own is free.
    pub fn choose(
        program: PathBuf,
        config: PathBuf,
        data: PathBuf,
        listen: SocketAddr,
    ) -> Result<Self, DemoError> {
        if !program.is_file() {
            return Err(DemoError::NoPortal(program));
        }
        TcpListener::bind(listen).map_err(|_| DemoError::AddressTaken(listen))?;
        // Both at once, so that the two cannot be one.
        let addresses = [free()?, free()?];
        Ok(Self {
            program,
            config,
            data,
            listen,
            aws: address(&addresses[0])?,
            s3: address(&addresses[1])?,
        })
    }

    /// The portal's address for people.
    pub fn url(&self) -> String {
        format!("http://{}", self.listen)
    }
}

fn free() -> Result<TcpListener, DemoError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(DemoError::NoPort)
}

fn address(listener: &TcpListener) -> Result<SocketAddr, DemoError> {
    listener.local_addr().map_err(DemoError::NoPort)
}

/// The portal's API, as its local user.
#[derive(Clone, Debug)]
pub struct Api {
    client: reqwest::Client,
    url: String,
}

impl Api {
    /// Asks for something that is there.
    pub async fn get(&self, path: &str) -> Result<Value, DemoError> {
        let url = format!("{}{path}", self.url);
        let asked = async {
            let answer = self.client.get(&url).send().await?.error_for_status()?;
            answer.json().await
        };
        asked
            .await
            .map_err(|source| DemoError::Portal { url, source })
    }

    /// Asks for something to be done. The answer's status and content.
    pub async fn post(&self, path: &str, body: &Value) -> Result<(u16, Value), DemoError> {
        let url = format!("{}{path}", self.url);
        let asked = async {
            let call = self.client.post(&url);
            let call = call.header("content-type", "application/json");
            let answer = call.body(body.to_string()).send().await?;
            Ok((answer.status().as_u16(), answer.json().await?))
        };
        asked
            .await
            .map_err(|source| DemoError::Portal { url, source })
    }
}

/// The portal at work.
pub struct Portal {
    child: Child,
    api: Api,
}

impl Portal {
    /// Starts it, empty if `reset`; `codepipeline` is where it answers its jobs.
    pub fn start(places: &Places, codepipeline: &str, reset: bool) -> Result<Self, DemoError> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(ANSWER)
            .build()
            .map_err(DemoError::Client)?;
        // A group of its own: Ctrl-C reaches the demonstration alone, which tells the portal that its runs were
        // stopped before it stops the portal.
        let child = Command::new(&places.program)
            .arg("serve")
            .arg("--config")
            .arg(&places.config)
            .arg("--data")
            .arg(&places.data)
            .args(["--listen", &places.listen.to_string()])
            .args(["--aws-listen", &places.aws.to_string()])
            .args(["--s3-listen", &places.s3.to_string()])
            .args(["--codepipeline-endpoint", codepipeline])
            .args(reset.then_some("--reset"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(DemoError::Spawn)?;
        let url = places.url();
        Ok(Self {
            child,
            api: Api { client, url },
        })
    }

    /// Its API.
    pub fn api(&self) -> Api {
        self.api.clone()
    }

    /// Waits until it answers.
    pub async fn ready(&mut self) -> Result<(), DemoError> {
        let url = format!("{}/healthz", self.api.url);
        let client = &self.api.client;
        let asked = async {
            loop {
                let answer = client.get(&url).send().await;
                if answer.is_ok_and(|answer| answer.status().is_success()) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::select! {
            () = asked => Ok(()),
            status = self.child.wait() => Err(status.map_or_else(DemoError::Spawn, DemoError::PortalEnded)),
            () = tokio::time::sleep(START) => Err(DemoError::NotReady { url: url.clone(), patience: START }),
        }
    }

    /// Whether it already has builds.
    pub async fn has_history(&self) -> Result<bool, DemoError> {
        let page = self.api.get("/api/v1/apps/appium/builds?limit=1").await?;
        Ok(page["items"]
            .as_array()
            .is_some_and(|builds| !builds.is_empty()))
    }

    /// Waits until it ends by itself, which it should not.
    pub async fn ended(&mut self) -> DemoError {
        self.child
            .wait()
            .await
            .map_or_else(DemoError::Spawn, DemoError::PortalEnded)
    }

    /// Asks it to end, and ends it if it does not.
    pub async fn stop(mut self) {
        if let Some(id) = self.child.id() {
            // `kill` rather than a system call: the workspace has no unsafe code.
            let asked = Command::new("kill")
                .args(["-TERM", &id.to_string()])
                .status()
                .await;
            if asked.is_ok_and(|status| status.success())
                && tokio::time::timeout(END, self.child.wait()).await.is_ok()
            {
                return;
            }
        }
        let _ = self.child.kill().await;
    }
}
