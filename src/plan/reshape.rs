//! Axes in row-major order as one axis, and one axis as several.

use super::{Array, Operation, PlanError};
use crate::array::{AxisChunks, ChunkGrid, Region};
use serde::{Deserialize, Serialize};

/// Axes that become one, or one that becomes several: the elements along them are counted in row-major order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reshape {
    /// The first of several axes, and the one.
    pub axis: usize,
    /// Lengths of the several.
    pub lengths: Vec<usize>,
    /// Whether several become one; else one becomes several.
    pub merges: bool,
}

impl Reshape {
    /// The region of its input that a region of the result is found in: for merged axes, whole rows of what lies between
    /// the first and the last element.
    pub fn input_region(&self, region: &Region) -> Region {
        let mut ranges = region.ranges();
        let many = self.axis..self.axis + if self.merges { 1 } else { self.lengths.len() };
        let along = match (self.merges, region.is_empty()) {
            (true, true) => vec![0..0; self.lengths.len()],
            (false, true) => std::iter::once(0..0).collect(),
            (true, false) => self.rows_of(region.range(self.axis)),
            (false, false) => {
                let ends = |end: fn(&std::ops::Range<usize>) -> usize| {
                    self.number(&ranges[many.clone()].iter().map(end).collect::<Vec<_>>())
                };
                std::iter::once(ends(|range| range.start)..ends(|range| range.end - 1) + 1).collect()
            }
        };
        ranges.splice(many, along);
        Region::from_ranges(ranges)
    }

    /// A region of the input as large as any that a region of this shape is found in, wherever it lies.
    pub fn largest_input(&self, shape: &[usize]) -> Region {
        let mut lengths = shape.to_vec();
        let (axis, count) = (self.axis, self.lengths.len());
        if self.merges {
            let mut left = shape[axis];
            let mut along = vec![0; count];
            for (held, &length) in along.iter_mut().zip(&self.lengths).rev() {
                *held = left.min(length);
                // A run of elements meets one row more than it fills, and two ends of rows.
                left = if left <= 1 { left } else { left.div_ceil(length.max(1)) + 1 };
            }
            if let Some(turn) = along.iter().position(|&held| held > 1) {
                along[turn + 1..].copy_from_slice(&self.lengths[turn + 1..]);
            }
            lengths.splice(axis..=axis, along);
        } else {
            let held = &shape[axis..axis + count];
            let strides = (0..count).map(|at| self.lengths[at + 1..].iter().product::<usize>());
            let span = held.iter().zip(strides).map(|(&held, stride)| held.saturating_sub(1) * stride).sum::<usize>();
            lengths.splice(axis..axis + count, [if held.contains(&0) { 0 } else { span + 1 }]);
        }
        Region::whole(&lengths)
    }

    /// Positions in the region that [`input_region`](Self::input_region) names of the elements of a region of the result
    /// along the split axes, in order.
    pub fn split_positions(&self, region: &Region) -> Vec<usize> {
        let ranges = &region.ranges()[self.axis..self.axis + self.lengths.len()];
        let mut numbers = vec![0];
        for (range, &length) in ranges.iter().zip(&self.lengths) {
            numbers = numbers.iter().flat_map(|row| range.clone().map(move |index| row * length + index)).collect();
        }
        let first = numbers.first().copied().unwrap_or(0);
        numbers.iter().map(|number| number - first).collect()
    }

    /// Position within the merged axes of an input region, as [`input_region`](Self::input_region) names it, at which a
    /// region of the result begins.
    pub fn merged_start(&self, region: &Region, pulled: &Region) -> usize {
        region.start[self.axis] - self.number(&pulled.start[self.axis..self.axis + self.lengths.len()])
    }

    /// The row-major number of an element of the several axes.
    fn number(&self, indices: &[usize]) -> usize {
        indices.iter().zip(&self.lengths).fold(0, |number, (index, length)| number * length + index)
    }

    fn rows_of(&self, range: std::ops::Range<usize>) -> Vec<std::ops::Range<usize>> {
        let indices = |mut number: usize| {
            let mut indices = vec![0; self.lengths.len()];
            for (index, &length) in indices.iter_mut().zip(&self.lengths).rev() {
                *index = number % length;
                number /= length;
            }
            indices
        };
        let (first, last) = (indices(range.start), indices(range.end - 1));
        let turn = (0..first.len()).position(|axis| first[axis] != last[axis]).unwrap_or(first.len());
        let along = |axis: usize| if axis <= turn { first[axis]..last[axis] + 1 } else { 0..self.lengths[axis] };
        (0..self.lengths.len()).map(along).collect()
    }

    /// Chunks of the result: rows of merged axes as the outermost has them, and whole rows of split ones.
    pub fn output_grid(&self, input: &ChunkGrid) -> ChunkGrid {
        let (axis, count) = (self.axis, self.lengths.len());
        let row: usize = self.lengths.iter().skip(1).product();
        let mut axes = input.axes().to_vec();
        if self.merges {
            let sizes: Vec<usize> = axes[axis].sizes().into_iter().map(|size| size * row).collect();
            let merged = if row == 0 { AxisChunks::regular(0, 1) } else { AxisChunks::from_sizes(&sizes) };
            axes.splice(axis..axis + count, [merged]);
        } else {
            let rows = axes[axis].max_size().div_ceil(row.max(1)).max(1);
            let whole = self.lengths.iter().skip(1).map(|&length| AxisChunks::regular(length, length));
            let outer = AxisChunks::regular(self.lengths[0], rows);
            axes.splice(axis..=axis, std::iter::once(outer).chain(whole));
        }
        ChunkGrid::new(axes)
    }
}

impl Array {
    /// Several axes that follow one another as one, in row-major order. A task reads whole rows of what it needs.
    ///
    /// # Errors
    /// Where the axes don't exist.
    pub fn merge_axes(&self, axis: usize, count: usize) -> Result<Array, PlanError> {
        self.check_axis((axis + count).saturating_sub(1))?;
        let lengths = self.shape()[axis..axis + count].to_vec();
        if count == 1 {
            return Ok(self.clone());
        }
        if count == 0 {
            return self.insert_axis(axis);
        }
        Ok(self.reshaped(Reshape { axis, lengths, merges: true }))
    }

    /// One axis as several of these lengths, the inverse of [`merge_axes`](Self::merge_axes).
    ///
    /// # Errors
    /// Where the axis doesn't exist or has another length than the several together.
    pub fn split_axis(&self, axis: usize, lengths: &[usize]) -> Result<Array, PlanError> {
        self.check_axis(axis)?;
        if lengths.iter().product::<usize>() != self.shape()[axis] || lengths.is_empty() {
            return Err(PlanError::ShapeMismatch { left: self.shape().to_vec(), right: lengths.to_vec() });
        }
        if lengths.len() == 1 {
            return Ok(self.clone());
        }
        Ok(self.reshaped(Reshape { axis, lengths: lengths.to_vec(), merges: false }))
    }

    /// The same elements, in row-major order, in another shape. Runs of axes that hold as many elements before and after
    /// become one axis and then the new ones.
    ///
    /// # Errors
    /// Where the shape has another number of elements.
    pub fn reshape(&self, shape: &[usize]) -> Result<Array, PlanError> {
        if shape.iter().product::<usize>() != self.len() {
            return Err(PlanError::ShapeMismatch { left: self.shape().to_vec(), right: shape.to_vec() });
        }
        let mut result = self.clone();
        for axis in (0..self.ndim()).rev().filter(|&axis| self.shape()[axis] == 1) {
            result = result.index_axis(axis, 0)?;
        }
        let wanted: Vec<usize> = shape.iter().copied().filter(|&length| length != 1).collect();
        if self.is_empty() {
            // Of no elements any way leads to any shape.
            result = if result.ndim() > 1 { result.merge_axes(0, result.ndim())? } else { result };
            result = result.split_axis(0, &wanted)?;
        } else {
            let (mut axis, mut left) = (0, &wanted[..]);
            while !left.is_empty() {
                let [before, after] = equal_run(&result.shape()[axis..], left);
                result = result.merge_axes(axis, before)?.split_axis(axis, &left[..after])?;
                axis += after;
                left = &left[after..];
            }
        }
        for axis in (0..shape.len()).filter(|&axis| shape[axis] == 1) {
            result = result.insert_axis(axis)?;
        }
        Ok(result)
    }

    fn reshaped(&self, reshape: Reshape) -> Array {
        let grid = reshape.output_grid(self.grid());
        Array::new(Operation::Reshape(reshape), vec![self.clone()], self.dtype(), grid)
    }
}

/// How many of the first axes of two shapes of as many elements hold as many: the fewest, at least one of each.
fn equal_run(a: &[usize], b: &[usize]) -> [usize; 2] {
    let (mut counts, mut held) = ([1, 1], [a[0], b[0]]);
    while held[0] != held[1] {
        let (side, shape) = if held[0] < held[1] { (0, a) } else { (1, b) };
        held[side] *= shape[counts[side]];
        counts[side] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::{DType, Scalar};
    use crate::kernels::generate::Generator;

    #[test]
    fn any_shape_of_as_many_elements_can_be_had() {
        assert_eq!(equal_run(&[4, 6, 5], &[3, 8, 5]), [2, 2]);
        let shaped = |from: &[usize], to: &[usize]| {
            let grid = ChunkGrid::regular(from, &vec![2; from.len()]);
            Array::generated(Generator::Full(Scalar::Int(1)), DType::Int64, grid).reshape(to)
        };
        let all: [(&[usize], &[usize]); 7] = [
            (&[4, 6, 5], &[3, 8, 5]),
            (&[4, 6], &[24]),
            (&[1, 3, 1], &[3]),
            (&[12], &[1, 3, 1, 4]),
            (&[1, 1], &[]),
            (&[0, 3], &[5, 0, 2]),
            (&[2, 0], &[0]),
        ];
        for (from, to) in all {
            assert_eq!(shaped(from, to).unwrap().shape(), to, "{from:?}");
        }
        assert!(shaped(&[4], &[3]).is_err());
    }

    fn merge() -> Reshape {
        Reshape { axis: 1, lengths: vec![3, 4, 5], merges: true }
    }

    #[test]
    fn a_run_of_merged_elements_lies_in_the_rows_that_it_meets() {
        let pulled = |range: std::ops::Range<usize>| merge().input_region(&Region::from_ranges([0..2, range])).ranges();
        assert_eq!(pulled(0..60), [0..2, 0..3, 0..4, 0..5]);
        assert_eq!(pulled(22..24), [0..2, 1..2, 0..1, 2..4]);
        assert_eq!(pulled(23..27), [0..2, 1..2, 0..2, 0..5]);
        assert_eq!(pulled(19..21), [0..2, 0..2, 0..4, 0..5]);
        assert_eq!(pulled(7..7), [0..2, 0..0, 0..0, 0..0]);
    }

    #[test]
    fn no_run_meets_more_than_is_counted() {
        for length in 1..60 {
            let largest = merge().largest_input(&[2, length]);
            for start in 0..=60 - length {
                let pulled = merge().input_region(&Region::from_ranges([0..2, start..start + length]));
                let held = pulled.shape.iter().product::<usize>();
                assert!(held <= largest.element_count(), "{start}..{}: {pulled:?}", start + length);
            }
        }
    }

    #[test]
    fn split_axes_find_their_elements_again() {
        let split = Reshape { axis: 0, lengths: vec![3, 4], merges: false };
        let region = Region::from_ranges([1..3, 1..3, 0..2]);
        assert_eq!(split.input_region(&region).ranges(), [5..11, 0..2]);
        assert_eq!(split.split_positions(&region), [0, 1, 4, 5]);
        assert_eq!(split.largest_input(&[2, 2, 2]).shape, [6, 2]);
        assert_eq!(split.largest_input(&[0, 2, 2]).shape, [0, 2]);
    }

    #[test]
    fn chunks_are_rows_of_the_outermost_axis() {
        let grid = merge().output_grid(&ChunkGrid::regular(&[2, 3, 4, 5], &[1, 2, 2, 5]));
        assert_eq!(grid.axes()[1].sizes(), [40, 20]);
        let back = Reshape { merges: false, ..merge() }.output_grid(&grid);
        assert_eq!(back.max_chunk_shape(), [1, 2, 4, 5]);
    }
}
