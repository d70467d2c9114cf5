//! `swath doctor`: checks what a run needs of this machine, before it is needed.
//!
//! One file a subject; each gives findings, a line each, with what to do where something is wrong.

mod batch;
mod files;
mod libraries;
mod limits;
mod ranks;

use super::Ended;
use super::output::{show, table};
use crate::environment::Environment;
use crate::launcher::{Site, Sites};
use anyhow::Error;
use clap::Args;

const EXAMPLES: &str = "\
Examples:
  swath doctor                    this machine and the working directory
  swath doctor --site NAME        and what a site's jobs are to be started with
  srun -n 1 swath doctor          a compute node, where that is another machine

The exit code is 1 where there is a fault.";

/// Arguments of `swath doctor`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct DoctorArguments {
    /// Site whose launcher, scratch directory and limits are checked, too; `swath sites` lists them.
    #[arg(long, value_name = "NAME")]
    site: Option<String>,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Ok,
    Warning,
    Fault,
}

/// Something that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    subject: &'static str,
    verdict: Verdict,
    detail: String,
    remedy: Option<String>,
}

impl Finding {
    fn ok(subject: &'static str, detail: impl Into<String>) -> Finding {
        Finding { subject, verdict: Verdict::Ok, detail: detail.into(), remedy: None }
    }

    fn warning(subject: &'static str, detail: impl Into<String>, remedy: impl Into<String>) -> Finding {
        Finding { subject, verdict: Verdict::Warning, detail: detail.into(), remedy: Some(remedy.into()) }
    }

    fn fault(subject: &'static str, detail: impl Into<String>, remedy: impl Into<String>) -> Finding {
        Finding { subject, verdict: Verdict::Fault, detail: detail.into(), remedy: Some(remedy.into()) }
    }
}

/// Checks everything and shows it; the exit code is 1 where there is a fault.
///
/// # Errors
/// Where there is no such site.
pub fn execute(arguments: &DoctorArguments) -> Result<u8, Ended> {
    let sites = Sites::read(&Sites::files()).map_err(Error::from)?;
    let site = match &arguments.site {
        Some(name) => Some(sites.named(name).map_err(Error::from)?.site.clone()),
        None => None,
    };
    let site: Option<&Site> = site.as_ref();
    let environment = Environment::detect();
    let mut findings = vec![limits::machine(&environment)];
    findings.extend(limits::limits());
    findings.extend(libraries::libraries());
    findings.extend(ranks::ranks(&environment, site));
    findings.extend(files::working_directory());
    findings.extend(files::scratch(&environment, site));
    findings.extend(batch::batch(site));
    show(&text(&findings));
    Ok(u8::from(findings.iter().any(|finding| finding.verdict == Verdict::Fault)))
}

fn text(findings: &[Finding]) -> String {
    let mut rows = Vec::new();
    for finding in findings {
        let verdict = match finding.verdict {
            Verdict::Ok => "ok",
            Verdict::Warning => "warning",
            Verdict::Fault => "fault",
        };
        rows.push([verdict, finding.subject, &finding.detail].map(str::to_owned).to_vec());
        rows.extend(finding.remedy.iter().map(|remedy| vec![String::new(), String::new(), format!("-> {remedy}")]));
    }
    table(&rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remedy_stands_below_what_is_wrong() {
        let findings = [Finding::ok("MPI", "Open MPI"), Finding::fault("scratch", "it is full", "empty it")];
        assert_eq!(
            text(&findings),
            "  ok     MPI      Open MPI\n  fault  scratch  it is full\n                  -> empty it\n"
        );
    }
}
