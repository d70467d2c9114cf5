//! Elements at points: positions along several axes that go together.

use super::{Array, Operation, PlanError};
use crate::array::{AxisChunks, ChunkGrid, Region};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Positions along several axes, taken together: the points lie along the first of the axes, and the others leave.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Points {
    /// The axes, ascending, two or more.
    pub axes: Vec<usize>,
    /// Positions along each.
    pub positions: Arc<Vec<Vec<usize>>>,
}

/// Points of a region of the result that lie in one chunk of the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointsOfChunk {
    /// The smallest region of the input that holds them.
    pub region: Region,
    /// Which points they are.
    pub points: Vec<usize>,
}

impl Points {
    /// Number of points.
    pub fn count(&self) -> usize {
        self.positions[0].len()
    }

    /// The input axis that each axis of the result stems from.
    pub fn result_axes(&self, input_ndim: usize) -> Vec<usize> {
        (0..input_ndim).filter(|axis| !self.axes[1..].contains(axis)).collect()
    }

    /// What a region of the result is found in, chunk by chunk of the input, which has this grid: points far apart don't
    /// have what lies between them read.
    pub fn by_chunk(&self, region: &Region, input: &ChunkGrid) -> Vec<PointsOfChunk> {
        let kept = self.result_axes(input.ndim());
        let along = kept.iter().position(|&axis| axis == self.axes[0]).unwrap_or(0);
        let mut found: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        for point in region.range(along) {
            let chunk = self.axes.iter().zip(self.positions.iter());
            let chunk = chunk.map(|(&axis, positions)| input.axes()[axis].chunk_of(positions[point])).collect();
            found.entry(chunk).or_default().push(point);
        }
        let of_chunk = |points: Vec<usize>| {
            let mut ranges = vec![0..0; input.ndim()];
            kept.iter().zip(region.ranges()).for_each(|(&axis, range)| ranges[axis] = range);
            for (&axis, positions) in self.axes.iter().zip(self.positions.iter()) {
                let along = points.iter().map(|&point| positions[point]);
                let (first, last) = (along.clone().min().unwrap_or(0), along.max().unwrap_or(0));
                ranges[axis] = first..last + 1;
            }
            PointsOfChunk { region: Region::from_ranges(ranges), points }
        };
        found.into_values().map(of_chunk).collect()
    }

    /// A region of the input as large as any that points of a region of this shape are found in at one time.
    pub fn largest_input(&self, shape: &[usize], input: &ChunkGrid) -> Region {
        let mut lengths = vec![0; input.ndim()];
        self.result_axes(input.ndim()).iter().zip(shape).for_each(|(&axis, &length)| lengths[axis] = length);
        for (&axis, positions) in self.axes.iter().zip(self.positions.iter()) {
            let (first, last) = (positions.iter().min(), positions.iter().max());
            let extent = first.zip(last).map_or(0, |(first, last)| last + 1 - first);
            lengths[axis] = input.axes()[axis].max_size().min(extent);
        }
        Region::whole(&lengths)
    }

    /// Chunks of the result: one of all points, and those of the input along the other axes.
    pub fn output_grid(&self, input: &ChunkGrid) -> ChunkGrid {
        let chunks = |axis: usize| match axis == self.axes[0] {
            true => AxisChunks::regular(self.count(), self.count()),
            false => input.axes()[axis].clone(),
        };
        ChunkGrid::new(self.result_axes(input.ndim()).into_iter().map(chunks).collect())
    }
}

impl Array {
    /// The elements at points: one list of positions an axis, all as long. The points lie along the first of the axes,
    /// which are two or more, ascending. A task holds one chunk of the input at a time.
    ///
    /// # Errors
    /// Where an axis or a position doesn't exist, or lists differ in length.
    pub fn points(&self, axes: &[usize], positions: Vec<Vec<usize>>) -> Result<Array, PlanError> {
        for (&axis, list) in axes.iter().zip(&positions) {
            self.check_axis(axis)?;
            let size = self.shape()[axis];
            if let Some(&index) = list.iter().find(|&&index| index >= size) {
                return Err(PlanError::IndexOutOfBounds { index: index as i64, axis, size });
            }
            if list.len() != positions[0].len() {
                return Err(PlanError::ShapeMismatch { left: vec![positions[0].len()], right: vec![list.len()] });
            }
        }
        let points = Points { axes: axes.to_vec(), positions: Arc::new(positions) };
        let grid = points.output_grid(self.grid());
        Ok(Array::new(Operation::Points(points), vec![self.clone()], self.dtype(), grid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_found_chunk_by_chunk() {
        let points = Points { axes: vec![0, 2], positions: Arc::new(vec![vec![9, 0, 8, 1], vec![9, 0, 7, 1]]) };
        let grid = ChunkGrid::regular(&[10, 3, 10], &[5, 3, 5]);
        let found = points.by_chunk(&Region::from_ranges([0..4, 1..2]), &grid);
        let regions: Vec<_> = found.iter().map(|one| one.region.ranges()).collect();
        assert_eq!(regions, [[0..2, 1..2, 0..2], [8..10, 1..2, 7..10]]);
        assert_eq!((&found[0].points[..], &found[1].points[..]), (&[1, 3][..], &[0, 2][..]));
        assert_eq!(points.largest_input(&[4, 1], &grid).shape, [5, 1, 5]);
        assert_eq!(points.output_grid(&grid).shape(), [4, 3]);
    }
}
