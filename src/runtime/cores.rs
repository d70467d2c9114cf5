//! Cores for tasks: as many compute at one time as there are cores, while others wait for files.
//!
//! A task that reads or writes says so, at the cost of noting the time. One that is still at it a moment later, and sleeps,
//! doesn't need its core, which goes to another task; back from its file, it waits until one is free. So files that are at
//! hand cost nothing, however large they are, and slow ones idle no core. How many tasks there are beyond the cores is for
//! `worker` to say.

use crate::store::FileWait;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often tasks that wait for files are looked for.
pub(super) const LOOK_INTERVAL: Duration = Duration::from_millis(2);
/// Time at a file after which a task loses its core.
const MOMENT: Duration = Duration::from_millis(1);
/// A thread isn't at a file.
const COMPUTES: u64 = 0;
/// A thread is at a file and has lost its core.
const LOST: u64 = u64::MAX;

/// The cores of a rank, and the threads of its pool.
#[derive(Debug)]
pub(super) struct Cores {
    count: usize,
    start: Instant,
    threads: Vec<Thread>,
    state: Mutex<State>,
    freed: Condvar,
}

/// A thread of the pool.
#[derive(Debug)]
struct Thread {
    /// Since when it is at a file, in nanoseconds from the start, or one of [`COMPUTES`] and [`LOST`].
    at_file: AtomicU64,
    /// The system's number of it; 0 before it was at a file.
    number: AtomicI32,
}

#[derive(Debug, Default)]
struct State {
    /// Cores that tasks have.
    used: usize,
    /// Tasks that have lost theirs.
    lost: usize,
    /// Tasks that want one, back from a file: they go before those that start.
    returning: usize,
    starting: usize,
}

impl Thread {
    fn new() -> Thread {
        Thread { at_file: AtomicU64::new(COMPUTES), number: AtomicI32::new(0) }
    }
}

impl Cores {
    /// So many cores for a pool of so many threads.
    pub(super) fn new(count: usize, thread_count: usize) -> Cores {
        Cores {
            count,
            start: Instant::now(),
            threads: (0..thread_count).map(|_| Thread::new()).collect(),
            state: Mutex::default(),
            freed: Condvar::new(),
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Does something on a core, as soon as there is one.
    pub(super) fn with_one<T>(&self, work: impl FnOnce() -> T) -> T {
        let mut state = self.lock();
        state.starting += 1;
        while state.used >= self.count || state.returning > 0 {
            state = self.wait(state);
        }
        state.starting -= 1;
        state.used += 1;
        drop(state);
        let done = work();
        self.free(self.lock(), 1);
        done
    }

    /// Takes the cores of tasks that wait for files; gives the number of tasks that wait.
    pub(super) fn look(&self) -> usize {
        let now = self.now();
        let mut state = self.lock();
        let mut freed = 0;
        for Thread { at_file: since, number } in &self.threads {
            let noted = since.load(Ordering::SeqCst);
            let is_long = noted != COMPUTES && noted != LOST && now.saturating_sub(noted) > MOMENT.as_nanos() as u64;
            // What copies from memory is at work, and would only share its core with another.
            if is_long
                && sleeps(number.load(Ordering::SeqCst))
                && since.compare_exchange(noted, LOST, Ordering::SeqCst, Ordering::SeqCst).is_ok()
            {
                freed += 1;
            }
        }
        state.lost += freed;
        let lost = state.lost;
        if freed > 0 {
            self.free(state, freed);
        }
        lost
    }

    /// Nanoseconds since the start, which is no time itself.
    fn now(&self) -> u64 {
        1 + self.start.elapsed().as_nanos() as u64
    }

    fn this_thread(&self) -> Option<&Thread> {
        self.threads.get(rayon::current_thread_index()?)
    }

    fn free(&self, mut state: MutexGuard<'_, State>, count: usize) {
        state.used -= count;
        if state.returning + state.starting > 0 {
            self.freed.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.freed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }
}

impl FileWait for Cores {
    fn begin(&self) {
        if let Some(Thread { at_file, number }) = self.this_thread() {
            if number.load(Ordering::SeqCst) == 0 {
                number.store(rustix::thread::gettid().as_raw_nonzero().get(), Ordering::SeqCst);
            }
            at_file.store(self.now(), Ordering::SeqCst);
        }
    }

    fn end(&self) {
        let before = self.this_thread().map(|thread| thread.at_file.swap(COMPUTES, Ordering::SeqCst));
        if before != Some(LOST) {
            return;
        }
        let mut state = self.lock();
        state.lost -= 1;
        state.returning += 1;
        while state.used >= self.count {
            state = self.wait(state);
        }
        state.returning -= 1;
        state.used += 1;
        // Those that start may have waited for this one only.
        if state.starting > 0 && state.used < self.count {
            self.freed.notify_all();
        }
    }
}

/// Whether a thread of this process neither runs nor would run if it had a core, as proc(5) has it; yes where the system
/// doesn't say.
fn sleeps(thread: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/self/task/{thread}/stat"));
    // The state follows the name, which stands in brackets and may hold some.
    stat.ok().and_then(|stat| Some(!stat.rsplit_once(") ")?.1.starts_with('R'))).unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rayon::ThreadPoolBuilder;
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;

    /// Runs tasks that wait for a file and then compute; gives the time that took and the most that computed at once.
    fn run(task_count: usize, file_ms: u64, compute_ms: u64, thread_count: usize) -> (Duration, usize) {
        let cores = Arc::new(Cores::new(2, thread_count));
        let pool = ThreadPoolBuilder::new().num_threads(thread_count).build().unwrap();
        let (computing, most, done) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let start = Instant::now();
        pool.in_place_scope(|scope| {
            for _ in 0..task_count {
                scope.spawn(|_| {
                    cores.with_one(|| {
                        cores.begin();
                        std::thread::sleep(Duration::from_millis(file_ms));
                        cores.end();
                        most.fetch_max(1 + computing.fetch_add(1, Ordering::SeqCst), Ordering::SeqCst);
                        std::thread::sleep(Duration::from_millis(compute_ms));
                        computing.fetch_sub(1, Ordering::SeqCst);
                    });
                    done.fetch_add(1, Ordering::SeqCst);
                });
            }
            while done.load(Ordering::SeqCst) < task_count {
                std::thread::sleep(LOOK_INTERVAL);
                cores.look();
            }
        });
        let used = cores.lock().used;
        assert_eq!((used, cores.look()), (0, 0));
        (start.elapsed(), most.into_inner())
    }

    #[test]
    fn waiting_for_files_takes_no_core_and_computing_takes_one() {
        let (alone, _) = run(40, 20, 5, 2);
        let (overlapped, most) = run(40, 20, 5, 10);
        assert!(alone > Duration::from_millis(500), "{alone:?}");
        assert!(overlapped < alone / 2, "{overlapped:?} instead of {alone:?}");
        assert!(most <= 2, "{most} computed at once");
    }

    #[test]
    fn a_file_at_hand_costs_no_core() {
        let (_, most) = run(200, 0, 1, 10);
        assert!(most <= 2, "{most} computed at once");
    }

    #[test]
    fn who_copies_keeps_its_core_and_who_sleeps_loses_it() {
        const SLEEPS: usize = 1;
        const IS_BACK: usize = 2;
        let cores = Cores::new(1, 1);
        let pool = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let (copied, phase) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let task = || {
            cores.begin();
            while phase.load(Ordering::SeqCst) < SLEEPS {
                copied.fetch_add(1, Ordering::SeqCst);
            }
            while phase.load(Ordering::SeqCst) < IS_BACK {
                std::thread::sleep(MOMENT);
            }
            cores.end();
        };
        let lost_by_copying = pool.in_place_scope(|scope| {
            scope.spawn(|_| cores.with_one(task));
            while copied.load(Ordering::SeqCst) == 0 {
                std::thread::yield_now();
            }
            std::thread::sleep(3 * MOMENT);
            let lost = cores.look();
            phase.store(SLEEPS, Ordering::SeqCst);
            while cores.look() == 0 {
                std::thread::yield_now();
            }
            phase.store(IS_BACK, Ordering::SeqCst);
            lost
        });
        assert_eq!((lost_by_copying, cores.look(), cores.lock().used), (0, 0, 0));
    }
}
