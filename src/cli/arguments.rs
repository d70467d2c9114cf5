//! Arguments that several subcommands take.

use crate::environment::Environment;
use crate::runtime::{ScratchOptions, default_io_threads};
use bytesize::ByteSize;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// A script and what it is given.
#[derive(Debug, Args)]
pub struct ScriptArguments {
    /// The script, then its own arguments: options of swath come before it.
    #[arg(value_names = ["SCRIPT", "ARGS"], required = true, num_args = 1.., trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

impl ScriptArguments {
    /// Path of the script.
    pub fn path(&self) -> &Path {
        Path::new(self.words.first().map_or("", String::as_str))
    }

    /// What it is given.
    pub fn arguments(&self) -> &[String] {
        self.words.get(1..).unwrap_or_default()
    }

    /// Script and arguments.
    #[cfg(test)]
    pub fn words(&self) -> &[String] {
        &self.words
    }
}

/// What a rank may use.
#[derive(Debug, Args)]
pub struct ResourceArguments {
    /// Threads of a rank [default: the cores it may run on, divided among the ranks that share them].
    #[arg(long, value_name = "N", value_parser = threads)]
    threads: Option<usize>,

    /// Tasks of a rank that may wait for files while others compute [default: as many as threads, and at least 4].
    #[arg(long, value_name = "N")]
    io_threads: Option<usize>,

    /// Memory that a rank may use, as in 2GiB [default: 85 % of what the container, batch system or machine grants,
    /// divided among the ranks of the node].
    #[arg(long, value_name = "SIZE", value_parser = memory)]
    memory: Option<u64>,

    /// Directory of the node for results that memory doesn't hold [default: SLURM_TMPDIR, PBS_JOBFS, TMPDIR or /tmp, unless
    /// it lies in memory].
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,

    /// What a rank may write there, as in 100GiB [default: its part of 80 % of what is free].
    #[arg(long, value_name = "SIZE", value_parser = memory)]
    scratch_limit: Option<u64>,
}

impl ResourceArguments {
    /// Threads of this rank.
    pub fn threads(&self, environment: &Environment) -> usize {
        self.threads.unwrap_or(environment.thread_count)
    }

    /// Tasks of this rank that may wait for files while others compute.
    pub fn io_threads(&self, environment: &Environment) -> usize {
        self.io_threads.unwrap_or_else(|| default_io_threads(self.threads(environment)))
    }

    /// Where results go that memory doesn't hold.
    pub fn scratch(&self) -> ScratchOptions {
        ScratchOptions { directory: self.scratch.clone(), limit_bytes: self.scratch_limit }
    }

    /// Bytes that this rank may use.
    pub fn memory_bytes(&self, environment: &Environment) -> u64 {
        self.memory.unwrap_or(environment.memory_bytes)
    }
}

/// What rank 0 does beside running the script.
#[derive(Debug, Args)]
pub struct RankZeroArguments {
    /// What rank 0 of several does beside running the script [default: it computes too where it has its node to itself or
    /// 8 threads and more; of those it leaves one to the scheduler].
    #[arg(long, value_name = "WHAT")]
    rank_zero: Option<RankZero>,
}

/// A rank's part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RankZero {
    /// It schedules only
    Schedules,
    /// It schedules and computes
    Computes,
}

impl RankZeroArguments {
    /// What this process was given.
    pub fn environment(&self) -> Environment {
        Environment::detect_where(self.rank_zero.map(|part| part == RankZero::Computes))
    }
}

fn threads(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|&count| count > 0).ok_or_else(|| "expected a number from 1".to_owned())
}

/// A size as users write it.
///
/// # Errors
/// Where it is none, or nothing.
pub fn memory(text: &str) -> Result<u64, String> {
    let size = text.parse::<ByteSize>().ok().filter(|size| size.as_u64() > 0);
    size.map(|size| size.as_u64()).ok_or_else(|| "expected a size as in 500MB, 2GiB or 1.5GiB".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_users_write_them() {
        assert_eq!(memory("2GiB"), Ok(2 << 30));
        assert_eq!(memory("500MB"), Ok(500_000_000));
        assert_eq!(memory("1.5 GiB"), Ok(3 << 29));
        assert!(memory("0").is_err() && memory("many").is_err());
        assert!(threads("0").is_err() && threads("-1").is_err());
    }
}
