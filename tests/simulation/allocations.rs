//! Counts what one part of a program holds of the memory that its thread allocates.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, with counters for each thread.
pub struct Counting;

thread_local! {
    static IS_COUNTED: Cell<bool> = const { Cell::new(false) };
    static HELD_BYTES: Cell<i64> = const { Cell::new(0) };
    static PEAK_BYTES: Cell<i64> = const { Cell::new(0) };
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

/// What this thread has allocated within [`counted`] since the last [`reset`], less what it has freed there.
#[derive(Debug, Clone, Copy)]
pub struct Allocations {
    pub held_bytes: i64,
    pub peak_bytes: i64,
    pub count: u64,
}

/// Starts from 0.
pub fn reset() {
    HELD_BYTES.set(0);
    PEAK_BYTES.set(0);
    ALLOCATIONS.set(0);
}

/// What is counted so far.
pub fn allocations() -> Allocations {
    Allocations { held_bytes: HELD_BYTES.get(), peak_bytes: PEAK_BYTES.get(), count: ALLOCATIONS.get() }
}

/// Counts what this does.
pub fn counted<T>(work: impl FnOnce() -> T) -> T {
    IS_COUNTED.set(true);
    let result = work();
    IS_COUNTED.set(false);
    result
}

fn note(more: usize, less: usize) {
    if IS_COUNTED.get() {
        HELD_BYTES.set(HELD_BYTES.get() + more as i64 - less as i64);
        PEAK_BYTES.set(PEAK_BYTES.get().max(HELD_BYTES.get()));
        ALLOCATIONS.set(ALLOCATIONS.get() + u64::from(more > 0));
    }
}

// SAFETY: every call goes to the system's allocator as it is. Counting touches `Cell`s only, which have no destructor
// and neither allocate nor panic.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size(), 0);
        // SAFETY: the caller keeps this method's contract, which is the system allocator's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(layout.size(), 0);
        // SAFETY: as in `alloc`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        note(0, layout.size());
        // SAFETY: as in `alloc`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(size, layout.size());
        // SAFETY: as in `alloc`.
        unsafe { System.realloc(pointer, layout, size) }
    }
}
