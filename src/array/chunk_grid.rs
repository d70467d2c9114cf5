//! How an array is cut into chunks, evenly or not.

use super::{ArrayError, Region, Shape};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Position of a chunk in its grid, counted in row-major order.
pub type ChunkIndex = u64;

/// Chunks along one axis.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AxisChunks {
    /// Chunks of one size; the last may be shorter.
    Regular {
        /// Length of the axis.
        length: usize,
        /// Length of every chunk but the last.
        size: usize,
    },
    /// Chunks of any size: chunk `i` is `offsets[i] .. offsets[i + 1]`.
    Irregular {
        /// Ascending, from 0 to the length of the axis.
        offsets: Vec<usize>,
    },
}

impl AxisChunks {
    /// Chunks of `size`, at least 1, the last one ragged.
    pub fn regular(length: usize, size: usize) -> AxisChunks {
        AxisChunks::Regular { length, size: size.clamp(1, length.max(1)) }
    }

    /// Chunks of the given sizes; regular where all but the last are equal and the last isn't longer.
    pub fn from_sizes(sizes: &[usize]) -> AxisChunks {
        let length = sizes.iter().sum();
        let Some((&last, rest)) = sizes.split_last() else { return AxisChunks::regular(0, 1) };
        let first = sizes[0];
        if rest.iter().all(|&size| size == first) && last <= first && first > 0 {
            return AxisChunks::regular(length, first);
        }
        let mut offsets = vec![0];
        offsets.extend(sizes.iter().filter(|&&size| size > 0).scan(0, |end, &size| {
            *end += size;
            Some(*end)
        }));
        AxisChunks::Irregular { offsets }
    }

    /// Length of the axis.
    pub fn length(&self) -> usize {
        match self {
            AxisChunks::Regular { length, .. } => *length,
            AxisChunks::Irregular { offsets } => offsets[offsets.len() - 1],
        }
    }

    /// Number of chunks; 0 for an axis of length 0.
    pub fn count(&self) -> usize {
        match self {
            AxisChunks::Regular { length, size } => length.div_ceil(*size),
            AxisChunks::Irregular { offsets } => offsets.len() - 1,
        }
    }

    /// Length of the longest chunk, at least 1.
    pub fn max_size(&self) -> usize {
        match self {
            AxisChunks::Regular { length, size } => (*size).min(*length).max(1),
            AxisChunks::Irregular { offsets } => {
                offsets.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(1).max(1)
            }
        }
    }

    /// Indices of one chunk.
    pub fn range(&self, chunk: usize) -> Range<usize> {
        match self {
            AxisChunks::Regular { length, size } => (chunk * size).min(*length)..((chunk + 1) * size).min(*length),
            AxisChunks::Irregular { offsets } => offsets[chunk]..offsets[chunk + 1],
        }
    }

    /// The chunk that holds an index.
    pub fn chunk_of(&self, index: usize) -> usize {
        match self {
            AxisChunks::Regular { size, .. } => index / size,
            AxisChunks::Irregular { offsets } => offsets.partition_point(|&offset| offset <= index) - 1,
        }
    }

    /// The chunks that a range of indices touches.
    pub fn chunks_of(&self, range: &Range<usize>) -> Range<usize> {
        if range.is_empty() {
            return 0..0;
        }
        self.chunk_of(range.start)..self.chunk_of(range.end - 1) + 1
    }

    /// Length of every chunk.
    pub fn sizes(&self) -> Vec<usize> {
        (0..self.count()).map(|chunk| self.range(chunk).len()).collect()
    }

    /// Every chunk cut into pieces of at most `size`, boundaries kept.
    pub fn split(&self, size: usize) -> AxisChunks {
        if let AxisChunks::Regular { length, size: chunk } = self
            && chunk % size == 0
        {
            return AxisChunks::regular(*length, size);
        }
        let pieces = self
            .sizes()
            .into_iter()
            .flat_map(|chunk| (0..chunk).step_by(size.max(1)).map(move |start| size.max(1).min(chunk - start)));
        AxisChunks::from_sizes(&pieces.collect::<Vec<_>>())
    }

    /// The chunks within a range of indices, counted from its start; those at its ends may be cut.
    pub fn within(&self, range: &Range<usize>) -> AxisChunks {
        match self {
            _ if *range == (0..self.length()) => self.clone(),
            AxisChunks::Regular { size, .. } if range.start.is_multiple_of(*size) => {
                AxisChunks::regular(range.len(), *size)
            }
            _ => {
                let parts = self.chunks_of(range).map(|chunk| {
                    let chunk = self.range(chunk);
                    chunk.end.min(range.end) - chunk.start.max(range.start)
                });
                AxisChunks::from_sizes(&parts.collect::<Vec<_>>())
            }
        }
    }

    /// The grid whose boundaries are those of both.
    pub fn refine(&self, other: &AxisChunks) -> AxisChunks {
        if self == other || other.count() <= 1 {
            return self.clone();
        }
        if self.count() <= 1 {
            return other.clone();
        }
        let mut ends: Vec<usize> =
            [self, other].iter().flat_map(|axis| (0..axis.count()).map(|chunk| axis.range(chunk).end)).collect();
        ends.sort_unstable();
        ends.dedup();
        let mut start = 0;
        let sizes: Vec<usize> = ends
            .into_iter()
            .map(|end| {
                let size = end - start;
                start = end;
                size
            })
            .collect();
        AxisChunks::from_sizes(&sizes)
    }
}

/// How an array is cut into chunks along every axis.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ChunkGrid {
    axes: Vec<AxisChunks>,
}

impl ChunkGrid {
    /// A grid from the chunks of each axis.
    pub fn new(axes: Vec<AxisChunks>) -> ChunkGrid {
        ChunkGrid { axes }
    }

    /// Chunks of one shape, ragged at the edges.
    pub fn regular(shape: &[usize], chunk_shape: &[usize]) -> ChunkGrid {
        ChunkGrid::new(
            shape.iter().zip(chunk_shape).map(|(&length, &size)| AxisChunks::regular(length, size)).collect(),
        )
    }

    /// One chunk for the whole array.
    pub fn single(shape: &[usize]) -> ChunkGrid {
        ChunkGrid::regular(shape, shape)
    }

    /// Chunks of the given sizes along each axis.
    ///
    /// # Errors
    /// [`ArrayError::ChunksDontCover`] where sizes don't add up to the length of an axis.
    pub fn from_sizes(shape: &[usize], sizes: &[Vec<usize>]) -> Result<ChunkGrid, ArrayError> {
        for (axis, (&expected, chunks)) in shape.iter().zip(sizes).enumerate() {
            let found = chunks.iter().sum();
            if found != expected {
                return Err(ArrayError::ChunksDontCover { axis, chunks: chunks.clone(), expected, found });
            }
        }
        Ok(ChunkGrid::new(sizes.iter().map(|sizes| AxisChunks::from_sizes(sizes)).collect()))
    }

    /// The chunks of each axis.
    pub fn axes(&self) -> &[AxisChunks] {
        &self.axes
    }

    /// Number of axes.
    pub fn ndim(&self) -> usize {
        self.axes.len()
    }

    /// Shape of the whole array.
    pub fn shape(&self) -> Shape {
        self.axes.iter().map(AxisChunks::length).collect()
    }

    /// Number of chunks along each axis.
    pub fn counts(&self) -> Vec<usize> {
        self.axes.iter().map(AxisChunks::count).collect()
    }

    /// Number of chunks; 1 without axes.
    pub fn chunk_count(&self) -> u64 {
        self.axes.iter().map(|axis| axis.count() as u64).product()
    }

    /// Shape of the largest chunk.
    pub fn max_chunk_shape(&self) -> Shape {
        self.axes.iter().map(AxisChunks::max_size).collect()
    }

    /// The chunk's position along each axis.
    pub fn coordinates(&self, chunk: ChunkIndex) -> Vec<usize> {
        let mut rest = chunk;
        let mut coordinates = vec![0; self.ndim()];
        for (axis, chunks) in self.axes.iter().enumerate().rev() {
            let count = chunks.count().max(1) as u64;
            coordinates[axis] = (rest % count) as usize;
            rest /= count;
        }
        coordinates
    }

    /// The chunk at a position along each axis.
    pub fn index(&self, coordinates: &[usize]) -> ChunkIndex {
        self.axes
            .iter()
            .zip(coordinates)
            .fold(0, |index, (axis, &position)| index * axis.count() as u64 + position as u64)
    }

    /// The region of one chunk.
    pub fn region(&self, chunk: ChunkIndex) -> Region {
        let coordinates = self.coordinates(chunk);
        Region::from_ranges(self.axes.iter().zip(coordinates).map(|(axis, position)| axis.range(position)))
    }

    /// The chunks that a region touches, ascending.
    pub fn chunks_in(&self, region: &Region) -> Vec<ChunkIndex> {
        let mut found = vec![0];
        for (axis, chunks) in self.axes.iter().enumerate() {
            let touched = chunks.chunks_of(&region.range(axis));
            let count = chunks.count() as u64;
            found = found
                .iter()
                .flat_map(|&prefix: &u64| touched.clone().map(move |position| prefix * count + position as u64))
                .collect();
        }
        found
    }

    /// The number of chunks that a region touches.
    pub fn count_in(&self, region: &Region) -> u64 {
        self.axes.iter().zip(region.ranges()).map(|(axis, range)| axis.chunks_of(&range).len() as u64).product()
    }

    /// The chunks within a region, counted from its start; those at its faces may be cut.
    pub fn within(&self, region: &Region) -> ChunkGrid {
        ChunkGrid::new(self.axes.iter().zip(region.ranges()).map(|(axis, range)| axis.within(&range)).collect())
    }

    /// The grid whose boundaries are those of both.
    pub fn refine(&self, other: &ChunkGrid) -> ChunkGrid {
        ChunkGrid::new(self.axes.iter().zip(&other.axes).map(|(a, b)| a.refine(b)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn irregular_chunks_find_their_indices() {
        let axis = AxisChunks::from_sizes(&[3, 1, 4]);
        assert_eq!(axis.count(), 3);
        assert_eq!((0..8).map(|index| axis.chunk_of(index)).collect::<Vec<_>>(), [0, 0, 0, 1, 2, 2, 2, 2]);
        assert_eq!(axis.chunks_of(&(2..5)), 0..3);
        assert_eq!(axis.sizes(), [3, 1, 4]);
    }

    #[test]
    fn ragged_last_chunk_stays_regular() {
        assert_eq!(AxisChunks::from_sizes(&[4, 4, 2]), AxisChunks::regular(10, 4));
        assert_eq!(AxisChunks::regular(10, 4).sizes(), [4, 4, 2]);
    }

    #[test]
    fn chunks_within_a_range_keep_their_boundaries() {
        assert_eq!(AxisChunks::regular(10, 4).within(&(4..10)), AxisChunks::regular(6, 4));
        assert_eq!(AxisChunks::regular(10, 4).within(&(3..9)).sizes(), [1, 4, 1]);
        assert_eq!(AxisChunks::from_sizes(&[3, 1, 4]).within(&(2..5)).sizes(), [1, 1, 1]);
        assert_eq!(AxisChunks::regular(10, 4).within(&(5..5)).count(), 0);
    }

    #[test]
    fn empty_axis_has_no_chunks() {
        let grid = ChunkGrid::regular(&[0, 5], &[4, 5]);
        assert_eq!(grid.chunk_count(), 0);
        assert!(grid.chunks_in(&Region::whole(&[0, 5])).is_empty());
        assert_eq!(ChunkGrid::single(&[]).chunk_count(), 1);
    }

    #[test]
    fn chunk_indices_round_trip() {
        let grid = ChunkGrid::regular(&[10, 7, 5], &[4, 7, 2]);
        for chunk in 0..grid.chunk_count() {
            assert_eq!(grid.index(&grid.coordinates(chunk)), chunk);
            assert_eq!(grid.chunks_in(&grid.region(chunk)), [chunk]);
        }
    }
}
