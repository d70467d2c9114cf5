//! Ranges of addresses that nobody uses: what of them a new block takes, and what of them goes first.
//!
//! It knows no memory, only numbers, and allocates nothing: it is part of an allocator.

/// Ranges that can lie idle at one time; more than blocks of the largest sizes leave apart.
const MOST_RANGES: usize = 256;

/// Some bytes from an address on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) start: usize,
    pub(super) size_bytes: usize,
}

impl Range {
    fn end(self) -> usize {
        self.start + self.size_bytes
    }
}

/// Ranges by address, no two of which touch.
#[derive(Debug)]
pub(super) struct Idle {
    ranges: [Range; MOST_RANGES],
    count: usize,
    bytes: usize,
}

impl Idle {
    /// Nothing.
    pub(super) const fn new() -> Idle {
        Idle { ranges: [Range { start: 0, size_bytes: 0 }; MOST_RANGES], count: 0, bytes: 0 }
    }

    /// Bytes of all ranges.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes so many bytes from the smallest range that has them; gives their address.
    pub(super) fn take(&mut self, size_bytes: usize) -> Option<usize> {
        let fitting = (0..self.count).filter(|&at| self.ranges[at].size_bytes >= size_bytes);
        let at = fitting.min_by_key(|&at| self.ranges[at].size_bytes)?;
        let Range { start, size_bytes: found_bytes } = self.ranges[at];
        if found_bytes == size_bytes {
            self.remove(at);
        } else {
            self.ranges[at] = Range { start: start + size_bytes, size_bytes: found_bytes - size_bytes };
            self.bytes -= size_bytes;
        }
        Some(start)
    }

    /// Adds a range, to its neighbours where it touches them; says whether there was a place for it.
    pub(super) fn add(&mut self, range: Range) -> bool {
        let at = self.ranges[..self.count].partition_point(|idle| idle.start < range.start);
        let touches_former = at > 0 && self.ranges[at - 1].end() == range.start;
        let touches_next = at < self.count && range.end() == self.ranges[at].start;
        match (touches_former, touches_next) {
            (true, _) => self.ranges[at - 1].size_bytes += range.size_bytes,
            (false, true) => {
                self.ranges[at] =
                    Range { start: range.start, size_bytes: range.size_bytes + self.ranges[at].size_bytes };
            }
            (false, false) if self.count == MOST_RANGES => return false,
            (false, false) => {
                self.ranges.copy_within(at..self.count, at + 1);
                self.ranges[at] = range;
                self.count += 1;
            }
        }
        self.bytes += range.size_bytes;
        if touches_former && touches_next {
            self.ranges[at - 1].size_bytes += self.ranges[at].size_bytes;
            self.bytes += self.ranges[at].size_bytes;
            self.remove(at);
        }
        true
    }

    /// Removes the largest range.
    pub(super) fn remove_largest(&mut self) -> Option<Range> {
        let at = (0..self.count).max_by_key(|&at| self.ranges[at].size_bytes)?;
        Some(self.remove(at))
    }

    fn remove(&mut self, at: usize) -> Range {
        let range = self.ranges[at];
        self.ranges.copy_within(at + 1..self.count, at);
        self.count -= 1;
        self.bytes -= range.size_bytes;
        range
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(ranges: &[(usize, usize)]) -> Idle {
        let mut idle = Idle::new();
        for &(start, size_bytes) in ranges {
            assert!(idle.add(Range { start, size_bytes }));
        }
        idle
    }

    #[test]
    fn the_smallest_range_that_fits_is_cut() {
        let mut idle = of(&[(100, 50), (300, 20), (200, 30)]);
        assert_eq!((idle.take(25), idle.take(60), idle.bytes()), (Some(200), None, 75));
        assert_eq!((idle.take(20), idle.take(50), idle.bytes()), (Some(300), Some(100), 5));
        assert_eq!((idle.remove_largest(), idle.bytes()), (Some(Range { start: 225, size_bytes: 5 }), 0));
        assert_eq!((idle.take(1), idle.remove_largest()), (None, None));
    }

    #[test]
    fn neighbours_become_one_range() {
        let mut idle = of(&[(100, 10), (120, 10), (90, 10), (130, 10), (110, 10)]);
        assert_eq!((idle.count, idle.bytes()), (1, 50));
        assert_eq!((idle.take(50), idle.bytes()), (Some(90), 0));
    }

    #[test]
    fn a_range_without_a_place_is_refused() {
        let mut idle = of(&[]);
        assert!((0..MOST_RANGES).all(|at| idle.add(Range { start: 10 * at, size_bytes: 5 })));
        assert!(!idle.add(Range { start: 10 * MOST_RANGES, size_bytes: 5 }));
        // A gap can always be filled.
        assert!(idle.add(Range { start: 5, size_bytes: 5 }));
        assert_eq!(idle.bytes(), 5 * (MOST_RANGES + 1));
    }
}
