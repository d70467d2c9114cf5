//! The `swath` command: parse, dispatch, exit code.

use std::process::ExitCode;
use swath::cli;

fn main() -> ExitCode {
    let ended = cli::parse().and_then(cli::dispatch);
    cli::exit_code(ended)
}
