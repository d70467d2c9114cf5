//! Whether ranks can be started here, and find each other: a launcher of the MPI library's own kind, and two ranks that
//! compute something together.

use super::Finding;
use crate::environment::Environment;
use crate::launcher::command::{Answer, CommandError, Invocation, run};
use crate::launcher::{MpiLauncher, Site, is_on_path};
use crate::transport::mpi_library;
use std::time::{Duration, Instant};

/// What the two ranks compute, and what that comes to: the values are rank 1's.
const SCRIPT: &str = "import dask.array as da\nprint(float(da.ones((64, 64), chunks=16).sum().compute()))\n";
const SUM: &str = "4096.0";
/// Time that they have.
const PING_TIME: Duration = Duration::from_secs(60);
const VERSION_TIME: Duration = Duration::from_secs(10);

/// A kind of MPI library, which has launchers of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    OpenMpi,
    Mpich,
    Unknown,
}

impl Family {
    fn of(text: &str) -> Family {
        let text = text.to_ascii_lowercase();
        if ["open mpi", "openrte", "open-mpi", "prte"].iter().any(|name| text.contains(name)) {
            Family::OpenMpi
        } else if ["mpich", "hydra", "intel(r) mpi", "mvapich"].iter().any(|name| text.contains(name)) {
            Family::Mpich
        } else {
            Family::Unknown
        }
    }

    fn name(self) -> &'static str {
        match self {
            Family::OpenMpi => "Open MPI",
            Family::Mpich => "MPICH or its kin",
            Family::Unknown => "an unknown MPI",
        }
    }

    /// Its launchers, as systems call them that have several.
    fn launchers(self) -> &'static [&'static str] {
        match self {
            Family::OpenMpi => &["mpirun", "mpirun.openmpi", "mpiexec"],
            Family::Mpich => &["mpirun", "mpirun.mpich", "mpiexec", "mpiexec.hydra"],
            Family::Unknown => &["mpirun", "mpiexec"],
        }
    }
}

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
    let family = Family::of(&library);
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
    let program = match launcher {
        MpiLauncher::Srun => "srun",
        MpiLauncher::Mpirun => "mpirun",
        MpiLauncher::Mpiexec | MpiLauncher::Pals => "mpiexec",
        MpiLauncher::Intelmpi => "mpiexec.hydra",
        MpiLauncher::None => return Ok(Vec::new()),
    };
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
fn own_launcher(family: Family) -> Result<(Vec<String>, Finding), Finding> {
    let version = |program: &str| {
        let asked = run(&Invocation { timeout: VERSION_TIME, ..Invocation::new(program, ["--version"]) });
        asked.ok().map(|Answer { stdout, stderr, .. }| stdout + &stderr)
    };
    let found: Vec<(&str, String)> = family
        .launchers()
        .iter()
        .filter(|program| is_on_path(program))
        .filter_map(|program| Some((*program, version(program)?)))
        .collect();
    let Some((first, said)) = found.first() else {
        let remedy = "load the MPI module that swath was built with, or install its launcher";
        return Err(Finding::fault("launcher", "there is no mpirun and no mpiexec on PATH", remedy));
    };
    let is_own = |text: &str| family == Family::Unknown || Family::of(text) == family;
    let line = |text: &str| text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim().to_owned();
    if is_own(said) {
        return Ok((vec![(*first).to_owned()], Finding::ok("launcher", format!("{first}: {}", line(said)))));
    }
    let other = Family::of(said).name();
    match found.iter().find(|(_, text)| is_own(text)) {
        Some((program, _)) => Ok((
            vec![(*program).to_owned()],
            Finding::warning(
                "launcher",
                format!("{first} is of {other}, swath is bound to {}", family.name()),
                format!("start ranks by {program}"),
            ),
        )),
        None => Err(Finding::fault(
            "launcher",
            format!("{first} is of {other}, swath is bound to {}", family.name()),
            "load the MPI module that swath was built with, or build swath with this one",
        )),
    }
}

/// Two ranks that compute something together.
fn ping(launcher: &[String], family: Family) -> Finding {
    let Some((program, options)) = launcher.split_first() else {
        return Finding::ok("two ranks", "nothing starts ranks at this site");
    };
    let oversubscribes = family == Family::OpenMpi && program.starts_with("mpi");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_and_launchers_are_told_by_what_they_say() {
        assert_eq!(Family::of("Open MPI v4.1.4, package: Debian OpenMPI"), Family::OpenMpi);
        assert_eq!(Family::of("mpirun (Open MPI) 4.1.4"), Family::OpenMpi);
        assert_eq!(Family::of("HYDRA build details:\n    Version: 4.0.2"), Family::Mpich);
        assert_eq!(Family::of("Intel(R) MPI Library for Linux* OS, Version 2021.9"), Family::Mpich);
        assert_eq!(Family::of("Version 1"), Family::Unknown);
    }
}
