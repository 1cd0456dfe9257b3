//! What `towpath serve` is told.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use clap::Args;
use url::Url;

use super::{ServeError, place};

const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Runs the whole portal on this machine, with its own DynamoDB and S3.
#[derive(Args, Clone, Debug)]
pub(crate) struct ServeOptions {
    /// Apps, environments and which pipeline feeds what
    #[arg(long, value_name = "FILE", default_value = config::FILE_NAME)]
    pub(crate) config: PathBuf,
    /// Where everything is kept; made if absent
    #[arg(long, value_name = "DIR", default_value = ".towpath")]
    pub(crate) data: PathBuf,
    /// Start empty: forget everything in the data folder
    #[arg(long)]
    pub(crate) reset: bool,
    /// Where pages and the API are, on loopback; port 0 for any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// Where pipelines find EventBridge and Lambda, on loopback
    #[arg(long, value_name = "ADDRESS", default_value_t = ANY_PORT)]
    pub(crate) aws_listen: SocketAddr,
    /// Where S3 is, on loopback
    #[arg(long, value_name = "ADDRESS", default_value_t = ANY_PORT)]
    pub(crate) s3_listen: SocketAddr,
    /// Where DynamoDB is, on loopback
    #[arg(long, value_name = "ADDRESS", default_value_t = ANY_PORT)]
    pub(crate) dynamodb_listen: SocketAddr,
    /// What pages load [default: target/site if it was built, else what the program holds]
    #[arg(long, value_name = "DIR")]
    pub(crate) assets: Option<PathBuf>,
    /// The CodePipeline whose jobs are answered
    #[arg(long, value_name = "URL", env = "AWS_ENDPOINT_URL_CODEPIPELINE")]
    pub(crate) codepipeline_endpoint: Option<Url>,
    /// The endpoints of webhooks with their secrets; without it, there are none
    #[arg(long, value_name = "FILE", env = "TOWPATH_HOOKS_SECRETS")]
    pub(crate) hooks_secrets: Option<PathBuf>,
    /// The AWS region that everything is said to be in
    #[arg(long, default_value = "eu-west-1")]
    pub(crate) region: String,
    /// The AWS account of pipelines whose target in towpath.toml names none
    #[arg(long, default_value = "123456789012")]
    pub(crate) account: String,
}

impl ServeOptions {
    /// Where the embedded servers are to be.
    pub(super) fn place(&self) -> place::Settings {
        place::Settings {
            dynamodb: self.dynamodb_listen,
            s3: self.s3_listen,
            region: self.region.clone(),
        }
    }

    /// A local portal has no sign-in: anyone who reaches it may do everything, so only this machine may.
    pub(super) fn check_addresses(&self) -> Result<(), ServeError> {
        let addresses = [
            ("--listen", self.listen),
            ("--aws-listen", self.aws_listen),
            ("--s3-listen", self.s3_listen),
            ("--dynamodb-listen", self.dynamodb_listen),
        ];
        match addresses
            .into_iter()
            .find(|(_, address)| !address.ip().is_loopback())
        {
            Some((flag, address)) => Err(ServeError::NotLoopback { flag, address }),
            None => Ok(()),
        }
    }
}
