//! The machine, and the limits that the system sets this process (getrlimit(2)).

use super::Finding;
use crate::environment::Environment;
use bytesize::ByteSize;
use rustix::process::{Resource, Rlimit, getrlimit};

/// Files that a rank may have open at one time, beside those of libraries.
const FILES: u64 = 1024;

/// What this process was given.
pub(super) fn machine(environment: &Environment) -> Finding {
    let memory = ByteSize::b(environment.node_memory_bytes).display().iec();
    let cores = environment.core_count;
    let detail = format!("{cores} cores, {memory} of memory ({})", environment.memory_source);
    let bound = environment.node_cores;
    if cores < bound {
        let remedy = "started by a launcher that binds? On a node of its own it should have all";
        return Finding::warning("machine", format!("{detail}; the node has {bound} cores"), remedy);
    }
    Finding::ok("machine", detail)
}

/// Limits that runs have met.
pub(super) fn limits() -> Vec<Finding> {
    judge(&|resource| getrlimit(resource))
}

fn judge(limit: &dyn Fn(Resource) -> Rlimit) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(files) = limit(Resource::Nofile).current.filter(|&files| files < FILES) {
        let detail = format!("{files} open files");
        findings.push(Finding::warning("limits", detail, format!("ulimit -n {FILES}, in the job's prologue, too")));
    }
    if let Some(bytes) = limit(Resource::As).current {
        let detail = format!("{} of address space", ByteSize::b(bytes).display().iec());
        findings.push(Finding::warning(
            "limits",
            detail,
            "threads and mapped files need more of it than of memory: ulimit -v unlimited",
        ));
    }
    if let Some(bytes) = limit(Resource::Fsize).current {
        let detail = format!("files of {}", ByteSize::b(bytes).display().iec());
        findings.push(Finding::warning(
            "limits",
            detail,
            "larger chunks and shards can't be written: ulimit -f unlimited",
        ));
    }
    if let Some(seconds) = limit(Resource::Cpu).current {
        let detail = format!("{seconds} s of CPU time");
        findings.push(Finding::warning(
            "limits",
            detail,
            "login nodes have that: run larger things as jobs (swath submit)",
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::ok("limits", "open files, address space, file sizes and CPU time suffice"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    #[test]
    fn every_limit_that_is_too_low_is_told() {
        let low = judge(&|_| Rlimit { current: Some(100), maximum: None });
        assert_eq!(low.len(), 4);
        let unlimited = judge(&|_| Rlimit { current: None, maximum: None });
        assert_eq!((unlimited.len(), unlimited[0].verdict), (1, Verdict::Ok));
    }
}
