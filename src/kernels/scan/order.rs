//! The order of values along an axis: the positions that sort them, and the rank of each.

use std::cmp::Ordering;

/// Order of two values; NaN behind all others.
fn compare<T: PartialOrd>(a: &T, b: &T) -> Ordering {
    a.partial_cmp(b).unwrap_or_else(|| is_nan(a).cmp(&is_nan(b)))
}

fn is_nan<T: PartialOrd>(value: &T) -> bool {
    value.partial_cmp(value).is_none()
}

/// Positions of the values of a lane in ascending order, NaN last; equal ones in the order that they stand in.
pub(super) fn sorted_positions<T: PartialOrd>(lane: &[T]) -> Vec<usize> {
    let mut positions: Vec<usize> = (0..lane.len()).collect();
    positions.sort_by(|&a, &b| compare(&lane[a], &lane[b]));
    positions
}

/// Ranks of the values of a lane from 1, of equal ones the mean of theirs; NaN of NaN. As shares of the number of values,
/// where that is asked for.
pub(super) fn ranks<T: PartialOrd>(lane: &[T], share: bool) -> Vec<f64> {
    let positions = sorted_positions(lane);
    let count = positions.iter().take_while(|&&position| !is_nan(&lane[position])).count();
    let mut ranks = vec![f64::NAN; lane.len()];
    let mut first = 0;
    while first < count {
        let is_tied = |at: &usize| compare(&lane[positions[*at]], &lane[positions[first]]) == Ordering::Equal;
        let end = (first..count).take_while(is_tied).count() + first;
        let rank = (first + 1 + end) as f64 / 2.0;
        for &position in &positions[first..end] {
            ranks[position] = if share { rank / count as f64 } else { rank };
        }
        first = end;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_values_come_last_and_have_no_rank() {
        let lane = [3.0, f64::NAN, 1.0, 3.0, 2.0];
        assert_eq!(sorted_positions(&lane), [2, 4, 0, 3, 1]);
        // scipy.stats.rankdata([3, 1, 3, 2])
        let found = ranks(&lane, false);
        assert_eq!((found[0], found[2], found[3], found[4]), (3.5, 1.0, 3.5, 2.0));
        assert!(found[1].is_nan());
        assert_eq!(ranks(&lane, true)[2], 0.25);
        assert_eq!(ranks(&["b", "a"], false), [2.0, 1.0]);
    }
}
