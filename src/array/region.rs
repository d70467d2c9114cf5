//! Rectangular regions of an array.

use super::Shape;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A box of array elements: along each axis the half-open range `start .. start + shape`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Region {
    /// First index along each axis.
    pub start: Vec<usize>,
    /// Number of indices along each axis.
    pub shape: Shape,
}

impl Region {
    /// A region from its first indices and lengths.
    ///
    /// # Panics
    /// Where the two have different lengths.
    pub fn new(start: Vec<usize>, shape: Shape) -> Region {
        assert_eq!(start.len(), shape.len(), "a region has one start and one length an axis");
        Region { start, shape }
    }

    /// The whole of an array.
    pub fn whole(shape: &[usize]) -> Region {
        Region { start: vec![0; shape.len()], shape: shape.to_vec() }
    }

    /// A region from one range an axis.
    pub fn from_ranges(ranges: impl IntoIterator<Item = Range<usize>>) -> Region {
        let (start, shape) = ranges.into_iter().map(|range| (range.start, range.len())).unzip();
        Region { start, shape }
    }

    /// Number of axes.
    pub fn ndim(&self) -> usize {
        self.start.len()
    }

    /// Indices along one axis.
    pub fn range(&self, axis: usize) -> Range<usize> {
        self.start[axis]..self.start[axis] + self.shape[axis]
    }

    /// Indices along every axis.
    pub fn ranges(&self) -> Vec<Range<usize>> {
        (0..self.ndim()).map(|axis| self.range(axis)).collect()
    }

    /// Number of elements; 1 without axes.
    pub fn element_count(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.element_count() == 0
    }

    /// The elements in both regions; along an axis without common indices the result has length 0.
    pub fn intersect(&self, other: &Region) -> Region {
        Region::from_ranges((0..self.ndim()).map(|axis| {
            let (a, b) = (self.range(axis), other.range(axis));
            let start = a.start.max(b.start);
            start..a.end.min(b.end).max(start)
        }))
    }

    /// Whether every element of `other` is in this region.
    pub fn contains(&self, other: &Region) -> bool {
        (0..self.ndim()).all(|axis| {
            let (a, b) = (self.range(axis), other.range(axis));
            a.start <= b.start && b.end <= a.end
        })
    }

    /// The smallest region that holds both; an empty region adds nothing.
    pub fn bounding(&self, other: &Region) -> Region {
        if self.is_empty() {
            return other.clone();
        }
        if other.is_empty() {
            return self.clone();
        }
        Region::from_ranges((0..self.ndim()).map(|axis| {
            let (a, b) = (self.range(axis), other.range(axis));
            a.start.min(b.start)..a.end.max(b.end)
        }))
    }

    /// This region, its indices counted from `origin`, with indices counted from 0.
    pub fn offset_by(&self, origin: &[usize]) -> Region {
        let start = self.start.iter().zip(origin).map(|(start, origin)| start + origin);
        Region { start: start.collect(), shape: self.shape.clone() }
    }

    /// This region with its indices counted from `origin`.
    ///
    /// # Panics
    /// Where the region starts before the origin.
    pub fn relative_to(&self, origin: &[usize]) -> Region {
        let start = self.start.iter().zip(origin).map(|(start, origin)| {
            start.checked_sub(*origin).expect("a region lies at or after the origin it is counted from")
        });
        Region { start: start.collect(), shape: self.shape.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disjoint_regions_meet_in_nothing() {
        let a = Region::from_ranges([0..4, 2..6]);
        assert!(a.intersect(&Region::from_ranges([4..8, 0..9])).is_empty());
        assert_eq!(a.intersect(&Region::from_ranges([1..8, 0..3])), Region::from_ranges([1..4, 2..3]));
    }

    #[test]
    fn a_bounding_region_holds_both_and_nothing_counts_for_nothing() {
        let a = Region::from_ranges([2..4, 2..6]);
        assert_eq!(a.bounding(&Region::from_ranges([3..8, 0..1])), Region::from_ranges([2..8, 0..6]));
        assert_eq!(a.bounding(&Region::from_ranges([0..0, 0..9])), a);
        assert_eq!(a.relative_to(&[1, 2]).offset_by(&[1, 2]), a);
    }
}
