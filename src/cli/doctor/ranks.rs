//! Whether ranks can be started here, and find each other: a launcher of the MPI library's own kind, and two ranks that
//! compute something together.

use super::Finding;
use crate::environment::Environment;
use crate::launcher::command::{Answer, CommandError, Invocation, run};
use crate::launcher::{MpiFamily, MpiLauncher, Site, is_on_path, mpi_family};
use crate::transport::mpi_library;
use std::time::{Duration, Instant};

/// What the two ranks compute, and what that comes to: the values are rank 1's.
const SCRIPT: &str = "import dask.array as da\nprint(float(da.ones((64, 64), chunks=16).sum().compute()))\n";
const SUM: &str = "4096.0";
/// Time that they have.
const PING_TIME: Duration = Duration::from_secs(60);

/// The launcher, and a trial of two ranks.
pub(super) fn ranks(environment: &Environment, site: Option<&Site>) -> Vec<Finding> {
    let Some(library) = mpi_library() else { return Vec::new() };
    if environment.ranks.count > 1 {
        return vec![Finding::warning(
            "ranks",
            format!("this is one of {} ranks already", environment.ranks.count),
            "start swath doctor once, without a launcher of ranks",
        )];
    }
    let told = site.and_then(|site| site.mpi);
    let family = told.or_else(|| MpiFamily::of(&library));
    let named = site.and_then(|site| site.launcher);
    let mut findings = Vec::new();
    let mut commands: Vec<Vec<String>> = Vec::new();
    if let Some(launcher) = named.filter(|launcher| *launcher != MpiLauncher::None) {
        match srun_or_named(launcher, environment) {
            Ok(command) => commands.push(command),
            Err(finding) => findings.push(finding),
        }
    } else {
        match own_launcher(family) {
            Ok((command, finding)) => {
                findings.push(finding);
                commands.push(command);
            }
            Err(finding) => findings.push(finding),
        }
    }
    findings.extend(commands.iter().map(|command| ping(command, family)));
    findings
}

/// A site's launcher, where it can be tried here.
fn srun_or_named(launcher: MpiLauncher, environment: &Environment) -> Result<Vec<String>, Finding> {
    let program = launcher.program();
    if program.is_empty() {
        return Ok(Vec::new());
    }
    if !is_on_path(program) {
        let remedy = "load the site's modules first (swath sites NAME shows them), or go to one of its hosts";
        return Err(Finding::fault("launcher", format!("there is no {program} here"), remedy));
    }
    let needs_job = matches!(launcher, MpiLauncher::Srun | MpiLauncher::Pals);
    if needs_job && environment.job.is_none() {
        let remedy = format!("in a job of one node and two tasks: {program} -n 1 swath doctor");
        return Err(Finding::warning("launcher", format!("{program} can be tried in a job only"), remedy));
    }
    Ok(vec![program.to_owned()])
}

/// The first launcher on `PATH` that is of the library's family.
fn own_launcher(family: Option<MpiFamily>) -> Result<(Vec<String>, Finding), Finding> {
    let names = family.map_or(&["mpirun", "mpiexec"][..], MpiFamily::launchers);
    let (first, own) = mpi_family::find(names, family);
    let Some(first) = first else {
        let remedy = "load the MPI module that swath was built with, or install its launcher";
        return Err(Finding::fault("launcher", "there is no mpirun and no mpiexec on PATH", remedy));
    };
    if own.as_ref() == Some(&first) {
        let finding = Finding::ok("launcher", format!("{}: {}", first.name, first.version));
        return Ok((vec![first.name], finding));
    }
    let name = |family: Option<MpiFamily>| family.map_or("an unknown MPI", MpiFamily::name);
    let what = format!("{} is of {}, swath is bound to {}", first.name, name(first.family), name(family));
    match own {
        Some(own) => {
            let remedy = format!("start ranks by {}, as swath submit does", own.name);
            Ok((vec![own.name], Finding::warning("launcher", what, remedy)))
        }
        None => Err(Finding::fault(
            "launcher",
            what,
            "load the MPI module that swath was built with, or build swath with this one",
        )),
    }
}

/// Two ranks that compute something together.
fn ping(launcher: &[String], family: Option<MpiFamily>) -> Finding {
    let Some((program, options)) = launcher.split_first() else {
        return Finding::ok("two ranks", "nothing starts ranks at this site");
    };
    let oversubscribes = family == Some(MpiFamily::OpenMpi) && program.starts_with("mpi");
    let trial = || -> std::io::Result<Result<Answer, CommandError>> {
        let directory = tempfile::tempdir()?;
        let script = directory.path().join("ping.py");
        std::fs::write(&script, SCRIPT)?;
        let swath = std::env::current_exe()?;
        let words = options.iter().map(String::as_str).chain(oversubscribes.then_some("--oversubscribe"));
        let words = words.chain(["-n", "2"]).map(std::ffi::OsString::from);
        let swath = [swath.into_os_string()].into_iter().chain(["run", "--quiet", "--threads", "1"].map(Into::into));
        let invocation = Invocation {
            variables: as_root(),
            directory: Some(directory.path().to_owned()),
            timeout: PING_TIME,
            ..Invocation::new(program, words.chain(swath).chain([script.into_os_string()]))
        };
        Ok(run(&invocation))
    };
    let started = Instant::now();
    let remedy =
        "the launcher, the network between ranks and the MPI library must fit: see what is said, and try it by hand";
    match trial() {
        Ok(Ok(answer)) if answer.is_success() && answer.stdout.trim() == SUM => {
            Finding::ok("two ranks", format!("{program} -n 2: they answer in {:.1} s", started.elapsed().as_secs_f64()))
        }
        Ok(Ok(answer)) => {
            let said: Vec<&str> = answer.stderr.lines().filter(|line| !line.trim().is_empty()).take(3).collect();
            Finding::fault("two ranks", format!("{program} -n 2 fails: {}", said.join("; ")), remedy)
        }
        Ok(Err(error)) => Finding::fault("two ranks", error.to_string(), remedy),
        Err(error) => {
            Finding::fault("two ranks", format!("can't be tried: {error}"), "free some space for temporary files")
        }
    }
}

/// Open MPI starts nothing as root unless it is told to; for the trial it is, since whoever asks as root means it.
fn as_root() -> Vec<(String, Option<String>)> {
    if !rustix::process::geteuid().is_root() {
        return Vec::new();
    }
    ["OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"]
        .map(|name| (name.to_owned(), Some("1".to_owned())))
        .to_vec()
}
