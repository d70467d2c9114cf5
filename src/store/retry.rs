//! Trying again what a file system refuses for a while: network file systems lose servers and find them again.
//!
//! All reading and writing of stores goes through [`IoControl::run`]. What fails for a reason that passes is tried a few
//! times more, ever more slowly, some seconds in all; what is missing, forbidden, full or damaged fails at once.

use super::StoreError;
use backon::{BlockingRetryable, ExponentialBuilder};
use rustix::io::Errno;
use std::cell::Cell;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Pause after the first failure; each further one is twice as long, plus up to as much again by chance, so that ranks
/// don't come back all at once.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// Tries after the first: 3 to 6 seconds.
const MAX_RETRIES: usize = 5;
/// What network file systems and busy devices answer for a while: errno(3).
const TRANSIENT: [Errno; 19] = [
    Errno::IO,
    Errno::AGAIN,
    Errno::BUSY,
    Errno::INTR,
    Errno::STALE,
    Errno::TIMEDOUT,
    Errno::NOLCK,
    Errno::REMOTEIO,
    Errno::PROTO,
    Errno::PIPE,
    Errno::CONNRESET,
    Errno::CONNABORTED,
    Errno::CONNREFUSED,
    Errno::NOTCONN,
    Errno::SHUTDOWN,
    Errno::NETDOWN,
    Errno::NETUNREACH,
    Errno::HOSTDOWN,
    Errno::HOSTUNREACH,
];

static RETRIES: AtomicU64 = AtomicU64::new(0);

/// How often this process has tried something again so far.
pub fn retry_count() -> u64 {
    RETRIES.load(Ordering::Relaxed)
}

/// Whether an operation may succeed when it is tried again.
fn is_transient(error: &io::Error) -> bool {
    error.raw_os_error().is_some_and(|code| TRANSIENT.contains(&Errno::from_raw_os_error(code)))
}

/// Is told of the time that a thread spends waiting for files.
pub trait FileWait: std::fmt::Debug + Send + Sync {
    /// This thread waits from now on.
    fn begin(&self);

    /// It waits no more, and goes on when this returns.
    fn end(&self);
}

/// Says when reading and writing on somebody's behalf is to give up, and whom to tell of waiting for files. Clones are one
/// and the same.
#[derive(Debug, Clone, Default)]
pub struct IoControl {
    shared: Arc<Shared>,
    waits: Option<Arc<dyn FileWait>>,
}

/// A thread waits for a file until this is dropped.
struct Waiting<'a>(&'a dyn FileWait);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

#[derive(Debug, Default)]
struct Shared {
    is_stopped: AtomicBool,
    pausing: Mutex<()>,
    stopped: Condvar,
}

impl IoControl {
    /// One that tells of waiting for files.
    pub fn telling(waits: Arc<dyn FileWait>) -> IoControl {
        IoControl { waits: Some(waits), ..IoControl::default() }
    }

    /// From now on, nothing is tried again, and nobody waits before trying.
    pub fn stop(&self) {
        self.shared.is_stopped.store(true, Ordering::SeqCst);
        // Whoever has just found it unset waits before this can be locked.
        drop(self.shared.pausing.lock());
        self.shared.stopped.notify_all();
    }

    /// Whether [`IoControl::stop`] was called.
    pub fn is_stopped(&self) -> bool {
        self.shared.is_stopped.load(Ordering::SeqCst)
    }

    /// Does something with a path that does no harm when it is done twice; tries again where that may help.
    ///
    /// # Errors
    /// [`StoreError::Io`] with the last failure and the number of tries.
    pub(super) fn run<T>(
        &self,
        action: &'static str,
        path: &Path,
        operation: impl FnMut() -> io::Result<T>,
    ) -> Result<T, StoreError> {
        let _waiting = self.waits.as_deref().map(|waits| {
            waits.begin();
            Waiting(waits)
        });
        let tries = Cell::new(1);
        let pauses = ExponentialBuilder::new()
            .with_min_delay(FIRST_PAUSE)
            .with_factor(2.0)
            .with_max_times(MAX_RETRIES)
            .with_jitter();
        let control = self.clone();
        let outcome = operation
            .retry(pauses)
            .sleep(move |pause| control.pause(pause))
            .when(|error| is_transient(error) && !self.is_stopped())
            .notify(|_, _| {
                tries.set(tries.get() + 1);
                RETRIES.fetch_add(1, Ordering::Relaxed);
            })
            .call();
        outcome.map_err(|source| StoreError::Io {
            action,
            path: path.display().to_string(),
            source,
            tries: tries.get(),
        })
    }

    /// Waits for a while, or until there is nothing to wait for any more.
    fn pause(&self, pause: Duration) {
        let pausing = self.shared.pausing.lock().unwrap_or_else(PoisonError::into_inner);
        // How the wait ends makes no difference: what comes next asks.
        drop(self.shared.stopped.wait_timeout_while(pausing, pause, |()| !self.is_stopped()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    fn fails(times: usize, errno: Errno) -> impl FnMut() -> io::Result<usize> {
        let mut tries = 0;
        move || {
            tries += 1;
            if tries > times { Ok(tries) } else { Err(errno.into()) }
        }
    }

    #[test]
    fn what_passes_is_waited_out_and_counted() {
        let before = retry_count();
        let tries = IoControl::default().run("read", Path::new("/x"), fails(2, Errno::STALE)).unwrap();
        assert_eq!(tries, 3);
        assert!(retry_count() >= before + 2);
    }

    #[test]
    fn what_does_not_pass_fails_at_once() {
        for errno in [Errno::NOENT, Errno::ACCESS, Errno::NOSPC, Errno::DQUOT, Errno::ROFS] {
            let error = IoControl::default().run("write", Path::new("/x"), fails(1, errno)).unwrap_err();
            assert!(matches!(error, StoreError::Io { tries: 1, .. }), "{error}");
        }
    }

    #[test]
    fn what_never_passes_fails_after_some_seconds() {
        let start = Instant::now();
        let error = IoControl::default().run("read", Path::new("/x/c/0"), fails(99, Errno::IO)).unwrap_err();
        let took = start.elapsed();
        assert!(took > Duration::from_secs(3) && took < Duration::from_secs(8), "{took:?}");
        let text = error.to_string();
        assert!(text.contains("/x/c/0") && text.contains("6 tries"), "{text}");
    }

    #[test]
    fn nobody_waits_after_a_stop() {
        let control = IoControl::default();
        let other = control.clone();
        let start = Instant::now();
        let waits = std::thread::spawn(move || other.pause(Duration::from_secs(60)));
        std::thread::sleep(Duration::from_millis(30));
        control.stop();
        waits.join().unwrap();
        assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
        let error = control.run("read", Path::new("/x"), fails(99, Errno::TIMEDOUT)).unwrap_err();
        assert!(matches!(error, StoreError::Io { tries: 1, .. }), "{error}");
    }
}
