//! The batch system: whether its commands are here, and its server answers.

use super::Finding;
use crate::launcher::command::{Answer, CommandError, Invocation, run};
use crate::launcher::{BatchKind, Site, detect, is_on_path};
use std::time::Duration;

const ANSWER_TIME: Duration = Duration::from_secs(20);

/// The batch system of this machine, or of the site.
pub(super) fn batch(site: Option<&Site>) -> Vec<Finding> {
    let subject = "batch system";
    let found = detect();
    let Some(kind) = site.and_then(|site| site.on).or(found) else {
        return vec![Finding::ok(subject, "none here: swath submit needs sbatch or qsub")];
    };
    match kind {
        BatchKind::Slurm => slurm(),
        BatchKind::Pbs | BatchKind::Torque => pbs(kind),
    }
}

fn slurm() -> Vec<Finding> {
    let mut findings = missing(&["sbatch", "squeue", "scontrol", "scancel", "sinfo"]);
    if !findings.is_empty() {
        return findings;
    }
    let remedy =
        "go to a login node of the cluster, or try again when the controller is back: swath submit and status need it";
    match ask("squeue", &["--noheader", "--me", "--format=%i"]) {
        Ok(answer) if answer.is_success() => {
            let version =
                ask("squeue", &["--version"]).map(|answer| answer.stdout.trim().to_owned()).unwrap_or_default();
            findings.push(Finding::ok("batch system", format!("{version}: the controller answers")));
            findings.push(accounting());
        }
        Ok(answer) if answer.stderr.contains("configuration source") => findings.push(Finding::warning(
            "batch system",
            "Slurm's commands are here, but this host isn't part of a cluster",
            "swath submit works on a login node of one",
        )),
        Ok(answer) => findings.push(Finding::fault("batch system", said("squeue", &answer), remedy)),
        Err(error) => findings.push(Finding::fault("batch system", error.to_string(), remedy)),
    }
    findings
}

/// Without accounting, the controller forgets jobs a few minutes after their end.
fn accounting() -> Finding {
    match ask("sacct", &["--noheader", "--allocations", "--format=jobid", "--starttime=now"]) {
        Ok(answer) if answer.is_success() => Finding::ok("accounting", "sacct answers"),
        Ok(answer) => Finding::warning(
            "accounting",
            said("sacct", &answer),
            "none is needed: jobs write down themselves how they end",
        ),
        Err(error) => {
            Finding::warning("accounting", error.to_string(), "none is needed: jobs write down themselves how they end")
        }
    }
}

fn pbs(kind: BatchKind) -> Vec<Finding> {
    let mut findings = missing(&["qsub", "qstat", "qdel"]);
    if !findings.is_empty() {
        return findings;
    }
    let remedy =
        "go to a login node of the cluster, or try again when the server is back: swath submit and status need it";
    match ask("qstat", &["-Q"]) {
        Ok(answer) if answer.is_success() => {
            findings.push(Finding::ok("batch system", format!("{kind}: the server answers")))
        }
        Ok(answer) => findings.push(Finding::fault("batch system", said("qstat", &answer), remedy)),
        Err(error) => findings.push(Finding::fault("batch system", error.to_string(), remedy)),
    }
    findings
}

/// Commands that aren't there.
fn missing(programs: &[&str]) -> Vec<Finding> {
    let missing: Vec<&str> = programs.iter().copied().filter(|program| !is_on_path(program)).collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let remedy = "go to a login node of the cluster, or load its module";
    vec![Finding::fault("batch system", format!("there is no {} here", missing.join(", no ")), remedy)]
}

fn ask(program: &str, words: &[&str]) -> Result<Answer, CommandError> {
    run(&Invocation { timeout: ANSWER_TIME, ..Invocation::new(program, words) })
}

fn said(program: &str, answer: &Answer) -> String {
    let lines: Vec<&str> = answer.stderr.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    format!("{program}: {}", if lines.is_empty() { "no answer".to_owned() } else { lines.join("; ") })
}
