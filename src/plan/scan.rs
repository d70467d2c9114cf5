//! Functions of all values along an axis that leave its length: sums so far, gaps filled from neighbours.

use super::{Array, Operation, PlanError};
use crate::array::{AxisChunks, ChunkGrid, Region};
use crate::kernels::scan::ScanKind;
use serde::{Deserialize, Serialize};

/// A function of all values along an axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scan {
    /// The axis.
    pub axis: usize,
    /// The function.
    pub kind: ScanKind,
}

impl Scan {
    /// The region of its input that a region is computed from: all of the axis.
    pub fn input_region(&self, region: &Region, input_shape: &[usize]) -> Region {
        let mut ranges = region.ranges();
        ranges[self.axis] = 0..input_shape[self.axis];
        Region::from_ranges(ranges)
    }

    /// A grid with one chunk along the axis.
    pub fn with_whole_axis(&self, grid: &ChunkGrid) -> ChunkGrid {
        let mut axes = grid.axes().to_vec();
        let length = axes[self.axis].length();
        axes[self.axis] = AxisChunks::regular(length, length);
        ChunkGrid::new(axes)
    }
}

impl Array {
    /// A function of all values along an axis; shape and chunk grid stay. A task holds the whole axis, of as many other
    /// elements as memory has room for.
    ///
    /// # Errors
    /// Where the axis doesn't exist, or the function isn't defined for the dtype.
    pub fn scan(&self, axis: usize, kind: ScanKind) -> Result<Array, PlanError> {
        self.check_axis(axis)?;
        let dtype = kind.result_dtype(self.dtype())?;
        Ok(Array::new(Operation::Scan(Scan { axis, kind }), vec![self.clone()], dtype, self.grid().clone()))
    }
}
