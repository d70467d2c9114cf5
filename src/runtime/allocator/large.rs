//! The allocator of the program: small blocks are the C library's, large ones are kept when they are freed.
//!
//! A chunk that is decoded, computed or received wants a block of some MiB, the next one just such another. Fresh pages
//! cost several times as much as moving values into them, and glibc keeps no block over 32 MiB. What lies idle is bounded,
//! together with the fresh pages that a block takes where no idle range is large enough for it.
//! Blocks are aligned to huge pages, but only what comes from other ranks asks for them: guests whose hosts take free ones
//! back wait longer for one than for as many ordinary pages.
#![allow(unsafe_code)]

use super::idle::{Idle, Range};
use std::alloc::{GlobalAlloc, Layout, System};
use std::ptr::{null_mut, with_exposed_provenance_mut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Blocks of as many bytes are large.
const LARGE_BYTES: usize = 4 << 20;
/// Size of a huge page, to which blocks are aligned, since some systems give them unasked. Where it is another, they are
/// aligned all the same.
const HUGE_PAGE_BYTES: usize = 2 << 20;
/// Sizes are whole numbers of these: the largest page that systems have by default.
const PAGE_BYTES: usize = 64 << 10;
/// Alignment that every page has; nothing asks for more.
const MOST_ALIGNMENT: usize = 4096;

/// Blocks that were freed.
static IDLE: Mutex<Idle> = Mutex::new(Idle::new());
/// Bytes of them that may be kept.
static MOST_IDLE_BYTES: AtomicUsize = AtomicUsize::new(super::MOST_KEPT_BYTES as usize);
/// Bytes of them that are kept.
static IDLE_BYTES: AtomicUsize = AtomicUsize::new(0);

/// Keeps large blocks that are freed, for the next ones. A program makes it its `#[global_allocator]`, as `swath` does;
/// without it, Swath works as well, and moves large chunks more slowly.
#[derive(Debug, Clone, Copy)]
pub struct Allocator;

// SAFETY: small blocks are `System`'s, whose promises these are. A large block is a range of pages mapped for it, or taken
// out of the idle ones under their lock, so that it overlaps no other; it is aligned to pages, and layouts that want more
// are `System`'s. Which of the two a block belongs to depends on its layout only. Nothing here unwinds or allocates.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if is_large(layout) {
            return take(layout.size()).0;
        }
        // SAFETY: the caller's promises are those of `System`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if !is_large(layout) {
            // SAFETY: the caller's promises are those of `System`.
            return unsafe { System.alloc_zeroed(layout) };
        }
        let (block, is_zero) = take(layout.size());
        if !block.is_null() && !is_zero {
            // SAFETY: the block has as many bytes, and nobody else knows it yet.
            unsafe { block.write_bytes(0, layout.size()) };
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if is_large(layout) {
            return give(Range { start: block.expose_provenance(), size_bytes: whole_pages(layout.size()) });
        }
        // SAFETY: the caller's promises are those of `System`, which has allocated the block.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller promises that the new size is not too large for the alignment.
        let new_layout = unsafe { Layout::from_size_align_unchecked(new_size, layout.align()) };
        let (is_large, becomes_large) = (is_large(layout), is_large(new_layout));
        if !is_large && !becomes_large {
            // SAFETY: the caller's promises are those of `System`, which has allocated the block.
            return unsafe { System.realloc(block, layout, new_size) };
        }
        let (pages, new_pages) = (whole_pages(layout.size()), whole_pages(new_size));
        if is_large && becomes_large && new_pages <= pages {
            if new_pages < pages {
                give(Range { start: block.expose_provenance() + new_pages, size_bytes: pages - new_pages });
            }
            return block;
        }
        // SAFETY: the layouts are the caller's; old and new block don't overlap, and both have as many bytes as are copied.
        unsafe {
            let moved = self.alloc(new_layout);
            if !moved.is_null() {
                block.copy_to_nonoverlapping(moved, layout.size().min(new_size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}

/// From now on, so many bytes are kept.
pub(super) fn keep(most_bytes: usize) {
    MOST_IDLE_BYTES.store(most_bytes, Ordering::Relaxed);
}

/// Bytes that lie idle.
pub(super) fn idle_bytes() -> usize {
    IDLE_BYTES.load(Ordering::Relaxed)
}

/// Gives idle ranges back to the system, the largest first, until no more than so many bytes are left.
pub(super) fn give_back_above(most_bytes: usize) {
    while idle_bytes() > most_bytes
        && let Some(range) = with_idle(Idle::remove_largest)
    {
        unmap(range);
    }
}

fn is_large(layout: Layout) -> bool {
    layout.size() >= LARGE_BYTES && layout.align() <= MOST_ALIGNMENT
}

fn whole_pages(size_bytes: usize) -> usize {
    // A layout is at most `isize::MAX` bytes, so that this is no overflow.
    size_bytes.next_multiple_of(PAGE_BYTES)
}

fn with_idle<R>(act: impl FnOnce(&mut Idle) -> R) -> R {
    let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
    let done = act(&mut idle);
    IDLE_BYTES.store(idle.bytes(), Ordering::Relaxed);
    done
}

/// A block, and whether all its bytes are 0; null where the system has none.
fn take(size_bytes: usize) -> (*mut u8, bool) {
    let size_bytes = whole_pages(size_bytes);
    if let Some(start) = with_idle(|idle| idle.take(size_bytes)) {
        return (with_exposed_provenance_mut(start), false);
    }
    // What lies idle in pieces that are too small makes way.
    give_back_above(MOST_IDLE_BYTES.load(Ordering::Relaxed).saturating_sub(size_bytes));
    (map(size_bytes), true)
}

/// Takes a block back.
fn give(range: Range) {
    let is_kept =
        with_idle(|idle| idle.bytes() + range.size_bytes <= MOST_IDLE_BYTES.load(Ordering::Relaxed) && idle.add(range));
    if !is_kept {
        unmap(range);
    }
}

/// Pages from the system; null where it has none.
fn map(size_bytes: usize) -> *mut u8 {
    let Some(reserved_bytes) = size_bytes.checked_add(HUGE_PAGE_BYTES) else { return null_mut() };
    let access = libc::PROT_READ | libc::PROT_WRITE;
    // SAFETY: a new mapping, of nothing that is mapped already.
    let mapped =
        unsafe { libc::mmap(null_mut(), reserved_bytes, access, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0) };
    if mapped == libc::MAP_FAILED {
        return null_mut();
    }
    let mapped = mapped.expose_provenance();
    let start = mapped.next_multiple_of(HUGE_PAGE_BYTES);
    let before = Range { start: mapped, size_bytes: start - mapped };
    let after = Range { start: start + size_bytes, size_bytes: reserved_bytes - before.size_bytes - size_bytes };
    [before, after].into_iter().filter(|range| range.size_bytes > 0).for_each(unmap);
    with_exposed_provenance_mut(start)
}

fn unmap(range: Range) {
    // SAFETY: pages that `map` has mapped, and that are in no block and not among the idle ones. Where the system refuses
    // (too many mappings), they stay mapped, and nobody uses them.
    unsafe {
        libc::munmap(with_exposed_provenance_mut(range.start), range.size_bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::TURN;
    use super::*;

    const MIB: usize = 1 << 20;

    fn layout(size_bytes: usize) -> Layout {
        Layout::from_size_align(size_bytes, 64).unwrap()
    }

    /// The block's bytes.
    fn bytes<'a>(block: *mut u8, size_bytes: usize) -> &'a mut [u8] {
        assert!(!block.is_null());
        // SAFETY: the tests look at a block only while they have it.
        unsafe { std::slice::from_raw_parts_mut(block, size_bytes) }
    }

    #[test]
    fn blocks_keep_their_bytes_as_they_grow_and_shrink() {
        let _turn = TURN.lock();
        // From small to large, from one size to another, back to small.
        let sizes = [3 * MIB, 5 * MIB, 5 * MIB + 1, 40 * MIB, 7 * MIB, 4 * MIB, 4 * MIB - 1, 12];
        // SAFETY: every block is reallocated and freed by the layout that it has.
        unsafe {
            let mut size_bytes = 2 * MIB;
            let mut block = Allocator.alloc(layout(size_bytes));
            for new_bytes in sizes {
                bytes(block, size_bytes).iter_mut().enumerate().for_each(|(at, byte)| *byte = (at % 251) as u8);
                block = Allocator.realloc(block, layout(size_bytes), new_bytes);
                let kept = &bytes(block, new_bytes)[..size_bytes.min(new_bytes)];
                assert!(kept.iter().enumerate().all(|(at, &byte)| byte == (at % 251) as u8), "{new_bytes}");
                size_bytes = new_bytes;
            }
            Allocator.dealloc(block, layout(size_bytes));
        }
    }

    #[test]
    fn zeroed_blocks_are_zero_wherever_they_come_from() {
        let _turn = TURN.lock();
        // SAFETY: every block is freed by the layout that it has.
        unsafe {
            for _ in 0..3 {
                let block = Allocator.alloc_zeroed(layout(6 * MIB));
                assert!(bytes(block, 6 * MIB).iter().all(|&byte| byte == 0));
                bytes(block, 6 * MIB).fill(1);
                Allocator.dealloc(block, layout(6 * MIB));
            }
        }
    }

    #[test]
    fn blocks_in_use_at_one_time_do_not_overlap() {
        let _turn = TURN.lock();
        let work = |seed: usize| {
            move || {
                let mut blocks = Vec::new();
                for round in 0..200 {
                    let size_bytes = 4 * MIB + (seed * 7 + round * 13) % 9 * MIB / 2;
                    // SAFETY: every block is freed by the layout that it has.
                    unsafe {
                        let block = Allocator.alloc(layout(size_bytes));
                        let mark = (seed * 50 + round % 50) as u8;
                        bytes(block, size_bytes).iter_mut().step_by(4096).for_each(|byte| *byte = mark);
                        blocks.push((block, size_bytes, mark));
                        if blocks.len() > 3 {
                            let (block, size_bytes, mark) = blocks.swap_remove(round % 3);
                            assert!(bytes(block, size_bytes).iter().step_by(4096).all(|&byte| byte == mark));
                            Allocator.dealloc(block, layout(size_bytes));
                        }
                    }
                }
                for (block, size_bytes, _) in blocks {
                    // SAFETY: as above.
                    unsafe { Allocator.dealloc(block, layout(size_bytes)) };
                }
            }
        };
        std::thread::scope(|scope| (0..4).for_each(|seed| drop(scope.spawn(work(seed)))));
    }

    #[test]
    fn more_than_there_is_gives_null() {
        // SAFETY: no block comes of it.
        assert!(unsafe { Allocator.alloc(layout(isize::MAX as usize - 63)) }.is_null());
    }
}
