//! Jobs of `CodePipeline`'s Lambda actions: the event, its `UserParameters`, and what an earlier job left.

use domain::Timestamp;
use sources::job::{Job, Waiting, parameters::Task};

use crate::{input::now, samples};

/// A job has an identity and shows nobody its credentials; what it is told wrongly is said in a bounded message; what it
/// leaves for the next one stays as it is.
pub fn target(data: &[u8]) {
    if let Ok(job) = Job::parse(data) {
        assert!(!job.id().is_empty());
        let shown = format!("{job:?}");
        let rest = secrets(&job).into_iter().fold(text(data), |rest, secret| {
            if secret.is_empty() { rest } else { rest.replacen(secret, "", 1) }
        });
        for secret in secrets(&job) {
            // A secret that also stands somewhere else in the event is no secret.
            assert!(secret.len() < 8 || rest.contains(secret) || !shown.contains(secret));
        }
        read(job.parameters.as_deref());
    }
    let text = text(data);
    read(Some(&text));
    let left = Waiting::read(Some(&text), now()).text();
    assert!(left.len() <= 2048, "CodePipeline keeps no more");
    assert_eq!(Waiting::read(Some(&left), Timestamp::UNIX_EPOCH).text(), left);
}

/// What of a job nobody may see.
fn secrets(job: &Job) -> Vec<&str> {
    let of = job.credentials.iter().flat_map(|credentials| {
        let token = credentials.session_token.as_deref().unwrap_or_default();
        [credentials.access_key_id.as_str(), credentials.secret_access_key.as_str(), token]
    });
    of.collect()
}

fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

fn read(parameters: Option<&str>) {
    let length = parameters.map_or(0, str::len);
    let said = Task::parse(parameters).map_or_else(|message| message, |task| format!("{task:?}"));
    assert!(said.len() <= 10 * length + 1000, "{} bytes", said.len());
}

/// A captured job, and parameters of each kind.
pub fn seeds() -> Vec<Vec<u8>> {
    let texts: [&[u8]; 4] = [
        br#"{"do":"register","app":"wallet","environment":"dev","pipeline":"wallet-dev","execution":"e-1","commit":"0a1b2c","message":"Fix the lock","branch":"main","repository":"acme/wallet"}"#,
        br#"{"do":"gate","app":"wallet","environment":"prod","build":"01KAH0W3V8ZZZZZZZZZZZZZZZZ","promotion":"01KAH0W3V8ZZZZZZZZZZZZZZZZ","pipeline":"wallet-prod","execution":"e-1"}"#,
        br##"{"do":"release","app":"wallet","environment":"#{prod}","build":null}"##,
        br#"{"since":"2026-11-21T08:00:00Z","promotion":"01KAH0W3V8ZZZZZZZZZZZZZZZZ"}"#,
    ];
    let mut seeds = texts.map(<[u8]>::to_vec).to_vec();
    seeds.push(samples::file("backend/lambdas/tests/samples/codepipeline-job.json"));
    seeds
}
