//! One bit a task.

/// A set of task indices below a fixed number.
#[derive(Debug)]
pub(super) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// An empty set for indices below `count`.
    pub(super) fn new(count: u64) -> Bits {
        Bits { words: vec![0; count.div_ceil(64) as usize] }
    }

    /// Adds an index; says whether it is new. Indices past the end are never new.
    pub(super) fn insert(&mut self, index: u64) -> bool {
        let bit = 1 << (index % 64);
        let Some(word) = self.words.get_mut((index / 64) as usize) else { return false };
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_new_once() {
        let mut bits = Bits::new(65);
        assert!(bits.insert(64) && bits.insert(0));
        assert!(!bits.insert(64));
        assert!(!bits.insert(1000));
    }
}
