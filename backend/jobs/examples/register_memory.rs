//! How much memory a registration takes: of 20 MB and of 200 MB, stored and deflated.
//!
//! The servers run in a process of their own, so that what is printed is the portal's.
//!
//! `cargo run --release --example register_memory -p jobs`

use std::{
    error::Error,
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
};

use domain::catalog::{App, Catalog, Feed};
use flate2::{Compression, Crc, write::DeflateEncoder};
use jobs::{Outcome, PipelineJobs};
use portal::{Parts, Portal};
use serde_json::json;
use store::Objects;
use targets::codepipeline::Jobs;
use testkit::{ARTIFACTS, CodePipeline, JOB_KEYS, REGION, Services, at, connect, job, job_is_of};

type Anything<T = ()> = Result<T, Box<dyn Error>>;

const SIZES: [u64; 2] = [20_000_000, 200_000_000];

const KINDS: [&str; 2] = ["stored", "deflated"];

/// The artifact, and the job and the execution that it is of.
fn key(kind: &str, size: u64) -> String {
    format!("{kind}/{size}")
}

fn main() -> Anything {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    match std::env::args().nth(1) {
        Some(_) => runtime.block_on(serve()),
        None => runtime.block_on(measure()),
    }
}

/// The other process: a DynamoDB, an S3 and a `CodePipeline` that takes every answer, until its input ends.
async fn serve() -> Anything {
    let services = Services::start().await;
    let codepipeline = CodePipeline::start().await;
    for key in KINDS
        .iter()
        .flat_map(|kind| SIZES.map(|size| key(kind, size)))
    {
        job_is_of(&key, "wallet-dev", &key);
    }
    println!(
        "{} {} {}",
        services.dynamodb_endpoint(),
        services.s3.endpoint(),
        codepipeline.endpoint
    );
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    Ok(())
}

async fn measure() -> Anything {
    let folder = tempfile::tempdir()?;
    let (mut servers, endpoints) = start_servers()?;
    let (portal, artifacts) = portal(&endpoints).await?;
    let answers = answers(&endpoints).await?;
    let jobs = PipelineJobs::new(&portal, &answers);
    for (kind, level) in KINDS.into_iter().zip([None, Some(Compression::fast())]) {
        for size in SIZES {
            let zip = folder.path().join("artifact.zip");
            write_zip(&zip, size, level)?;
            let key = key(kind, size);
            upload(&artifacts, &key, &zip).await?;
            let before = peak_from_here()?;
            register(jobs, &key).await?;
            println!(
                "registering {} MB {kind}: peak memory {} KB before, {} KB after",
                size / 1_000_000,
                before,
                peak()?
            );
        }
    }
    drop(servers.stdin.take());
    servers.wait()?;
    Ok(())
}

fn start_servers() -> Anything<(Child, Vec<String>)> {
    let mut servers = Command::new(std::env::current_exe()?)
        .arg("servers")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let output = servers.stdout.take().ok_or("the servers have no output")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    let endpoints = line.split_whitespace().map(str::to_owned).collect();
    Ok((servers, endpoints))
}

async fn portal(endpoints: &[String]) -> Anything<(Portal, Objects)> {
    let [dynamodb, s3, _] = endpoints else {
        return Err("the servers did not start".into());
    };
    let store = connect(dynamodb, s3).await;
    let artifacts = store
        .objects
        .with_credentials(ARTIFACTS, JOB_KEYS.0, JOB_KEYS.1, None);
    let portal = Portal::new(Parts {
        store,
        catalog: Catalog {
            apps: vec![App {
                id: "wallet".parse()?,
                name: "Wallet".to_owned(),
            }],
            feeds: vec![Feed {
                source: "codepipeline".to_owned(),
                pipeline: "wallet-dev".to_owned(),
                account: Some("123456789012".to_owned()),
                region: None,
                app: "wallet".parse()?,
                environment: "dev".parse()?,
            }],
            ..Catalog::default()
        },
        grants: Vec::new(),
        background: None,
        executors: portal::promotion::Executors::default(),
        region: REGION.to_owned(),
        public_url: None,
        home: None,
        limits: domain::download::DailyLimits::default(),
        config_digest: None,
        seals: None,
        entropy: || [5; 10],
    });
    Ok((portal, artifacts))
}

async fn answers(endpoints: &[String]) -> Anything<Jobs> {
    let codepipeline = endpoints.get(2).ok_or("the servers did not start")?;
    Ok(Jobs::connect_as(Some(codepipeline), REGION, JOB_KEYS.0, JOB_KEYS.1).await)
}

/// A zip with one package of bytes that do not compress.
fn write_zip(path: &Path, size: u64, level: Option<Compression>) -> Anything {
    let mut file = std::io::BufWriter::new(fs::File::create(path)?);
    let packed = path.with_extension("packed");
    let mut crc = Crc::new();
    let mut body = fs::File::create(&packed)?;
    match level {
        None => noise(size, |bytes| {
            crc.update(bytes);
            body.write_all(bytes)
        })?,
        Some(level) => {
            let mut encoder = DeflateEncoder::new(&mut body, level);
            noise(size, |bytes| {
                crc.update(bytes);
                encoder.write_all(bytes)
            })?;
            encoder.finish()?;
        }
    }
    let length = u32::try_from(fs::metadata(&packed)?.len())?;
    let method = u16::from(level.is_some()) * 8;
    let name = b"app-release.apk";
    let mut claims = vec![20, 0, 0, 0];
    claims.extend(method.to_le_bytes());
    claims.extend([0; 4]);
    claims.extend(crc.sum().to_le_bytes());
    claims.extend(length.to_le_bytes());
    claims.extend(u32::try_from(size)?.to_le_bytes());
    claims.extend(u16::try_from(name.len())?.to_le_bytes());
    claims.extend([0; 2]);
    file.write_all(b"PK\x03\x04")?;
    file.write_all(&claims)?;
    file.write_all(name)?;
    std::io::copy(&mut fs::File::open(&packed)?, &mut file)?;
    let directory = [&b"PK\x01\x02\x14\0"[..], &claims, &[0; 14], name].concat();
    let offset = 4 + u32::try_from(claims.len() + name.len())? + length;
    file.write_all(&directory)?;
    file.write_all(b"PK\x05\x06\0\0\0\0\x01\0\x01\0")?;
    file.write_all(&u32::try_from(directory.len())?.to_le_bytes())?;
    file.write_all(&offset.to_le_bytes())?;
    file.write_all(&[0; 2])?;
    file.flush()?;
    fs::remove_file(packed)?;
    Ok(())
}

fn noise(size: u64, mut write: impl FnMut(&[u8]) -> std::io::Result<()>) -> std::io::Result<()> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ size;
    let mut left = size;
    let mut chunk = Vec::with_capacity(1 << 16);
    while left > 0 {
        chunk.clear();
        let length = left.min(1 << 16);
        while (chunk.len() as u64) < length {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            chunk.extend(state.to_le_bytes());
        }
        chunk.truncate(usize::try_from(length).unwrap_or(chunk.len()));
        write(&chunk)?;
        left -= length;
    }
    Ok(())
}

async fn upload(artifacts: &Objects, key: &str, path: &Path) -> Anything {
    let mut writer = artifacts.writer(key, "application/zip").await?;
    let mut file = fs::File::open(path)?;
    let mut chunk = vec![0; 1 << 20];
    loop {
        let length = file.read(&mut chunk)?;
        if length == 0 {
            break;
        }
        writer.write(&chunk[..length]).await?;
    }
    writer.finish().await?;
    Ok(())
}

async fn register(jobs: PipelineJobs<'_>, key: &str) -> Anything {
    let parameters =
        json!({"do": "register", "app": "wallet", "pipeline": "wallet-dev", "execution": key});
    let job = job(key, key, &parameters);
    match jobs.run(job, at("03:00:00")).await? {
        Outcome::Registered(_) => Ok(()),
        other => Err(format!("{other:?}").into()),
    }
}

/// Sets the peak back to what is in use now, where the system allows that, and gives it.
fn peak_from_here() -> Anything<u64> {
    fs::write("/proc/self/clear_refs", "5")?;
    peak()
}

/// The most memory that this process has had, in KB.
fn peak() -> Anything<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("the system does not tell")?.parse()?)
}
