//! File systems: whether the working directory behaves as stores and run directories need it to, and whether there is scratch.

use super::Finding;
use crate::environment::Environment;
use crate::launcher::Site;
use bytesize::ByteSize;
use rustix::fs::{FlockOperation, flock, statfs, statvfs};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// Types of file systems by their magic numbers, statfs(2); true where one lies in memory.
const KINDS: [(u64, &str, bool); 11] = [
    (0x0102_1994, "tmpfs", true),
    (0x8584_58f6, "ramfs", true),
    (0x0bd0_0bd0, "Lustre", false),
    (0x4750_4653, "GPFS", false),
    (0x1983_0326, "BeeGFS", false),
    (0x00c3_6400, "CephFS", false),
    (0x6969, "NFS", false),
    (0xef53, "ext4", false),
    (0x5846_5342, "XFS", false),
    (0x794c_7630, "overlayfs", false),
    (0x9123_683e, "Btrfs", false),
];
/// Less than this is next to nothing.
const LITTLE_BYTES: u64 = 1 << 30;
/// Clocks that differ by more make ages of files meaningless.
const CLOCK_LIMIT: Duration = Duration::from_secs(60);
/// Files that are written and renamed to see how long that takes, and what is too long for one.
const FILES: u32 = 20;
const SLOW: Duration = Duration::from_millis(200);

/// Name of the file system of a path, whether it lies in memory, and bytes that are free there.
fn file_system(path: &Path) -> std::io::Result<(String, bool, u64)> {
    let kind = statfs(path)?.f_type as u64 & 0xffff_ffff;
    let space = statvfs(path)?;
    let known = KINDS.iter().find(|(number, ..)| *number == kind);
    let name = known.map_or_else(|| format!("file system {kind:#x}"), |(_, name, _)| (*name).to_owned());
    Ok((name, known.is_some_and(|(_, _, in_memory)| *in_memory), space.f_bavail * space.f_frsize))
}

/// The working directory, where stores and run directories are.
pub(super) fn working_directory() -> Vec<Finding> {
    let subject = "working directory";
    let directory = match std::env::current_dir() {
        Ok(directory) => directory,
        Err(error) => return vec![Finding::fault(subject, error.to_string(), "go to a directory that exists")],
    };
    let mut findings = vec![place(subject, &directory)];
    let trial = match tempfile::Builder::new().prefix(".swath-doctor-").tempdir_in(&directory) {
        Ok(trial) => trial,
        Err(error) => {
            let remedy = "work in a directory that you may write to, on a file system that all nodes see";
            findings.push(Finding::fault(subject, format!("nothing can be written: {error}"), remedy));
            return findings;
        }
    };
    for (name, check) in
        [("rename", rename as fn(&Path) -> std::io::Result<Finding>), ("locks", locks), ("clock", clock)]
    {
        findings.push(check(trial.path()).unwrap_or_else(|error| {
            Finding::fault(
                name,
                error.to_string(),
                "work on another file system: this one can't keep stores and journals",
            )
        }));
    }
    findings
}

/// What a directory is on.
fn place(subject: &'static str, directory: &Path) -> Finding {
    let shown = directory.display();
    match file_system(directory) {
        Err(error) => Finding::fault(subject, format!("{shown}: {error}"), "name a directory that exists"),
        Ok((name, true, _)) => Finding::warning(
            subject,
            format!("{shown} lies in memory ({name})"),
            "what is written takes memory, and other nodes don't see it: use a shared file system",
        ),
        Ok((name, false, free)) if free < LITTLE_BYTES => {
            Finding::warning(subject, format!("{shown}: {name}, {} free", size(free)), "make room, or go elsewhere")
        }
        Ok((name, false, free)) => Finding::ok(subject, format!("{shown}: {name}, {} free", size(free))),
    }
}

/// Files appear whole by a rename over what is there.
fn rename(directory: &Path) -> std::io::Result<Finding> {
    let place = directory.join("file");
    let started = Instant::now();
    for number in 0..FILES {
        let temporary = directory.join("file.tmp");
        let mut file = File::create(&temporary)?;
        write!(file, "{number}")?;
        file.sync_data()?;
        fs::rename(&temporary, &place)?;
        if fs::read_to_string(&place)? != number.to_string() {
            let remedy = "work on another file system: on this one, results of others can't be relied on";
            return Ok(Finding::fault("rename", "a renamed file isn't seen with what was written to it", remedy));
        }
    }
    let each = started.elapsed() / FILES;
    let detail = format!("whole files replace each other, {:.1} ms each", each.as_secs_f64() * 1e3);
    if each > SLOW {
        return Ok(Finding::warning(
            "rename",
            detail,
            "use larger chunks or shards here, so that there are fewer files",
        ));
    }
    Ok(Finding::ok("rename", detail))
}

/// Locks of run directories are files that only one process can make; advisory locks serve beside them.
fn locks(directory: &Path) -> std::io::Result<Finding> {
    let path = directory.join("lock");
    let make = || OpenOptions::new().write(true).create_new(true).open(&path);
    let file = make()?;
    match make() {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        _ => {
            let remedy = "don't start two runs with the same outputs here, or work on another file system";
            return Ok(Finding::fault("locks", "a file was made twice", remedy));
        }
    }
    Ok(match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Finding::ok("locks", "files are made once, and advisory locks work"),
        Err(error) => Finding::warning(
            "locks",
            format!("files are made once; there are no advisory locks ({error})"),
            "runs don't need them; HDF5 may: HDF5_USE_FILE_LOCKING=FALSE",
        ),
    })
}

/// The file system's clock against this host's.
fn clock(directory: &Path) -> std::io::Result<Finding> {
    let path = directory.join("clock");
    fs::write(&path, "x")?;
    let (written, now) = (fs::metadata(&path)?.modified()?, SystemTime::now());
    let difference = now.duration_since(written).unwrap_or_else(|error| error.duration());
    if difference > CLOCK_LIMIT {
        let detail = format!("the file system's clock and this host's differ by {} s", difference.as_secs());
        return Ok(Finding::warning("clock", detail, "have the administrators set them: deadlines go by the host's"));
    }
    Ok(Finding::ok("clock", "the file system's agrees with this host's"))
}

/// Where results go that memory doesn't hold.
pub(super) fn scratch(environment: &Environment, site: Option<&Site>) -> Vec<Finding> {
    let of_site = site.and_then(|site| site.scratch.clone());
    if let Some(named) = of_site.as_ref().filter(|path| path.contains('$')) {
        return vec![Finding::ok("scratch", format!("{named}, which is known in a job only"))];
    }
    let directory = of_site.map_or_else(|| environment.scratch_directory.clone(), PathBuf::from);
    let found = place("scratch", &directory);
    if let Err(error) = tempfile::tempfile_in(&directory) {
        let detail = format!("{}: nothing can be written: {error}", directory.display());
        return vec![Finding::fault("scratch", detail, "name a directory of the node: swath run --scratch DIR")];
    }
    if found.remedy.is_some() {
        let remedy =
            "what memory doesn't hold has no place: name another directory of the node, swath run --scratch DIR";
        return vec![Finding::warning("scratch", found.detail, remedy)];
    }
    vec![found]
}

fn size(bytes: u64) -> String {
    ByteSize::b(bytes).display().iec().to_string()
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    #[test]
    fn a_directory_that_keeps_files_has_no_fault() {
        let folder = tempfile::tempdir().unwrap();
        for finding in [rename(folder.path()).unwrap(), locks(folder.path()).unwrap(), clock(folder.path()).unwrap()] {
            assert_ne!(finding.verdict, Verdict::Fault, "{finding:?}");
        }
    }

    #[test]
    fn a_directory_that_is_not_there_is_a_fault() {
        assert_eq!(place("scratch", Path::new("/no/such/directory")).verdict, Verdict::Fault);
    }
}
