//! Ctrl-C and termination: every rank leaves at once, and half-written outputs don't stay behind.
//!
//! Launchers pass both signals on to all ranks, and kill what is left a second later. So each rank leaves by itself before
//! that; rank 0 says so, in one line. No state of the program is touched: what is complete has its final name
//! already, what isn't is registered here.

use super::{RuntimeError, drain};
use crate::environment::Ranks;
use crate::journal;
use crate::transport::Transport;
use signal_hook::consts::{SIGINT, SIGTERM, SIGUSR1, SIGXFSZ};
use signal_hook::iterator::Signals;
use signal_hook::low_level;
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

/// Longest time that removing partial outputs takes where a launcher kills ranks a second after the signal.
const RANK_CLEANUP_TIME: Duration = Duration::from_millis(450);
/// The same for a process on its own. A removal waits for what is being synced in the same directory.
const CLEANUP_TIME: Duration = Duration::from_secs(3);
/// Time that other ranks stay after the signal.
const PEER_DELAY: Duration = Duration::from_millis(150);
/// Exit code where another rank is gone.
const ABANDONED: i32 = 1;
/// Exit code of a run that has stalled: `EX_SOFTWARE` of sysexits(3).
const STALLED: i32 = 70;

static CLEANUPS: Mutex<(u64, BTreeMap<u64, PathBuf>)> = Mutex::new((0, BTreeMap::new()));
static IS_INSTALLED: AtomicBool = AtomicBool::new(false);
/// Exit code of a run that is ending already; negative before.
static ENDING: AtomicI32 = AtomicI32::new(-1);

/// What is to be done before the process leaves, given its exit code.
type Farewell = Box<dyn FnOnce(i32) + Send>;

static FAREWELL: Mutex<Option<Farewell>> = Mutex::new(None);

/// From now on, a signal that ends this process has this done first, in little time, with the exit code.
pub(super) fn at_leaving(farewell: impl FnOnce(i32) + Send + 'static) {
    *FAREWELL.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(farewell));
}

/// Other ranks on the first rank's node: a process, and how the user knows it.
static PEERS: Mutex<Vec<(u32, String)>> = Mutex::new(Vec::new());

/// From now on, where a rank on this node dies, the first one says which.
#[cfg(feature = "mpi")]
pub(super) fn watch_peers(workers: &[(crate::protocol::WorkerId, crate::protocol::WorkerInfo)]) {
    let node = super::place::node();
    let here = workers.iter().filter(|(worker, info)| info.node == node && worker.0 > 0);
    let peers = here.map(|(worker, info)| {
        let name = format!("rank {} (process {} on {node})", worker.0, info.process);
        (info.process, name)
    });
    // In containers, ranks of one node may not see each other's processes.
    let visible = peers.filter(|(process, _)| journal::is_alive(*process)).collect();
    *PEERS.lock().unwrap_or_else(PoisonError::into_inner) = visible;
}

/// A rank on this node that is gone, unless the run is ending.
pub(super) fn gone_peer() -> Option<String> {
    if ENDING.load(Ordering::SeqCst) >= 0 {
        return None;
    }
    let peers = PEERS.lock().unwrap_or_else(PoisonError::into_inner);
    peers.iter().find(|(process, _)| !journal::is_alive(*process)).map(|(_, name)| name.clone())
}

/// Ends this process where another rank is gone and no launcher has ended the run.
pub(super) fn leave_abandoned(peer: &str) -> ! {
    leave_in_time(&format!("swath: {peer} is gone\n"), ABANDONED)
}

/// Keeps a path registered for removal.
#[derive(Debug)]
#[must_use = "the path is registered until the guard is dropped"]
pub struct CleanupGuard {
    key: u64,
}

impl Drop for CleanupGuard {
    fn drop(&mut self) {
        CLEANUPS.lock().unwrap_or_else(PoisonError::into_inner).1.remove(&self.key);
    }
}

/// Has a file or directory removed if the run is interrupted before the guard is dropped.
pub fn register_cleanup(path: PathBuf) -> CleanupGuard {
    let mut cleanups = CLEANUPS.lock().unwrap_or_else(PoisonError::into_inner);
    let key = cleanups.0;
    cleanups.0 += 1;
    cleanups.1.insert(key, path);
    CleanupGuard { key }
}

/// From now on, SIGINT ends this process with exit code 130 and SIGTERM with 143, as shells expect; the first rank says
/// so on standard error. SIGUSR1 asks the run to stop in good order. A second call changes nothing.
pub(super) fn install(ranks: Ranks) -> Result<(), RuntimeError> {
    if IS_INSTALLED.swap(true, Ordering::SeqCst) {
        return Ok(());
    }
    let thread_error = |error: std::io::Error| RuntimeError::Thread { message: error.to_string() };
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGUSR1, SIGXFSZ]).map_err(thread_error)?;
    let wait = move || {
        for signal in signals.forever() {
            match signal {
                // Launchers pass it on to all ranks; the first has the others stop.
                SIGUSR1 if ranks.rank == 0 => drain::request(),
                // Writing beyond a limit of file sizes fails, which says which file: it need not kill.
                SIGUSR1 | SIGXFSZ => {}
                _ => leave(signal, ranks),
            }
        }
    };
    std::thread::Builder::new().name("swath-signals".to_owned()).spawn(wait).map_err(thread_error)?;
    Ok(())
}

/// From now on, a signal ends this process with this exit code and without a word: as soon as one rank leaves with
/// another code than 0, launchers terminate those that are a moment behind it.
pub(super) fn end_quietly(exit_code: i32) {
    ENDING.store(exit_code, Ordering::SeqCst);
}

/// Ends this process where stopping in good order has taken all the time it had.
pub(super) fn leave_drained(exit_code: i32) -> ! {
    leave_in_time("swath: stopped; what still ran is dropped\n", exit_code)
}

/// Ends this process and all other ranks where nothing goes on any more.
pub(super) fn leave_stalled(state: &str, transport: Arc<dyn Transport>) -> ! {
    end_quietly(STALLED);
    say(state);
    within(RANK_CLEANUP_TIME, || farewell(STALLED));
    within(RANK_CLEANUP_TIME, move || transport.abort(STALLED));
    low_level::exit(STALLED)
}

/// Ends this process and all other ranks as [`leave_stalled`] does, unless it is dropped in time.
#[must_use = "the countdown ends when this is dropped"]
pub(super) struct Countdown {
    _goes_on: mpsc::Sender<()>,
}

/// Starts a countdown for something that waits for other ranks; where it takes too long, this is said.
///
/// # Errors
/// Where no thread can be started.
pub(super) fn count_down(
    limit: Duration,
    line: &'static str,
    transport: Arc<dyn Transport>,
) -> Result<Countdown, RuntimeError> {
    let (goes_on, ended) = mpsc::channel();
    let work = move || {
        if ended.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout) {
            leave_stalled(&format!("swath: after {} s {line}; given up\n", limit.as_secs()), transport);
        }
    };
    let spawned = std::thread::Builder::new().name("swath-countdown".to_owned()).spawn(work);
    spawned.map_err(|error| RuntimeError::Thread { message: error.to_string() })?;
    Ok(Countdown { _goes_on: goes_on })
}

fn leave_in_time(line: &str, exit_code: i32) -> ! {
    say(line);
    within(RANK_CLEANUP_TIME, move || farewell(exit_code));
    low_level::exit(exit_code)
}

/// Does something, but no longer than this: a file system may hang.
fn within(limit: Duration, work: impl FnOnce() + Send + 'static) {
    let (done, wait) = mpsc::channel();
    let work = move || {
        work();
        // Nobody waits where it took too long.
        let _ = done.send(());
    };
    if std::thread::Builder::new().spawn(work).is_ok() {
        let _ = wait.recv_timeout(limit);
    }
}

fn farewell(exit_code: i32) {
    let farewell = FAREWELL.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(farewell) = farewell {
        farewell(exit_code);
    }
}

fn leave(signal: i32, ranks: Ranks) -> ! {
    let ending = ENDING.load(Ordering::SeqCst);
    if ending >= 0 {
        low_level::exit(ending);
    }
    if ranks.rank > 0 {
        // The first rank looks who was gone already.
        std::thread::sleep(PEER_DELAY);
    }
    let why = match gone_peer().filter(|_| ranks.rank == 0) {
        Some(peer) => format!("{peer} is gone"),
        None => "interrupted".to_owned(),
    };
    // A progress bar is redrawn until the end, so that the line comes last; a launcher passes nothing on as late as that.
    let is_last = std::io::stderr().is_terminal();
    if ranks.rank == 0 && !is_last {
        say(&format!("swath: {why}\n"));
    }
    let limit = if ranks.count > 1 { RANK_CLEANUP_TIME } else { CLEANUP_TIME };
    within(limit, move || {
        farewell(128 + signal);
        remove_partial_outputs(Instant::now() + limit);
    });
    if ranks.rank == 0 && is_last {
        say(&format!("\r\x1b[2Kswath: {why}\n"));
    }
    // Without destructors and exit handlers: other threads are still at work.
    low_level::exit(128 + signal)
}

fn say(line: &str) {
    // Where nobody can read it any more, there is nobody to tell.
    let _ = std::io::stderr().write_all(line.as_bytes());
}

/// Removes what is registered, again and again while other threads still write there.
fn remove_partial_outputs(deadline: Instant) {
    let paths: Vec<PathBuf> = CLEANUPS.lock().unwrap_or_else(PoisonError::into_inner).1.values().cloned().collect();
    for path in paths {
        while !remove(&path) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn remove(path: &Path) -> bool {
    let is_directory = path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
    let removed = if is_directory { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    removed.is_ok() || !path.exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_still_registered_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let (kept, partial) = (folder.path().join("kept"), folder.path().join("partial"));
        std::fs::create_dir_all(partial.join("c/0")).unwrap();
        std::fs::write(&kept, "").unwrap();
        drop(register_cleanup(kept.clone()));
        let _guard = register_cleanup(partial.clone());
        remove_partial_outputs(Instant::now() + CLEANUP_TIME);
        assert!(kept.exists() && !partial.exists());
    }
}
