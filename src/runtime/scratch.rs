//! Node-local scratch of one rank: where it is, how much of it may be used, and the thread that reads and writes it.

use super::allocator;
use crate::array::ChunkGrid;
use crate::environment::Environment;
use crate::execute::Scratch;
use crate::protocol::ScratchInfo;
use crate::task::{ResultId, ResultPart, TaskResult};
use crossbeam_channel::{Receiver, Sender, never, unbounded};
use rustix::fs::{statfs, statvfs};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

/// Part of what is free on the device that the ranks of a node take by default, in percent.
const FREE_PERCENT: u64 = 80;
/// Types of file systems that lie in memory: tmpfs and ramfs, statfs(2).
const IN_MEMORY: [u64; 2] = [0x0102_1994, 0x8584_58f6];

/// Where results go that memory doesn't hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScratchOptions {
    /// A directory on each node [default: what the batch system or the system has for temporary files, unless it lies in
    /// memory].
    pub directory: Option<PathBuf>,
    /// Bytes that a rank may write there [default: its part of 80 % of what is free].
    pub limit_bytes: Option<u64>,
}

impl ScratchOptions {
    /// What a worker is told of its scratch, and the directory where there is one.
    pub(super) fn resolve(&self, environment: &Environment) -> (ScratchInfo, Option<PathBuf>) {
        let is_default = self.directory.is_none();
        let directory = self.directory.clone().unwrap_or_else(|| environment.scratch_directory.clone());
        let none = |why: String| (ScratchInfo { place: why, limit_bytes: 0 }, None);
        let found = match (statfs(&directory), statvfs(&directory)) {
            (Ok(kind), Ok(space)) => (kind.f_type as u64, space.f_bavail * space.f_frsize),
            (Err(error), _) | (_, Err(error)) => return none(format!("{}: {error}", directory.display())),
        };
        if is_default && IN_MEMORY.contains(&(found.0 & 0xffff_ffff)) {
            return none(format!("{} lies in memory itself; --scratch names another directory", directory.display()));
        }
        let share = found.1 / 100 * FREE_PERCENT / environment.ranks.local_count as u64;
        let limit_bytes = self.limit_bytes.unwrap_or(share);
        (ScratchInfo { place: directory.display().to_string(), limit_bytes }, Some(directory))
    }
}

/// What is to be done in scratch, one after the other.
pub(super) enum ScratchOrder {
    Write { result: ResultId, value: Arc<TaskResult>, pieces: Option<ChunkGrid> },
    Read(ResultPart),
    Discard(ResultId),
}

/// What was done.
pub(super) enum ScratchDone {
    Written { result: ResultId, outcome: Result<(), String> },
    Read { part: ResultPart, outcome: Result<TaskResult, String> },
}

/// The thread that reads and writes scratch. What lies there is gone when it ends.
pub(super) struct ScratchThread {
    orders: Option<Sender<ScratchOrder>>,
    done: Receiver<ScratchDone>,
    thread: Option<JoinHandle<()>>,
    directory: Option<PathBuf>,
}

impl ScratchThread {
    /// Nothing is made before the first order. Without a directory, there must be none.
    pub(super) fn new(directory: Option<PathBuf>) -> ScratchThread {
        ScratchThread { orders: None, done: never(), thread: None, directory }
    }

    /// What has been done: another channel once there has been an order.
    pub(super) fn done(&self) -> &Receiver<ScratchDone> {
        &self.done
    }

    /// Has something done.
    ///
    /// # Errors
    /// Where the thread can't be started.
    pub(super) fn order(&mut self, order: ScratchOrder) -> std::io::Result<()> {
        if self.orders.is_none() {
            self.start()?;
        }
        if let Some(orders) = &self.orders {
            // The thread ends when this sender does.
            let _ = orders.send(order);
        }
        Ok(())
    }

    fn start(&mut self) -> std::io::Result<()> {
        let Some(directory) = self.directory.clone() else { return Ok(()) };
        let (orders, todo) = unbounded();
        let (finished, done) = unbounded();
        let work = move || work(directory, &todo, &finished);
        self.thread = Some(std::thread::Builder::new().name("swath-scratch".to_owned()).spawn(work)?);
        (self.orders, self.done) = (Some(orders), done);
        Ok(())
    }
}

impl Drop for ScratchThread {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            // A panic there has been seen as orders that weren't carried out.
            let _ = thread.join();
        }
    }
}

fn work(directory: PathBuf, todo: &Receiver<ScratchOrder>, finished: &Sender<ScratchDone>) {
    let mut scratch = Scratch::new(directory);
    for order in todo {
        let done = match order {
            ScratchOrder::Write { result, value, pieces } => {
                let outcome = scratch.write(result, &value, pieces).map_err(|error| error.to_string());
                // It is given up before the worker counts it as gone.
                drop(value);
                allocator::give_back_where_tight();
                ScratchDone::Written { result, outcome }
            }
            ScratchOrder::Read(part) => {
                let outcome = scratch.read(&part).map_err(|error| error.to_string());
                ScratchDone::Read { part, outcome }
            }
            ScratchOrder::Discard(result) => {
                scratch.discard(result);
                continue;
            }
        };
        if finished.send(done).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_directory_in_memory_is_no_scratch_and_a_named_one_is() {
        let memory = PathBuf::from("/dev/shm");
        if !memory.exists() {
            return;
        }
        let environment = Environment { scratch_directory: memory.clone(), ..Environment::detect() };
        let (info, directory) = ScratchOptions::default().resolve(&environment);
        assert_eq!((info.limit_bytes, directory), (0, None));
        let named = ScratchOptions { directory: Some(memory), limit_bytes: Some(7) };
        assert_eq!(named.resolve(&environment).0.limit_bytes, 7);
        let missing = ScratchOptions { directory: Some("/no/such/place".into()), limit_bytes: None };
        assert!(missing.resolve(&environment).0.place.contains("/no/such/place"));
    }
}
