//! `towpath serve` as a process.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

/// A portal in a process of its own, killed when dropped.
pub struct Serve {
    /// The process.
    pub child: Child,
    /// Where people find it.
    pub url: String,
    /// Where it takes events and jobs.
    pub aws: String,
    /// Where its S3 is.
    pub s3: String,
    /// Where its DynamoDB is.
    pub dynamodb: String,
}

impl Serve {
    /// Starts it by a command that has all arguments, and waits until it says where it is.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut lines = lines.map_while(Result::ok);
        let mut address_of = |name: &str| {
            let line = lines.find(|line| line.contains(name));
            let line = line.unwrap_or_else(|| panic!("no line with {name}"));
            let address = line
                .split_whitespace()
                .find(|word| word.starts_with("http://"));
            address.unwrap().trim_end_matches('/').to_owned()
        };
        Self {
            url: address_of("Towpath is at"),
            aws: address_of("aws"),
            s3: address_of("s3"),
            dynamodb: address_of("dynamodb"),
            child,
        }
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _over = self.child.kill().is_err();
        let _gone = self.child.wait().is_err();
    }
}
