//! Tells the C library's allocator to keep what tasks free: the next task wants buffers of just those sizes, and fresh
//! pages from the system cost about as much as decoding into them. Elsewhere than under glibc nothing is changed.
#![allow(unsafe_code)]

use super::memory::resident_bytes;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of memory for which there is one more arena: threads share arenas, and each keeps free bytes of its own, at its
/// end and between results that stay.
const ARENA_BYTES: u64 = 1 << 30;
/// Most bytes that lie free at the end of an arena.
const MOST_KEPT_BYTES: u64 = 128 << 20;
/// Buffers of more bytes come from the system and go back to it; glibc takes no larger limit.
#[cfg(target_env = "gnu")]
const LARGEST_KEPT_BYTES: i32 = 32 << 20;

/// Bytes that the process may use.
static LIMIT: AtomicU64 = AtomicU64::new(u64::MAX);

/// Gives the system what lies free between results that stay, where the process takes nearly all that it may: results of
/// several sizes, kept and released in any order, leave gaps that no other result fits. Costs as much as a look at
/// what the process takes, otherwise some milliseconds.
pub(super) fn give_back_where_tight() {
    let limit_bytes = LIMIT.load(Ordering::Relaxed);
    if resident_bytes() > limit_bytes - limit_bytes / 8 {
        #[cfg(target_env = "gnu")]
        // SAFETY: `malloc_trim` takes the allocator's locks itself, and touches only what is free.
        unsafe {
            libc::malloc_trim(0);
        }
    }
}

/// From now on, up to an eighth of the memory that this process may use stays with it when it is freed.
pub(super) fn keep_freed_memory(memory_bytes: u64) {
    LIMIT.store(memory_bytes, Ordering::Relaxed);
    let arenas = (memory_bytes / ARENA_BYTES).clamp(1, i32::MAX as u64);
    let kept_bytes = (memory_bytes / 8 / arenas).min(MOST_KEPT_BYTES) as i32;
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

#[cfg(all(test, target_env = "gnu"))]
mod tests {
    use super::*;

    /// Pages that this thread had to ask the system for, as proc(5) has it.
    fn page_faults() -> u64 {
        let status = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
        let (_, fields) = status.rsplit_once(") ").unwrap();
        fields.split(' ').nth(7).unwrap().parse().unwrap()
    }

    #[test]
    fn freed_buffers_are_reused_without_asking_the_system() {
        keep_freed_memory(1 << 30);
        let use_and_free = || drop(std::hint::black_box(vec![1_u8; 4 << 20]));
        use_and_free();
        let before = page_faults();
        (0..20).for_each(|_| use_and_free());
        // Fresh pages would be 20,480.
        assert!(page_faults() - before < 2048);
    }
}
