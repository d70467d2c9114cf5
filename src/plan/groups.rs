//! Groups of the positions of an axis, as grouped reductions know them.

use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::Arc;

/// Which group each position of one summarised axis belongs to. The result has an axis of groups in its place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Groups {
    /// The axis.
    pub axis: usize,
    /// The group of each position; negative for none.
    pub codes: Arc<Vec<i32>>,
    /// Number of groups.
    pub count: usize,
}

impl Groups {
    /// The group of a position, where it is among the given ones.
    pub fn find(&self, position: usize, held: &Range<usize>) -> Option<usize> {
        usize::try_from(self.codes[position]).ok().filter(|group| held.contains(group))
    }

    /// Whether a group has no position.
    pub fn has_empty(&self) -> bool {
        let mut found = vec![false; self.count];
        self.codes.iter().filter_map(|&code| usize::try_from(code).ok()).for_each(|group| found[group] = true);
        found.contains(&false)
    }

    /// The shortest range of positions that has every one of the given groups within `positions`; `None` where there is
    /// none.
    pub fn positions_within(&self, positions: Range<usize>, held: &Range<usize>) -> Option<Range<usize>> {
        let mut found = positions.clone().filter(|&position| self.find(position, held).is_some());
        let first = found.next()?;
        let last = positions.rev().find(|&position| self.find(position, held).is_some())?;
        Some(first..last + 1)
    }

    /// Positions from the first to the last of so many neighbouring groups at most, where each such run of groups is
    /// numbered from a multiple of their count.
    pub fn most_positions(&self, held: usize) -> usize {
        let mut ends: Vec<Option<(usize, usize)>> = vec![None; self.count.div_ceil(held.max(1))];
        for (position, &code) in self.codes.iter().enumerate() {
            if let Ok(group) = usize::try_from(code) {
                let (first, _) = ends[group / held.max(1)].unwrap_or((position, position));
                ends[group / held.max(1)] = Some((first, position));
            }
        }
        ends.into_iter().flatten().map(|(first, last)| last - first + 1).max().unwrap_or(0)
    }

    /// Whether groups follow one another along the axis, so that each is a range of positions.
    pub fn is_sorted(&self) -> bool {
        self.codes.iter().filter(|code| **code >= 0).is_sorted()
    }

    /// The groups of a selection, numbered by it; every other position belongs to none.
    pub fn select(&self, selected: impl IntoIterator<Item = usize>) -> Groups {
        let mut numbers = vec![-1; self.count];
        let mut count = 0;
        for (number, group) in selected.into_iter().enumerate() {
            numbers[group] = number as i32;
            count += 1;
        }
        let renumber = |&code: &i32| usize::try_from(code).map_or(-1, |group| numbers[group]);
        Groups { axis: self.axis, codes: Arc::new(self.codes.iter().map(renumber).collect()), count }
    }
}
