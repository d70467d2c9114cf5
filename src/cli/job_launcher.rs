//! How a job's ranks are started: by a launcher of the MPI library's own, with its options.
//!
//! The library is the one that swath is built with, unless `--mpi` or the site names another. Where this host's launchers are
//! those that the job will find (it loads no modules), they are asked whose they are.

use super::Ended;
use super::job_arguments::JobArguments;
use super::output::complain;
use crate::launcher::{BatchKind, MpiFamily, MpiLauncher, Site, mpi_family};
use crate::transport::mpi_library;
use anyhow::anyhow;

/// What starts the ranks.
pub struct JobLauncher {
    /// The launcher.
    pub launcher: MpiLauncher,
    /// The program that stands for it, where its name is another library's.
    pub program: Option<String>,
    /// The library.
    pub mpi: Option<MpiFamily>,
    /// The interface that srun is to offer.
    pub srun_interface: Option<String>,
}

/// What starts so many ranks: a single one needs nothing. Warns where this host's launcher is another library's.
///
/// # Errors
/// Where swath is built without MPI, and several ranks are to run it.
pub fn job_launcher(arguments: &JobArguments, site: &Site, kind: BatchKind, ranks: u64) -> Result<JobLauncher, Ended> {
    let named = arguments.launcher.or(site.launcher);
    let told = arguments.mpi.or(site.mpi);
    let library = mpi_library();
    let has_template = arguments.template.is_some() || site.template.is_some();
    if ranks > 1 && library.is_none() && told.is_none() && !has_template && named != Some(MpiLauncher::None) {
        let line = format!(
            "this swath is built without MPI, and the job has {ranks} ranks\n  submit by one that is built with it \
             (cargo build --release), or ask for --nodes 1 --ranks-per-node 1"
        );
        return Err(Ended::Failed(anyhow!(line)));
    }
    let mpi = told.or_else(|| library.as_deref().and_then(MpiFamily::of));
    let default = if ranks == 1 { MpiLauncher::None } else { MpiLauncher::of_family(mpi, kind) };
    let launcher = named.unwrap_or(default);
    let loads_modules = !arguments.module.is_empty() || !site.modules.is_empty();
    Ok(started_by(launcher, mpi, told.is_none() && !loads_modules))
}

/// What goes with a launcher; where this host's are those that the job will find, they are asked whose they are.
pub fn started_by(launcher: MpiLauncher, mpi: Option<MpiFamily>, finds_these: bool) -> JobLauncher {
    let is_here = launcher.is_of_library() && finds_these;
    let srun_interface = mpi.filter(|_| launcher == MpiLauncher::Srun).and_then(mpi_family::srun_interface);
    JobLauncher {
        launcher,
        program: mpi.filter(|_| is_here).and_then(|mpi| program(launcher, mpi)),
        mpi,
        srun_interface: srun_interface.map(str::to_owned),
    }
}

/// The program that stands for a launcher where its name is another library's here; warns of that.
fn program(launcher: MpiLauncher, mpi: MpiFamily) -> Option<String> {
    let names: Vec<&str> = [launcher.program()].into_iter().chain(mpi.launchers().iter().copied()).collect();
    let (first, own) = mpi_family::find(&names, Some(mpi));
    let first = first?;
    if own.as_ref() == Some(&first) {
        return Some(first.name).filter(|name| name != launcher.program());
    }
    let other = first.family.map_or("another MPI", MpiFamily::name);
    let what = format!("swath: warning: {} is of {other} here, and swath is bound to {}", first.name, mpi.name());
    match own {
        Some(own) => {
            complain(&format!("{what}\n  the job starts its ranks by {}", own.name));
            Some(own.name)
        }
        None => {
            complain(&format!(
                "{what}: every rank would take itself for the only one\n  name the library's module by --module, or load it \
                 first; swath doctor tries two ranks"
            ));
            None
        }
    }
}
