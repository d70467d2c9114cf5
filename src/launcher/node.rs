//! What a node has, as the batch system itself says.

use super::command::{Invocation, run};
use super::{BatchKind, walltime};
use std::time::Duration;

/// Time for the batch system to say it.
const ANSWER_TIME: Duration = Duration::from_secs(10);

/// A node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// Cores.
    pub cores: u32,
    /// NUMA domains, as far as known: sockets.
    pub numa: u32,
    /// Memory that jobs may have.
    pub memory_bytes: Option<u64>,
    /// Walltime that jobs of its queue may have, where there is a limit.
    pub max_walltime_seconds: Option<u64>,
}

/// The nodes of a partition of Slurm, or of the default one, each quantity at its lowest.
pub(super) fn of_slurm(partition: Option<&str>) -> Option<Node> {
    let answer = asked("sinfo", &["--noheader", "--format=%P|%c|%X|%Y|%m|%l"])?;
    let lines: Vec<Vec<&str>> = answer.lines().map(|line| line.trim().split('|').collect()).collect();
    let is_meant = |fields: &&Vec<&str>| match (partition, fields.first()) {
        (Some(wanted), Some(name)) => name.trim_end_matches('*') == wanted,
        (None, Some(name)) => name.ends_with('*'),
        _ => false,
    };
    let number = |text: &str| text.trim_end_matches('+').parse::<u64>().ok().filter(|&number| number > 0);
    let node = |fields: &Vec<&str>| {
        let [_, processors, sockets, cores, mebibytes, limit @ ..] = fields.as_slice() else { return None };
        let (sockets, cores) = (number(sockets)?, number(cores)?);
        // Where a core has several threads, processors are threads.
        let cores = number(processors)?.min(sockets * cores);
        let (cores, numa) = (u32::try_from(cores).ok()?, u32::try_from(sockets).ok()?);
        // No limit is `infinite`.
        let max_walltime_seconds = limit.first().and_then(|text| walltime::parse(text, BatchKind::Slurm).ok());
        Some(Node { cores, numa, memory_bytes: number(mebibytes).map(|count| count << 20), max_walltime_seconds })
    };
    let least = |one: Node, other: Node| Node {
        cores: one.cores.min(other.cores),
        numa: one.numa.min(other.numa),
        memory_bytes: one.memory_bytes.min(other.memory_bytes),
        max_walltime_seconds: one.max_walltime_seconds.or(other.max_walltime_seconds),
    };
    lines.iter().filter(is_meant).filter_map(node).reduce(least)
}

/// The kind of node of which a PBS or Torque server has most.
pub(super) fn of_pbs() -> Option<Node> {
    let answer = asked("pbsnodes", &["-a", "-F", "json"]).filter(|text| text.trim_start().starts_with('{'));
    let nodes = match answer {
        Some(text) => nodes_of_json(&text),
        None => asked("pbsnodes", &["-a"]).map(|text| nodes_of_text(&text)).unwrap_or_default(),
    };
    let count = |node: &&Node| nodes.iter().filter(|other| other == node).count();
    nodes.iter().max_by_key(count).copied()
}

fn nodes_of_json(text: &str) -> Vec<Node> {
    let Ok(told) = serde_json::from_str::<serde_json::Value>(text) else { return Vec::new() };
    let node = |entry: &serde_json::Value| {
        let available = entry.get("resources_available")?;
        let cores = u32::try_from(available.get("ncpus")?.as_u64()?).ok().filter(|&cores| cores > 0)?;
        let memory_bytes = available.get("mem").and_then(|memory| memory.as_str()).and_then(size);
        Some(Node { cores, numa: 1, memory_bytes, max_walltime_seconds: None })
    };
    let nodes = told.get("nodes").and_then(|nodes| nodes.as_object());
    nodes.into_iter().flat_map(|nodes| nodes.values()).filter_map(node).collect()
}

/// Torque's listing: `np = 16`, a node.
fn nodes_of_text(text: &str) -> Vec<Node> {
    let cores = text.lines().filter_map(|line| line.trim().strip_prefix("np = ")?.trim().parse().ok());
    cores
        .filter(|&cores| cores > 0)
        .map(|cores| Node { cores, numa: 1, memory_bytes: None, max_walltime_seconds: None })
        .collect()
}

/// A size as PBS writes it: a number with `kb`, `mb`, `gb` or `tb`, which count by 1024.
fn size(text: &str) -> Option<u64> {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let shift = match text[end..].to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "kb" => 10,
        "mb" => 20,
        "gb" => 30,
        "tb" => 40,
        _ => return None,
    };
    text[..end].parse::<u64>().ok()?.checked_shl(shift)
}

/// What a command says, where it says it in time.
fn asked(program: &str, arguments: &[&str]) -> Option<String> {
    let answer = run(&Invocation { timeout: ANSWER_TIME, ..Invocation::new(program, arguments) }).ok()?;
    answer.is_success().then_some(answer.stdout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_read_from_either_listing() {
        let json = r#"{"nodes": {"a": {"resources_available": {"ncpus": 36, "mem": "196608000kb"}},
            "b": {"resources_available": {"ncpus": 0}}, "c": {}}}"#;
        let expected = Node { cores: 36, numa: 1, memory_bytes: Some(196_608_000 << 10), max_walltime_seconds: None };
        assert_eq!(nodes_of_json(json), [expected]);
        assert_eq!(nodes_of_json("garbage"), []);
        assert_eq!(nodes_of_text("n1\n     state = free\n     np = 16\n").first().map(|node| node.cores), Some(16));
    }

    #[test]
    fn sizes_of_pbs_count_by_1024() {
        assert_eq!((size("500mb"), size("7"), size("2GB")), (Some(500 << 20), Some(7), Some(2 << 30)));
        assert_eq!((size("many"), size("3xb")), (None, None));
    }
}
