//! `towpath completions`: what a shell needs to complete commands.

use clap::CommandFactory as _;
use clap_complete::{Shell, generate};

use crate::{arguments::Arguments, failure::Failure, output::Output};

#[expect(clippy::unnecessary_wraps, reason = "as every command")]
pub(crate) fn completions(shell: Shell, output: &Output) -> Result<(), Failure> {
    let mut script = Vec::new();
    generate(shell, &mut Arguments::command(), "towpath", &mut script);
    output.raw(&String::from_utf8_lossy(&script));
    Ok(())
}
