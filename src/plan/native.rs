//! Functions of the program that runs, by name.

use super::{Array, Operation, PlanError, broadcast_shapes};
use crate::array::{AxisChunks, ChunkGrid, Region};
use crate::kernels::native::{self, NativeOperand};
use serde::{Deserialize, Serialize};

/// A registered function of its inputs, which have the axes of the result that aren't core axes first, and then their own
/// core axes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Native {
    /// Its registered name.
    pub name: String,
    /// Number of core axes of each input.
    pub core_counts: Vec<usize>,
    /// Number of core axes of the result.
    pub result_core: usize,
}

impl Native {
    /// Lengths along the common axes of a region of the result.
    pub fn common<'a>(&self, shape: &'a [usize]) -> &'a [usize] {
        &shape[..shape.len() - self.result_core]
    }

    /// The region of an input behind a region of the result: its core axes whole.
    pub fn input_region(&self, region: &Region, input_shape: &[usize], input: usize) -> Region {
        let common = region.ndim() - self.result_core;
        let core = &input_shape[input_shape.len() - self.core_counts[input]..];
        Region::from_ranges(region.ranges().into_iter().take(common).chain(core.iter().map(|&length| 0..length)))
    }

    /// What the function is told of an input of this shape.
    pub fn operand(&self, dtype: crate::array::DType, shape: &[usize], input: usize) -> NativeOperand {
        NativeOperand { dtype, core: shape[shape.len() - self.core_counts[input]..].to_vec() }
    }

    /// Chunks of the result: along common axes those of the inputs, of core axes one.
    pub fn output_grid(&self, inputs: &[ChunkGrid], shape: &[usize]) -> ChunkGrid {
        let common = self.common(shape).len();
        let along = |axis: usize| {
            let chunks = inputs.iter().map(|grid| &grid.axes()[axis]);
            chunks.max_by_key(|chunks| (chunks.count() > 1, chunks.max_size())).cloned()
        };
        let whole = |axis: usize| AxisChunks::regular(shape[axis], shape[axis]);
        let axes =
            (0..shape.len()).map(|axis| if axis < common { along(axis) } else { None }.unwrap_or_else(|| whole(axis)));
        ChunkGrid::new(axes.collect())
    }
}

impl Array {
    /// What a registered function makes of arrays, each with its number of core axes, which are its last: a task holds
    /// them whole. Axes before them are broadcast, and come first in the result.
    ///
    /// # Errors
    /// Where no function has the name, it isn't defined for such arrays, or shapes don't match.
    pub fn native(name: &str, inputs: &[(Array, usize)]) -> Result<Array, PlanError> {
        let kernel = native::find(name)?;
        let mut common = Vec::new();
        for (array, core) in inputs {
            let own = array.ndim().checked_sub(*core);
            let own = own.ok_or(PlanError::NoSuchAxis { axis: *core, ndim: array.ndim() })?;
            common = broadcast_shapes(&common, &array.shape()[..own])?;
        }
        let mut repeated = Vec::new();
        for (array, core) in inputs {
            let mut shape = common.clone();
            let own = array.ndim() - core;
            let core = &array.shape()[own..];
            // Axes that an array hasn't stand before its own.
            let mut padded = array.clone();
            for _ in own..common.len() {
                padded = padded.insert_axis(0)?;
            }
            shape.extend_from_slice(core);
            repeated.push(padded.broadcast_to(&shape)?);
        }
        let core_counts: Vec<usize> = inputs.iter().map(|(_, core)| *core).collect();
        let mut native = Native { name: name.to_owned(), core_counts, result_core: 0 };
        let told = repeated.iter().enumerate().map(|(at, array)| native.operand(array.dtype(), array.shape(), at));
        let result = kernel.result(&told.collect::<Vec<_>>())?;
        native.result_core = result.core.len();
        let mut shape = common;
        shape.extend_from_slice(&result.core);
        let grids: Vec<ChunkGrid> = repeated.iter().map(|array| array.grid().clone()).collect();
        let grid = native.output_grid(&grids, &shape);
        Ok(Array::new(Operation::Native(native), repeated, result.dtype, grid))
    }
}
