//! When a run is to stop in good order: on SIGUSR1, or some time before its deadline.
//!
//! From then on no task starts; what runs may end, what is done is kept, and the process leaves with [`DRAINED`]. Whatever
//! holds that up (a long task, a script that computes by itself) is left behind when the time of grace is over.

use super::{RuntimeError, interrupt};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Exit code of a run that has stopped in good order and can be resumed: `EX_TEMPFAIL` of sysexits(3).
pub const DRAINED: i32 = 75;
/// How often the watch looks up.
const LOOK_INTERVAL: Duration = Duration::from_millis(50);
/// Looks at the clock for each look at other ranks.
const LOOKS_AT_PEERS: u32 = 20;
/// Looks at a rank that is gone, one a second, in which a launcher has time to end the run by itself.
const LAUNCHERS_TURNS: u32 = 3;
/// Part of the grace after which running tasks are dropped: a quarter of it is left for keeping what is done.
const PATIENCE: (u32, u32) = (3, 4);

static IS_REQUESTED: AtomicBool = AtomicBool::new(false);

/// Asks the run to stop.
pub(super) fn request() {
    IS_REQUESTED.store(true, Ordering::SeqCst);
}

/// Whether the run was asked to stop.
pub(super) fn is_requested() -> bool {
    IS_REQUESTED.load(Ordering::SeqCst)
}

/// Times of a run, by rank 0's own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// When the run must have left.
    pub deadline: Option<Instant>,
    /// Time that stopping may take.
    pub grace: Duration,
    /// Time between two checkpoints of unfinished reductions.
    pub checkpoint: Duration,
    /// Time in which nothing has happened and no task has run, after which the run is given up.
    pub stall: Duration,
}

impl Default for Times {
    /// No deadline, a minute to stop, a checkpoint every five minutes, and as long until a run that has stalled is given up.
    fn default() -> Times {
        let minutes = |count: u64| Duration::from_secs(60 * count);
        Times { deadline: None, grace: minutes(1), checkpoint: minutes(5), stall: minutes(5) }
    }
}

impl Times {
    /// Time after which tasks that still run are dropped, from the request to stop.
    pub(super) fn patience(&self) -> Duration {
        self.grace * PATIENCE.0 / PATIENCE.1
    }

    /// From now on, the run is asked to stop in time for its deadline, and made to leave when its grace is over.
    ///
    /// # Errors
    /// Where no thread can be started.
    pub(super) fn watch(self) -> Result<(), RuntimeError> {
        let work = move || {
            let mut gone_for = 0;
            for round in 1_u32.. {
                std::thread::sleep(LOOK_INTERVAL);
                if round % LOOKS_AT_PEERS == 0 {
                    let gone = interrupt::gone_peer();
                    gone_for = if gone.is_some() { gone_for + 1 } else { 0 };
                    if let Some(peer) = gone.filter(|_| gone_for > LAUNCHERS_TURNS) {
                        interrupt::leave_abandoned(&peer);
                    }
                }
                if self.deadline.is_some_and(|deadline| Instant::now() + self.grace >= deadline) {
                    request();
                }
                if is_requested() {
                    std::thread::sleep(self.grace);
                    interrupt::leave_drained(DRAINED);
                }
            }
        };
        let spawned = std::thread::Builder::new().name("swath-deadline".to_owned()).spawn(work);
        spawned.map(drop).map_err(|error| RuntimeError::Thread { message: error.to_string() })
    }
}
