//! The `swath` command: parse, dispatch, exit code.

use std::process::ExitCode;
use swath::cli;
use swath::runtime::Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

fn main() -> ExitCode {
    let ended = cli::parse().and_then(cli::dispatch);
    cli::exit_code(ended)
}
