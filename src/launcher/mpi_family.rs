//! Kinds of MPI libraries: each has launchers of its own, which start strangers to each other with any other's ranks.
//!
//! Libraries are told by what MPI_Get_library_version says of them, launchers by their `--version`. Which interface `srun` is
//! to offer follows from the library: Open MPI 4 and 5 are built with PMIx, MPICH and Intel MPI know PMI-2, and Cray's library
//! comes with a plugin that is its site's default (srun(1), `--mpi`; "MPI Users Guide" of Slurm).

use super::command::{Answer, Invocation, run};
use super::is_on_path;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use std::time::Duration;

/// Time for a launcher to say its version.
const VERSION_TIME: Duration = Duration::from_secs(10);

/// A kind of MPI library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MpiFamily {
    /// Open MPI.
    OpenMpi,
    /// MPICH and MVAPICH, with the process manager Hydra.
    Mpich,
    /// Intel MPI, with a Hydra of its own.
    Intel,
    /// Cray MPICH.
    Cray,
}

/// A name that no family has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{name}' is no MPI library: expected openmpi, mpich (and MVAPICH), intel or cray")]
pub struct UnknownFamily {
    name: String,
}

impl FromStr for MpiFamily {
    type Err = UnknownFamily;

    fn from_str(text: &str) -> Result<MpiFamily, UnknownFamily> {
        match text {
            "openmpi" => Ok(MpiFamily::OpenMpi),
            "mpich" => Ok(MpiFamily::Mpich),
            "intel" => Ok(MpiFamily::Intel),
            "cray" => Ok(MpiFamily::Cray),
            _ => Err(UnknownFamily { name: text.to_owned() }),
        }
    }
}

impl MpiFamily {
    /// The family of a library or launcher that says this of itself; `None` where it says nothing that is known.
    pub fn of(text: &str) -> Option<MpiFamily> {
        let text = text.to_ascii_lowercase();
        let says = |names: &[&str]| names.iter().any(|name| text.contains(name));
        if says(&["open mpi", "openrte", "open-mpi", "prte"]) {
            Some(MpiFamily::OpenMpi)
        } else if says(&["intel(r) mpi"]) {
            Some(MpiFamily::Intel)
        } else if says(&["cray mpich", "pals"]) {
            Some(MpiFamily::Cray)
        } else if says(&["mpich", "hydra", "mvapich"]) {
            Some(MpiFamily::Mpich)
        } else {
            None
        }
    }

    /// Its name, as people say it.
    pub fn name(self) -> &'static str {
        match self {
            MpiFamily::OpenMpi => "Open MPI",
            MpiFamily::Mpich => "MPICH",
            MpiFamily::Intel => "Intel MPI",
            MpiFamily::Cray => "Cray MPICH",
        }
    }

    /// Its launchers, as systems call them that have several.
    pub fn launchers(self) -> &'static [&'static str] {
        match self {
            MpiFamily::OpenMpi => &["mpirun", "mpirun.openmpi", "mpiexec", "mpiexec.openmpi"],
            MpiFamily::Mpich => &["mpiexec", "mpirun", "mpiexec.hydra", "mpiexec.mpich", "mpirun.mpich"],
            MpiFamily::Intel => &["mpiexec.hydra", "mpirun", "mpiexec"],
            MpiFamily::Cray => &["mpiexec"],
        }
    }
}

/// A launcher on `PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Its name.
    pub name: String,
    /// Its family, where it says so.
    pub family: Option<MpiFamily>,
    /// The first line of what it says.
    pub version: String,
}

/// The first of these launchers that is on `PATH`, and the first that is of a library's family (or may be).
pub fn find(names: &[&str], family: Option<MpiFamily>) -> (Option<Program>, Option<Program>) {
    let program = |name: &&str| {
        let asked = Invocation { timeout: VERSION_TIME, ..Invocation::new(name, ["--version"]) };
        let said = run(&asked).ok().map(|answer| answer.stdout + &answer.stderr)?;
        let version = said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned();
        Some(Program { name: (*name).to_owned(), family: MpiFamily::of(&said), version })
    };
    let mut found = names.iter().filter(|name| is_on_path(name)).filter_map(program);
    let is_own = |program: &Program| family.is_none() || program.family.is_none_or(|other| Some(other) == family);
    match found.next() {
        Some(first) if is_own(&first) => (Some(first.clone()), Some(first)),
        first => (first, found.find(is_own)),
    }
}

/// The interface that `srun` is to offer to ranks of a family; `None` where the site's default is to be trusted.
pub fn srun_interface(family: MpiFamily) -> Option<&'static str> {
    let said = |program: &str, words: &[&str]| {
        let asked = Invocation { timeout: VERSION_TIME, ..Invocation::new(program, words) };
        run(&asked).ok().filter(Answer::is_success).map(|answer| answer.stdout + &answer.stderr)
    };
    let listed = said("srun", &["--mpi=list"]);
    // Every Slurm may have Cray's plugin; one of a Cray has it as its default.
    let is_listed = listed.as_ref().is_some_and(|listed| listed.contains("cray"));
    let configuration = if is_listed { said("scontrol", &["show", "config"]) } else { None };
    interface_of(family, listed.as_deref(), configuration.as_deref())
}

fn interface_of(family: MpiFamily, listed: Option<&str>, configuration: Option<&str>) -> Option<&'static str> {
    let wanted = match family {
        MpiFamily::OpenMpi => ["pmix", "pmi2"],
        MpiFamily::Mpich | MpiFamily::Intel => ["pmi2", "pmix"],
        MpiFamily::Cray => return None,
    };
    let Some(listed) = listed else { return Some(wanted[0]) };
    let has = |name: &str| listed.split(|character: char| !character.is_alphanumeric()).any(|word| word == name);
    // Cray's plugin serves every library with the interface of MPICH.
    let mut lines = configuration.unwrap_or_default().lines();
    let is_of_cray = lines.any(|line| line.trim_start().starts_with("MpiDefault") && line.contains("cray"));
    if family != MpiFamily::OpenMpi && is_of_cray {
        return None;
    }
    wanted.into_iter().find(|name| has(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_and_launchers_are_told_by_what_they_say() {
        for (said, family) in [
            ("Open MPI v4.1.4, package: Debian OpenMPI", Some(MpiFamily::OpenMpi)),
            ("mpirun (Open MPI) 4.1.4", Some(MpiFamily::OpenMpi)),
            ("HYDRA build details:\n    Version: 4.0.2", Some(MpiFamily::Mpich)),
            ("MPICH Version:\t4.0.2", Some(MpiFamily::Mpich)),
            ("Intel(R) MPI Library for Linux* OS, Version 2021.9", Some(MpiFamily::Intel)),
            ("MPI VERSION    : CRAY MPICH version 8.1.27.1 (ANL base 3.4a2)", Some(MpiFamily::Cray)),
            ("Version 1", None),
        ] {
            assert_eq!(MpiFamily::of(said), family, "{said}");
        }
    }

    #[test]
    fn srun_offers_what_the_library_knows_and_slurm_has() {
        let listed =
            "MPI plugin types are...\n\tpmi2\n\tnone\n\tpmix\nspecific pmix plugin versions available: pmix_v4\n";
        assert_eq!(interface_of(MpiFamily::OpenMpi, Some(listed), None), Some("pmix"));
        assert_eq!(interface_of(MpiFamily::Mpich, Some(listed), None), Some("pmi2"));
        assert_eq!(interface_of(MpiFamily::OpenMpi, Some("srun: none\nsrun: pmi2\n"), None), Some("pmi2"));
        let of_cray = |default| interface_of(MpiFamily::Mpich, Some("none cray_shasta pmi2"), Some(default));
        assert_eq!(of_cray("MpiDefault              = cray_shasta\n"), None);
        assert_eq!(of_cray("MpiDefault              = pmix\nLaunchParameters = cray\n"), Some("pmi2"));
        assert_eq!(interface_of(MpiFamily::Intel, Some("none"), None), None);
        assert_eq!(interface_of(MpiFamily::OpenMpi, None, None), Some("pmix"));
        assert_eq!(interface_of(MpiFamily::Cray, None, None), None);
    }

    #[test]
    fn families_are_read_by_name() {
        assert_eq!("mpich".parse(), Ok(MpiFamily::Mpich));
        assert!("lam".parse::<MpiFamily>().unwrap_err().to_string().contains("'lam' is no MPI library"));
    }
}
