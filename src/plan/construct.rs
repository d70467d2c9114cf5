//! Building arrays: what may be combined, and the shape, dtype and chunk grid that come out.

use super::{Array, Groups, Operation, PlanError, Quantile, Reduce};
use crate::array::{AxisChunks, Chunk, ChunkGrid, DType, Scalar, Shape, StoredArray};
use crate::kernels::KernelError;
use crate::kernels::elementwise::{BinaryOp, UnaryOp};
use crate::kernels::generate::Generator;
use crate::kernels::quantile::QuantileKind;
use crate::kernels::reduction::{self, ReductionOptions};
use std::sync::Arc;

/// The shape that numpy broadcasts two shapes to.
///
/// # Errors
/// [`PlanError::ShapeMismatch`] where lengths differ and neither is 1.
pub fn broadcast_shapes(left: &[usize], right: &[usize]) -> Result<Shape, PlanError> {
    let ndim = left.len().max(right.len());
    let length = |shape: &[usize], axis: usize| (axis + shape.len()).checked_sub(ndim).map_or(1, |axis| shape[axis]);
    (0..ndim)
        .map(|axis| match (length(left, axis), length(right, axis)) {
            (a, b) if a == b => Ok(a),
            (1, b) => Ok(b),
            (a, 1) => Ok(a),
            _ => Err(PlanError::ShapeMismatch { left: left.to_vec(), right: right.to_vec() }),
        })
        .collect()
}

/// Chunks of arrays one after another along an axis: their own along it, with the boundaries of all along the others.
pub(super) fn concatenated_grid(grids: &[&ChunkGrid], axis: usize) -> ChunkGrid {
    let sizes: Vec<usize> = grids.iter().flat_map(|grid| grid.axes()[axis].sizes()).collect();
    let along = AxisChunks::from_sizes(&sizes);
    let one_row = |grid: &ChunkGrid| {
        let mut axes = grid.axes().to_vec();
        axes[axis] = AxisChunks::regular(1, 1);
        ChunkGrid::new(axes)
    };
    let mut common = one_row(grids[0]);
    for grid in grids[1..].iter().filter(|grid| grid.axes() != grids[0].axes()) {
        common = common.refine(&one_row(grid));
    }
    let mut axes = common.axes().to_vec();
    axes[axis] = along;
    ChunkGrid::new(axes)
}

impl Array {
    /// An array in a store, under its stored chunk grid. Costs no I/O.
    pub fn stored(source: StoredArray) -> Array {
        let (dtype, grid) = (source.dtype, source.read_grid.clone());
        Array::new(Operation::Stored(source), Vec::new(), dtype, grid)
    }

    /// Values in memory, as one chunk. They travel with the plan: for small arrays.
    pub fn in_memory(values: impl Into<Arc<Chunk>>) -> Array {
        let values = values.into();
        let (dtype, grid) = (values.dtype(), ChunkGrid::single(values.shape()));
        Array::new(Operation::InMemory(values), Vec::new(), dtype, grid)
    }

    /// Values computed from positions, under a chunk grid. Costs no memory.
    pub fn generated(generator: Generator, dtype: DType, grid: ChunkGrid) -> Array {
        Array::new(Operation::Generated(generator), Vec::new(), dtype, grid)
    }

    /// One value without axes.
    ///
    /// # Errors
    /// Where the value doesn't exist in the dtype.
    pub fn scalar(value: Scalar, dtype: DType) -> Result<Array, PlanError> {
        value.to_buffer(dtype)?;
        Ok(Array::generated(Generator::Full(value), dtype, ChunkGrid::single(&[])))
    }

    /// One value everywhere: in the shape of an array, and in its chunks where it has any.
    ///
    /// # Errors
    /// Where the value doesn't exist in the dtype.
    pub fn full_like(&self, value: Scalar, dtype: DType) -> Result<Array, PlanError> {
        if self.is_unchunked() {
            return Array::scalar(value, dtype)?.broadcast_to(self.shape());
        }
        value.to_buffer(dtype)?;
        Ok(Array::generated(Generator::Full(value), dtype, self.grid().clone()))
    }

    /// A function of each element: same shape and chunk grid, numpy's dtype.
    ///
    /// # Errors
    /// Where the function isn't defined for the dtype.
    pub fn unary(&self, operation: UnaryOp) -> Result<Array, PlanError> {
        let signature = operation.signature(self.dtype())?;
        let operand = self.cast(signature.operand)?;
        Ok(Array::new(Operation::Unary(operation), vec![operand], signature.result, self.grid().clone()))
    }

    /// Values rounded to decimals as numpy does it: scaled by a power of ten, rounded to even, scaled back. Shape and
    /// chunk grid stay, and integers stay integers.
    ///
    /// # Errors
    /// Where the dtype can't be rounded.
    pub fn round(&self, decimals: i64) -> Result<Array, PlanError> {
        let dtype = self.dtype();
        let (up, down) = match decimals {
            0.. if dtype.is_integer() => return Ok(self.clone()),
            0 => return self.unary(UnaryOp::Rint),
            _ if !dtype.is_integer() && !dtype.is_float() => return self.unary(UnaryOp::Rint),
            1.. => (BinaryOp::Multiply, BinaryOp::Divide),
            _ => (BinaryOp::Divide, BinaryOp::Multiply),
        };
        let scale = Scalar::Float(10f64.powi(decimals.unsigned_abs().min(300) as i32));
        let scale = Array::scalar(scale, dtype.float())?;
        self.binary(up, &scale)?.unary(UnaryOp::Rint)?.binary(down, &scale)?.cast(dtype)
    }

    /// A function of pairs of elements, the operands broadcast and promoted as numpy does; the chunk grid has the
    /// boundaries of both.
    ///
    /// # Errors
    /// Where shapes don't match or the function isn't defined for the dtypes.
    pub fn binary(&self, operation: BinaryOp, other: &Array) -> Result<Array, PlanError> {
        let signature = operation.signature(self.dtype(), other.dtype())?;
        let shape = broadcast_shapes(self.shape(), other.shape())?;
        let left = self.cast(signature.left)?.broadcast_to(&shape)?;
        let right = other.cast(signature.right)?.broadcast_to(&shape)?;
        let grid = left.grid().refine(right.grid());
        Ok(Array::new(Operation::Binary(operation), vec![left, right], signature.result, grid))
    }

    /// Elements of `when_true` where this array is true, else of `when_false`; broadcast and promoted as numpy does.
    ///
    /// # Errors
    /// Where shapes don't match or the dtypes have none in common.
    pub fn select(&self, when_true: &Array, when_false: &Array) -> Result<Array, PlanError> {
        let dtype = when_true.dtype().promote(when_false.dtype()).ok_or_else(|| KernelError::UndefinedFor {
            operation: "where",
            dtypes: vec![when_true.dtype(), when_false.dtype()],
        })?;
        let shape = broadcast_shapes(self.shape(), &broadcast_shapes(when_true.shape(), when_false.shape())?)?;
        let condition = self.cast(DType::Bool)?.broadcast_to(&shape)?;
        let when_true = when_true.cast(dtype)?.broadcast_to(&shape)?;
        let when_false = when_false.cast(dtype)?.broadcast_to(&shape)?;
        let grid = condition.grid().refine(when_true.grid()).refine(when_false.grid());
        Ok(Array::new(Operation::Select, vec![condition, when_true, when_false], dtype, grid))
    }

    /// Values converted as numpy's `astype` does; the array itself where it has the dtype.
    ///
    /// # Errors
    /// [`PlanError::NoSuchCast`] between text and anything else, and between floats and times.
    pub fn cast(&self, dtype: DType) -> Result<Array, PlanError> {
        let from = self.dtype();
        if from == dtype {
            return Ok(self.clone());
        }
        let text = from == DType::Text || dtype == DType::Text;
        let mixed_times = matches!(
            (from, dtype),
            (DType::Datetime(_), DType::Timedelta(_) | DType::CalendarTime(_))
                | (DType::Timedelta(_), DType::Datetime(_) | DType::CalendarTime(_))
                | (DType::CalendarTime(_), DType::Datetime(_) | DType::Timedelta(_) | DType::CalendarTime(_))
        );
        if text || mixed_times {
            return Err(PlanError::NoSuchCast { from, to: dtype });
        }
        Ok(Array::new(Operation::Cast, vec![self.clone()], dtype, self.grid().clone()))
    }

    /// Elements at the given indices along an axis, in any order and number.
    ///
    /// # Errors
    /// Where the axis or an index doesn't exist.
    pub fn take(&self, axis: usize, indices: Vec<usize>) -> Result<Array, PlanError> {
        self.check_axis(axis)?;
        let size = self.shape()[axis];
        if let Some(&index) = indices.iter().find(|&&index| index >= size) {
            return Err(PlanError::IndexOutOfBounds { index: index as i64, axis, size });
        }
        let mut axes = self.grid().axes().to_vec();
        axes[axis] = AxisChunks::regular(indices.len(), axes[axis].max_size());
        let operation = Operation::Take { axis, indices: Arc::new(indices) };
        Ok(Array::new(operation, vec![self.clone()], self.dtype(), ChunkGrid::new(axes)))
    }

    /// Arrays one after another along an axis, under their common dtype and their own chunks. No data moves: each region
    /// is read from the arrays that it meets.
    ///
    /// # Errors
    /// [`PlanError::NothingToConcatenate`] without arrays, [`PlanError::ShapeMismatch`] where lengths along another axis
    /// differ, and where the axis doesn't exist or the dtypes have none in common.
    pub fn concatenate(arrays: &[Array], axis: usize) -> Result<Array, PlanError> {
        let first = arrays.first().ok_or(PlanError::NothingToConcatenate)?;
        first.check_axis(axis)?;
        let mut dtype = first.dtype();
        for other in &arrays[1..] {
            let like = |position: usize| position == axis || other.shape().get(position) == first.shape().get(position);
            if other.ndim() != first.ndim() || !(0..first.ndim()).all(like) {
                return Err(PlanError::ShapeMismatch { left: first.shape().to_vec(), right: other.shape().to_vec() });
            }
            dtype = dtype.promote(other.dtype()).ok_or_else(|| KernelError::UndefinedFor {
                operation: "concatenate",
                dtypes: vec![dtype, other.dtype()],
            })?;
        }
        let mut inputs = Vec::with_capacity(arrays.len());
        for array in arrays.iter().filter(|array| array.shape()[axis] > 0) {
            let array = array.cast(dtype)?;
            match array.operation() {
                Operation::Concatenate { axis: inner, .. } if *inner == axis => {
                    inputs.extend_from_slice(array.inputs())
                }
                _ => inputs.push(array),
            }
        }
        match inputs.len() {
            0 => return first.cast(dtype),
            1 => return Ok(inputs.remove(0)),
            _ => {}
        }
        let parts = AxisChunks::from_sizes(&inputs.iter().map(|input| input.shape()[axis]).collect::<Vec<_>>());
        let grid = concatenated_grid(&inputs.iter().map(Array::grid).collect::<Vec<_>>(), axis);
        Ok(Array::new(Operation::Concatenate { axis, parts }, inputs, dtype, grid))
    }

    /// A reduction over axes, by its registered name; the axes leave the shape.
    ///
    /// # Errors
    /// Where an axis doesn't exist, the reduction is unknown or undefined for the dtype, or would have to summarise
    /// nothing without having a value for it.
    pub fn reduce(&self, name: &str, axes: &[usize], options: ReductionOptions) -> Result<Array, PlanError> {
        self.reduce_groups(name, axes, None, options)
    }

    /// A reduction over axes, one of which may be grouped: an axis of groups, of the order of their codes, takes its
    /// place, in chunks no longer than those of the grouped axis. Memory of a task: one state for each group that it holds;
    /// along sorted groups it holds neighbours only.
    ///
    /// # Errors
    /// As [`Array::reduce`], and where there isn't one code a position or a code isn't below the number of groups.
    pub fn reduce_groups(
        &self,
        name: &str,
        axes: &[usize],
        groups: Option<Groups>,
        options: ReductionOptions,
    ) -> Result<Array, PlanError> {
        let registered = reduction::find(name)?;
        let mut axes = axes.to_vec();
        axes.extend(groups.as_ref().map(|groups| groups.axis));
        axes.sort_unstable();
        axes.dedup();
        axes.iter().try_for_each(|&axis| self.check_axis(axis))?;
        let dtype = registered
            .reduction
            .result_dtype(self.dtype())
            .ok_or_else(|| KernelError::UndefinedFor { operation: registered.name, dtypes: vec![self.dtype()] })?;
        groups.as_ref().map_or(Ok(()), |groups| self.check_groups(groups))?;
        if !registered.has_identity && axes.iter().any(|&axis| self.shape()[axis] == 0) {
            return Err(PlanError::EmptyReduction { operation: name.to_owned() });
        }
        let reduce = Reduce { name: name.to_owned(), axes, options, groups };
        let chunks = |axis: usize| self.chunks_in_groups(axis, reduce.groups.as_ref());
        let grid = ChunkGrid::new(reduce.result_axes(self.ndim()).into_iter().map(chunks).collect());
        Ok(Array::new(Operation::Reduce(reduce), vec![self.clone()], dtype, grid))
    }

    /// Medians or quantiles over axes, exactly: a first axis has one entry a quantile, then come the axes that are kept.
    /// A task holds all values behind the elements that it computes, unless those behind one are large: then they are read
    /// several times, in passes that find one digit each.
    ///
    /// # Errors
    /// Where an axis doesn't exist or the dtype has no quantiles.
    pub fn quantile(&self, kind: QuantileKind, axes: &[usize], skip_missing: bool) -> Result<Array, PlanError> {
        self.quantile_groups(kind, axes, None, skip_missing)
    }

    /// The same over axes of which one may be grouped: an axis of groups, of the order of their codes, takes its place. A
    /// task holds the values behind its groups, from the first of their positions to the last.
    ///
    /// # Errors
    /// As [`Array::quantile`], and where there isn't one code a position or a code isn't below the number of groups.
    pub fn quantile_groups(
        &self,
        kind: QuantileKind,
        axes: &[usize],
        groups: Option<Groups>,
        skip_missing: bool,
    ) -> Result<Array, PlanError> {
        let mut axes = axes.to_vec();
        axes.extend(groups.as_ref().map(|groups| groups.axis));
        axes.sort_unstable();
        axes.dedup();
        axes.iter().try_for_each(|&axis| self.check_axis(axis))?;
        groups.as_ref().map_or(Ok(()), |groups| self.check_groups(groups))?;
        // Integers have nothing to stand for a quantile of no values.
        let is_empty = axes.iter().any(|&axis| self.shape()[axis] == 0)
            || groups.as_ref().is_some_and(|groups| groups.has_empty());
        let dtype = match kind.result_dtype(self.dtype())? {
            dtype if is_empty && !dtype.is_float() => DType::Float64,
            dtype => dtype,
        };
        let count = kind.count();
        let quantile = Quantile { kind, axes, skip_missing, groups };
        let chunks = |axis: usize| self.chunks_in_groups(axis, quantile.groups.as_ref());
        let kept: Vec<AxisChunks> = quantile.kept_axes(self.ndim()).into_iter().map(chunks).collect();
        let grid = ChunkGrid::new([AxisChunks::regular(count, count)].into_iter().chain(kept).collect());
        Ok(Array::new(Operation::Quantile(quantile), vec![self.clone()], dtype, grid))
    }

    /// The same values under another chunk grid.
    ///
    /// # Panics
    /// Where the grid is of another shape.
    pub fn rechunk(&self, grid: ChunkGrid) -> Array {
        assert_eq!(grid.shape(), self.shape(), "a chunk grid covers its array");
        if grid == *self.grid() {
            return self.clone();
        }
        Array::new(Operation::Rechunk, vec![self.clone()], self.dtype(), grid)
    }

    /// Whether groups are of an axis of this array.
    fn check_groups(&self, groups: &Groups) -> Result<(), PlanError> {
        let Groups { axis, codes, count } = groups;
        let (size, found) = (self.shape()[*axis], codes.len());
        match found != size || codes.iter().any(|&code| code >= 0 && code as usize >= *count) {
            true => Err(PlanError::GroupCodes { axis: *axis, size, found, count: *count }),
            false => Ok(()),
        }
    }

    /// Chunks of an axis that is kept, or of the groups along it: those no longer than the axis has them.
    fn chunks_in_groups(&self, axis: usize, groups: Option<&Groups>) -> AxisChunks {
        match groups {
            Some(groups) if groups.axis == axis => {
                AxisChunks::regular(groups.count, groups.count.min(self.grid().axes()[axis].max_size()))
            }
            _ => self.grid().axes()[axis].clone(),
        }
    }

    pub(super) fn check_axis(&self, axis: usize) -> Result<(), PlanError> {
        if axis < self.ndim() { Ok(()) } else { Err(PlanError::NoSuchAxis { axis, ndim: self.ndim() }) }
    }
}
