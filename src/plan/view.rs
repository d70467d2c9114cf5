//! Views: slices with steps, transpositions, inserted, dropped and broadcast axes, as one kind of index arithmetic.

use super::{Array, Operation, PlanError};
use crate::array::{AxisChunks, ChunkGrid, Region};
use serde::{Deserialize, Serialize};

/// Where the index along one input axis comes from: `start + step * index[output]`, or `start` alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ViewAxis {
    /// The output axis that moves this input axis; `None` where the index is fixed.
    pub output: Option<usize>,
    /// Input index at output index 0.
    pub start: usize,
    /// Input indices per output index; may be negative.
    pub step: isize,
}

impl ViewAxis {
    /// The axis unchanged, moved by an output axis.
    pub fn whole(output: usize) -> ViewAxis {
        ViewAxis { output: Some(output), start: 0, step: 1 }
    }

    /// One fixed index.
    pub fn fixed(index: usize) -> ViewAxis {
        ViewAxis { output: None, start: index, step: 0 }
    }

    /// The input index at an output index.
    pub fn at(&self, output_index: usize) -> usize {
        (self.start as isize + self.step * output_index as isize) as usize
    }
}

/// How the elements of an output array are found in an input array. An output axis moves one input axis, or several: their
/// diagonal; output axes that move none repeat the input.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct View {
    /// One entry an input axis.
    pub axes: Vec<ViewAxis>,
    /// Shape of the output.
    pub shape: Vec<usize>,
}

impl View {
    /// The input as it is.
    pub fn identity(shape: &[usize]) -> View {
        View { axes: (0..shape.len()).map(ViewAxis::whole).collect(), shape: shape.to_vec() }
    }

    /// The axes of an input in another order: output axis `i` is input axis `order[i]`.
    ///
    /// # Panics
    /// Where `order` names an axis that isn't there.
    pub fn transposed(shape: &[usize], order: &[usize]) -> View {
        let mut axes = vec![ViewAxis::fixed(0); shape.len()];
        order.iter().enumerate().for_each(|(output, &input)| axes[input] = ViewAxis::whole(output));
        View { axes, shape: order.iter().map(|&axis| shape[axis]).collect() }
    }

    /// Whether an input of this shape is passed on unchanged.
    pub fn is_identity(&self, input_shape: &[usize]) -> bool {
        *self == View::identity(input_shape)
    }

    /// Whether an output axis moves several input axes.
    pub fn is_diagonal(&self) -> bool {
        let moved = |output: usize| self.axes.iter().filter(|axis| axis.output == Some(output)).count();
        (0..self.shape.len()).any(|output| moved(output) > 1)
    }

    /// How many output elements show each input element that is shown: the product of the lengths of the output axes that
    /// repeat the input.
    pub fn repeats(&self) -> usize {
        let repeated = |output: &usize| self.input_axis(*output).is_none();
        (0..self.shape.len()).filter(repeated).map(|output| self.shape[output]).product()
    }

    /// This view of the input, then `outer` of the result, as one view.
    pub fn then(&self, outer: &View) -> View {
        let axes = self
            .axes
            .iter()
            .map(|axis| match axis.output {
                None => *axis,
                Some(middle) => {
                    let next = outer.axes[middle];
                    ViewAxis {
                        output: next.output,
                        start: axis.at(next.start),
                        step: if next.output.is_some() { axis.step * next.step } else { 0 },
                    }
                }
            })
            .collect();
        View { axes, shape: outer.shape.clone() }
    }

    /// The smallest input region that holds every element of an output region.
    pub fn input_region(&self, output: &Region) -> Region {
        Region::from_ranges(self.axes.iter().map(|axis| match axis.output {
            None => axis.start..axis.start + 1,
            Some(moved) => {
                let range = output.range(moved);
                if range.is_empty() {
                    return axis.start..axis.start;
                }
                let (a, b) = (axis.at(range.start), axis.at(range.end - 1));
                a.min(b)..a.max(b) + 1
            }
        }))
    }

    /// The input axis that an output axis moves.
    pub fn input_axis(&self, output: usize) -> Option<usize> {
        self.axes.iter().position(|axis| axis.output == Some(output))
    }

    /// Chunks of the output: those of the input seen through the view; one chunk along broadcast axes.
    pub fn output_grid(&self, input: &ChunkGrid) -> ChunkGrid {
        let axes = self.shape.iter().enumerate().map(|(output, &length)| match self.input_axis(output) {
            None => AxisChunks::regular(length, length),
            Some(axis) => self.axes[axis].output_chunks(&input.axes()[axis], length),
        });
        ChunkGrid::new(axes.collect())
    }
}

impl ViewAxis {
    /// Chunks of an output axis of `length`, from those of the input axis that it moves.
    fn output_chunks(&self, input: &AxisChunks, length: usize) -> AxisChunks {
        if self.step == 1 && self.start == 0 && input.length() == length {
            return input.clone();
        }
        let mut sizes = Vec::new();
        let mut done = 0;
        while done < length {
            let chunk = input.range(input.chunk_of(self.at(done)));
            let left = if self.step > 0 { chunk.end - 1 - self.at(done) } else { self.at(done) - chunk.start };
            let size = (left / self.step.unsigned_abs().max(1) + 1).min(length - done);
            sizes.push(size);
            done += size;
        }
        AxisChunks::from_sizes(&sizes)
    }
}

/// A slice of one axis: `count` indices from `start` in steps of `step`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AxisSlice {
    /// First index.
    pub start: usize,
    /// Distance between indices, not 0.
    pub step: isize,
    /// Number of indices.
    pub count: usize,
}

impl AxisSlice {
    /// The whole of an axis.
    pub fn whole(length: usize) -> AxisSlice {
        AxisSlice { start: 0, step: 1, count: length }
    }
}

impl Array {
    /// A view of the array; views of views become one.
    ///
    /// # Panics
    /// Where the view has another number of input axes than the array.
    pub fn view(&self, view: View) -> Array {
        assert_eq!(view.axes.len(), self.ndim(), "a view has one entry an input axis");
        if view.is_identity(self.shape()) {
            return self.clone();
        }
        if let Operation::View(inner) = self.operation() {
            return self.inputs()[0].view(inner.then(&view));
        }
        let grid = view.output_grid(self.grid());
        Array::new(Operation::View(view), vec![self.clone()], self.dtype(), grid)
    }

    /// Slices along every axis. No data moves.
    ///
    /// # Errors
    /// [`PlanError::IndexOutOfBounds`] where a slice leaves its axis.
    pub fn slice(&self, slices: &[AxisSlice]) -> Result<Array, PlanError> {
        let mut axes = Vec::new();
        for (axis, slice) in slices.iter().enumerate() {
            let size = self.shape()[axis];
            let last = slice.start as i64 + (slice.count as i64 - 1).max(0) * slice.step as i64;
            if slice.count > 0 && (slice.start >= size || last < 0 || last >= size as i64) {
                return Err(PlanError::IndexOutOfBounds { index: last, axis, size });
            }
            axes.push(ViewAxis { output: Some(axis), start: slice.start, step: slice.step });
        }
        Ok(self.view(View { axes, shape: slices.iter().map(|slice| slice.count).collect() }))
    }

    /// One index of an axis; the axis leaves the shape.
    ///
    /// # Errors
    /// Where the axis or index doesn't exist.
    pub fn index_axis(&self, axis: usize, index: usize) -> Result<Array, PlanError> {
        self.check_axis(axis)?;
        let size = self.shape()[axis];
        if index >= size {
            return Err(PlanError::IndexOutOfBounds { index: index as i64, axis, size });
        }
        let mut view = View::identity(self.shape());
        view.shape.remove(axis);
        for (position, entry) in view.axes.iter_mut().enumerate() {
            *entry = match position.cmp(&axis) {
                std::cmp::Ordering::Less => ViewAxis::whole(position),
                std::cmp::Ordering::Equal => ViewAxis::fixed(index),
                std::cmp::Ordering::Greater => ViewAxis::whole(position - 1),
            };
        }
        Ok(self.view(view))
    }

    /// Axes in another order: output axis `i` is input axis `order[i]`. No data moves.
    ///
    /// # Errors
    /// [`PlanError::NoSuchAxis`] where `order` isn't a permutation of the axes.
    pub fn transpose(&self, order: &[usize]) -> Result<Array, PlanError> {
        let ndim = self.ndim();
        for (output, &axis) in order.iter().enumerate() {
            if axis >= ndim || order[..output].contains(&axis) {
                return Err(PlanError::NoSuchAxis { axis, ndim });
            }
        }
        if order.len() != ndim {
            return Err(PlanError::NoSuchAxis { axis: order.len(), ndim });
        }
        Ok(self.view(View::transposed(self.shape(), order)))
    }

    /// Repeats axes of length 1, and new leading axes, to fill a shape, as numpy does. No data moves.
    ///
    /// # Errors
    /// [`PlanError::ShapeMismatch`] where an axis of another length would have to change.
    pub fn broadcast_to(&self, shape: &[usize]) -> Result<Array, PlanError> {
        let mismatch = || PlanError::ShapeMismatch { left: self.shape().to_vec(), right: shape.to_vec() };
        let new_axes = shape.len().checked_sub(self.ndim()).ok_or_else(mismatch)?;
        let mut axes = Vec::new();
        for (axis, &length) in self.shape().iter().enumerate() {
            axes.push(match shape[new_axes + axis] {
                wanted if wanted == length => ViewAxis::whole(new_axes + axis),
                _ if length == 1 => ViewAxis::fixed(0),
                _ => return Err(mismatch()),
            });
        }
        Ok(self.view(View { axes, shape: shape.to_vec() }))
    }

    /// The diagonal of two axes, `offset` columns to the right: the last axis behind the others. No data moves.
    ///
    /// # Errors
    /// [`PlanError::NoSuchAxis`] where an axis doesn't exist.
    pub fn diagonal(&self, [rows, columns]: [usize; 2], offset: isize) -> Result<Array, PlanError> {
        self.check_axis(rows)?;
        self.check_axis(columns)?;
        let (below, right) = ((-offset).max(0) as usize, offset.max(0) as usize);
        let left = |axis: usize, start: usize| self.shape()[axis].saturating_sub(start);
        let mut shape: Vec<usize> = Vec::new();
        let mut axes = Vec::new();
        for (axis, &length) in self.shape().iter().enumerate() {
            let last = Some(self.ndim() - 2);
            axes.push(match axis {
                _ if axis == rows => ViewAxis { output: last, start: below, step: 1 },
                _ if axis == columns => ViewAxis { output: last, start: right, step: 1 },
                _ => ViewAxis::whole(shape.len()),
            });
            if axis != rows && axis != columns {
                shape.push(length);
            }
        }
        shape.push(left(rows, below).min(left(columns, right)));
        Ok(self.view(View { axes, shape }))
    }

    /// A new axis of length 1 before `axis`. No data moves.
    ///
    /// # Errors
    /// [`PlanError::NoSuchAxis`] where `axis` is past the end.
    pub fn insert_axis(&self, axis: usize) -> Result<Array, PlanError> {
        if axis > self.ndim() {
            return Err(PlanError::NoSuchAxis { axis, ndim: self.ndim() });
        }
        let mut shape = self.shape().to_vec();
        shape.insert(axis, 1);
        let axes = (0..self.ndim()).map(|input| ViewAxis::whole(input + usize::from(input >= axis))).collect();
        Ok(self.view(View { axes, shape }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_compose() {
        // x[10:2:-2] of 20, then [1:3]
        let inner = View { axes: vec![ViewAxis { output: Some(0), start: 10, step: -2 }], shape: vec![4] };
        let outer = View { axes: vec![ViewAxis { output: Some(0), start: 1, step: 1 }], shape: vec![2] };
        let both = inner.then(&outer);
        assert_eq!((both.axes[0].at(0), both.axes[0].at(1)), (8, 6));
        assert_eq!(both.input_region(&Region::whole(&[2])), Region::new(vec![6], vec![3]));
    }

    #[test]
    fn a_stepped_slice_keeps_the_chunks_it_crosses() {
        let view = View { axes: vec![ViewAxis { output: Some(0), start: 1, step: 2 }], shape: vec![5] };
        let grid = view.output_grid(&ChunkGrid::regular(&[10], &[4]));
        assert_eq!(grid.axes()[0].sizes(), [2, 2, 1]);
        let backwards = View { axes: vec![ViewAxis { output: Some(0), start: 9, step: -1 }], shape: vec![10] };
        assert_eq!(backwards.output_grid(&ChunkGrid::regular(&[10], &[4])).axes()[0].sizes(), [2, 4, 4]);
    }

    #[test]
    fn broadcast_axes_are_one_chunk() {
        let view = View { axes: vec![ViewAxis::whole(1)], shape: vec![3, 4] };
        assert_eq!(view.output_grid(&ChunkGrid::regular(&[4], &[2])).counts(), [1, 2]);
        assert_eq!((view.repeats(), View::identity(&[3, 4]).repeats()), (3, 1));
        assert_eq!(view.input_region(&Region::from_ranges([0..3, 1..2])), Region::new(vec![1], vec![1]));
    }
}
