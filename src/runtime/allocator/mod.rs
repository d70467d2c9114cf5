//! What tasks free stays with the process, up to a share of the memory it may use: the next task wants buffers of just
//! those sizes, and fresh pages from the system cost about as much as decoding into them.
//!
//! [`Allocator`] sees to large blocks. Small ones are the C library's: under glibc it is told how much to keep, elsewhere
//! nothing is changed.
#![allow(unsafe_code)]

mod idle;
mod large;

pub use large::Allocator;

use super::memory::resident_bytes;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Bytes of memory for which there is one more arena: threads share arenas, and each keeps free bytes of its own, at its
/// end and between results that stay.
const ARENA_BYTES: u64 = 1 << 30;
/// Most bytes that lie free at the end of an arena, and most bytes of large blocks until it is known what may be used.
const MOST_KEPT_BYTES: u64 = 128 << 20;
/// Buffers of more bytes come from the system and go back to it, where the program has another allocator than ours; glibc
/// takes no larger limit.
#[cfg(target_env = "gnu")]
const LARGEST_KEPT_BYTES: i32 = 32 << 20;

/// A task that takes so much is worth a look at what the process takes before it starts.
const LARGE_TASK_BYTES: u64 = 16 << 20;

/// Time between two looks at what the process takes while large blocks lie idle.
const LOOK_INTERVAL: Duration = Duration::from_millis(10);

/// Bytes that the process may use.
static LIMIT: AtomicU64 = AtomicU64::new(u64::MAX);

/// Gives the system what lies free between results that stay, where the process takes nearly all that it may: results of
/// several sizes, kept and released in any order, leave gaps that no other result fits. Costs as much as a look at
/// what the process takes, otherwise some milliseconds.
pub(super) fn give_back_where_tight() {
    if is_tight(0) {
        give_back();
    }
}

/// Makes room for a task that takes so many bytes. A large one finds the gaps given back if it doesn't fit beside them.
pub(super) fn make_room(task_bytes: u64) {
    if task_bytes < LARGE_TASK_BYTES {
        give_back_large_where_tight();
    } else if is_tight(task_bytes) {
        give_back();
    }
}

/// Gives the system large blocks that lie idle, and what lies free between small ones.
fn give_back() {
    large::give_back_above(0);
    #[cfg(target_env = "gnu")]
    // SAFETY: `malloc_trim` takes the allocator's locks itself, and touches only what is free.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Gives the system large blocks that lie idle, where the process takes nearly all that it may: the next task may want
/// small ones. Costs nothing where none lie idle, and little where it is called for every task.
fn give_back_large_where_tight() {
    static LAST_LOOK: Mutex<Option<Instant>> = Mutex::new(None);
    if large::idle_bytes() == 0 {
        return;
    }
    // Where another thread looks, this one need not.
    let Ok(mut last_look) = LAST_LOOK.try_lock() else { return };
    if last_look.is_none_or(|last| last.elapsed() >= LOOK_INTERVAL) {
        *last_look = Some(Instant::now());
        if is_tight(0) {
            large::give_back_above(0);
        }
    }
}

/// Whether the process takes nearly all that it may, or does with so many bytes more.
fn is_tight(coming_bytes: u64) -> bool {
    let limit_bytes = LIMIT.load(Ordering::Relaxed);
    resident_bytes().saturating_add(coming_bytes) > limit_bytes - limit_bytes / 8
}

/// From now on, up to an eighth of the memory that this process may use stays with it when it is freed, half of that in
/// large blocks. A [`super::Session`] does this when it starts.
pub fn keep_freed_memory(memory_bytes: u64) {
    LIMIT.store(memory_bytes, Ordering::Relaxed);
    large::keep((memory_bytes / 16) as usize);
    let arenas = (memory_bytes / ARENA_BYTES).clamp(1, i32::MAX as u64);
    let kept_bytes = (memory_bytes / 16 / arenas).min(MOST_KEPT_BYTES) as i32;
    #[cfg(target_env = "gnu")]
    // SAFETY: `mallopt` changes parameters of the allocator, under its lock, and is given two that it knows.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, arenas as i32);
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGEST_KEPT_BYTES.min(kept_bytes));
        libc::mallopt(libc::M_TRIM_THRESHOLD, kept_bytes);
    }
    #[cfg(not(target_env = "gnu"))]
    let _ = (arenas, kept_bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::alloc::{GlobalAlloc, Layout, System};

    /// Pages that this thread had to ask the system for, as proc(5) has it.
    fn page_faults() -> u64 {
        let status = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
        let (_, fields) = status.rsplit_once(") ").unwrap();
        fields.split(' ').nth(7).unwrap().parse().unwrap()
    }

    fn use_and_free(allocator: &dyn GlobalAlloc, size_bytes: usize) {
        let layout = Layout::array::<u8>(size_bytes).unwrap();
        // SAFETY: the block is written to within its size, and freed by the layout that it has.
        unsafe {
            let block = allocator.alloc(layout);
            block.write_bytes(1, size_bytes);
            std::hint::black_box(block);
            allocator.dealloc(block, layout);
        }
    }

    /// Tests that look at what lies idle take turns with those that use it.
    pub(super) static TURN: Mutex<()> = Mutex::new(());

    #[test]
    fn freed_buffers_are_reused_without_asking_the_system() {
        let _turn = TURN.lock();
        keep_freed_memory(1 << 30);
        for (allocator, size_bytes) in
            [(&System as &dyn GlobalAlloc, 3 << 20), (&Allocator, 3 << 20), (&Allocator, 48 << 20)]
        {
            use_and_free(allocator, size_bytes);
            let before = page_faults();
            (0..20).for_each(|_| use_and_free(allocator, size_bytes));
            // Fresh pages would be 15,360 and more.
            assert!(page_faults() - before < 2048);
        }
    }
}
