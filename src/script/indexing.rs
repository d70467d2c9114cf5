//! numpy's `array[...]` on arrays without labels.

use super::convert;
use super::errors::plan_exception;
use super::numpy::NdArray;
use super::operand::{self, Operand};
use crate::array::{Buffer, Chunk, DType, Shape};
use crate::plan::{Array, AxisSlice};
use rustpython_vm::builtins::{PyEllipsis, PySlice, PyTuple};
use rustpython_vm::sliceable::SaturatedSlice;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

/// One entry of an index.
pub(super) enum Entry {
    /// A new axis of length 1.
    NewAxis,
    /// One position; the axis goes.
    At(i64),
    /// Positions at equal distances.
    Slice(SaturatedSlice),
    /// Positions in any order, and the shape that they lie in.
    List(Vec<i64>, Shape),
    /// Whether each element is taken, of as many axes as the shape has.
    Mask(Vec<bool>, Shape),
}

impl Entry {
    /// Number of axes that the entry is about.
    fn axes(&self) -> usize {
        match self {
            Entry::NewAxis => 0,
            Entry::Mask(_, shape) => shape.len(),
            Entry::At(_) | Entry::Slice(_) | Entry::List(..) => 1,
        }
    }
}

/// The part of an array that an index means: integers, slices with steps, `...`, `np.newaxis`, and along one axis a list
/// of integers or a mask.
///
/// # Errors
/// `IndexError` where it leaves the array, `NotImplementedError` for indices that numpy has and Swath lacks.
pub(super) fn index(array: &Array, key: &PyObject, vm: &VirtualMachine) -> PyResult<Array> {
    let entries = entries(array.ndim(), key, vm)?;
    let advanced = entries.iter().filter(|entry| matches!(entry, Entry::List(..) | Entry::Mask(..))).count();
    if advanced > 1 {
        let message = "indexing a lazy array with lists along several axes is not supported by swath: use where()";
        return Err(vm.new_not_implemented_error(message));
    }
    let has_one_axis = |entry: &Entry| match entry {
        Entry::List(_, shape) | Entry::Mask(_, shape) => shape.len() == 1,
        _ => true,
    };
    if !entries.iter().all(has_one_axis) {
        let message = "indexing a lazy array with one of several dimensions is not supported by swath: use where()";
        return Err(vm.new_not_implemented_error(message));
    }
    let mut result = array.clone();
    let mut axis = 0;
    for entry in entries {
        let length = result.shape().get(axis).copied().unwrap_or(0);
        let step = match entry {
            Entry::NewAxis => result.insert_axis(axis),
            Entry::At(position) => {
                let position = in_bounds(position, axis, length, vm)?;
                result = result.index_axis(axis, position).map_err(|error| plan_exception(error, vm))?;
                continue;
            }
            Entry::Slice(slice) => slice_axis(&result, axis, &slice),
            Entry::List(positions, _) => {
                let positions = positions.iter().map(|&position| in_bounds(position, axis, length, vm));
                result.take(axis, positions.collect::<PyResult<_>>()?)
            }
            Entry::Mask(mask, _) => {
                check_mask(&[mask.len()], &[length], axis, vm)?;
                result.take(axis, (0..length).filter(|&position| mask[position]).collect())
            }
        };
        result = step.map_err(|error| plan_exception(error, vm))?;
        axis += 1;
    }
    Ok(result)
}

fn slice_axis(array: &Array, axis: usize, slice: &SaturatedSlice) -> Result<Array, crate::plan::PlanError> {
    let mut slices: Vec<AxisSlice> = array.shape().iter().map(|&length| AxisSlice::whole(length)).collect();
    slices[axis] = axis_slice(slice, array.shape()[axis]);
    array.slice(&slices)
}

/// The positions that a slice means along an axis of this length.
pub(super) fn axis_slice(slice: &SaturatedSlice, length: usize) -> AxisSlice {
    let (range, step, count) = slice.adjust_indices(length);
    let start = if step > 0 || count == 0 { range.start } else { range.end - 1 };
    AxisSlice { start, step, count }
}

/// Whether a mask has the lengths of the axes that it is of, the first of which is `axis`.
///
/// # Errors
/// `IndexError` where it hasn't.
pub(super) fn check_mask(mask: &[usize], lengths: &[usize], axis: usize, vm: &VirtualMachine) -> PyResult<()> {
    match mask.iter().zip(lengths).position(|(found, length)| found != length) {
        Some(position) => Err(vm.new_index_error(format!(
            "a mask doesn't fit axis {}, whose length is {}: found {} truth values",
            axis + position,
            lengths[position],
            mask[position]
        ))),
        None => Ok(()),
    }
}

/// A position counted from the start.
///
/// # Errors
/// `IndexError` where it leaves the axis.
pub(super) fn in_bounds(position: i64, axis: usize, length: usize, vm: &VirtualMachine) -> PyResult<usize> {
    let counted = if position < 0 { position + length as i64 } else { position };
    usize::try_from(counted).ok().filter(|&position| position < length).ok_or_else(|| {
        vm.new_index_error(format!("position {position} is out of bounds of axis {axis}, whose length is {length}"))
    })
}

/// The values of an array of integers.
///
/// # Errors
/// `TypeError` for other values, `IndexError` for an integer beyond those of 64 bits.
pub(super) fn integers(values: &Chunk, vm: &VirtualMachine) -> PyResult<Vec<i64>> {
    if !values.dtype().is_integer() && !values.is_empty() {
        return Err(vm.new_type_error(format!("places along an axis are integers: found {}", values.dtype())));
    }
    let integer = |at: usize| values.get(at).and_then(|place| i64::try_from(place.as_i128()?).ok());
    let outside = || vm.new_index_error("a place along an axis is past the end of any array");
    (0..values.len()).map(|at| integer(at).ok_or_else(outside)).collect()
}

/// The positions that an array of integers names, counted from the start.
///
/// # Errors
/// `IndexError` for other values, and where one leaves the axis.
pub(super) fn positions(values: &Chunk, axis: usize, length: usize, vm: &VirtualMachine) -> PyResult<Vec<usize>> {
    if !values.dtype().is_integer() && !values.is_empty() {
        return Err(vm.new_index_error("positions along an axis are integers, a slice or truth values"));
    }
    integers(values, vm)?.into_iter().map(|position| in_bounds(position, axis, length, vm)).collect()
}

/// The entries of an index of an array of `ndim` axes, `...` replaced by whole slices.
///
/// # Errors
/// `IndexError` for more entries than axes and for what is no index.
pub(super) fn entries(ndim: usize, key: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<Entry>> {
    let parts: Vec<PyObjectRef> = match key.downcast_ref::<PyTuple>() {
        Some(tuple) => tuple.as_slice().to_vec(),
        None => vec![key.to_owned()],
    };
    let mut entries = Vec::new();
    let mut ellipsis = None;
    for part in &parts {
        if !part.downcastable::<PyEllipsis>() {
            entries.push(entry(part, vm)?);
        } else if ellipsis.replace(entries.len()).is_some() {
            return Err(
                vm.new_index_error("`...` stands in an index more than once: write it once, and `:` for other axes")
            );
        }
    }
    let used: usize = entries.iter().map(Entry::axes).sum();
    let Some(free) = ndim.checked_sub(used) else {
        return Err(vm.new_index_error(format!("too many indices: {used} for an array of {ndim} dimensions")));
    };
    let whole = || Entry::Slice(SaturatedSlice::with_slice(&whole_slice(vm), vm).expect("a slice of None is valid"));
    let place = ellipsis.unwrap_or(entries.len());
    entries.splice(place..place, (0..free).map(|_| whole()));
    Ok(entries)
}

fn whole_slice(vm: &VirtualMachine) -> PySlice {
    PySlice { start: None, stop: vm.ctx.none(), step: None }
}

fn entry(part: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Entry> {
    if vm.is_none(part) {
        return Ok(Entry::NewAxis);
    }
    if let Some(slice) = part.downcast_ref::<PySlice>() {
        return Ok(Entry::Slice(slice.to_saturated(vm)?));
    }
    if part.class().is(vm.ctx.types.bool_type) {
        return Err(vm.new_not_implemented_error("indexing with a single truth value is not supported by swath"));
    }
    if convert::is_sequence(part) || part.downcastable::<NdArray>() || part.downcastable::<super::dask::DaskArray>() {
        return list_or_mask(part, vm);
    }
    convert::integer(part, vm).map(Entry::At).map_err(|_| {
        let class = part.class().name().to_string();
        vm.new_index_error(format!(
            "an index is made of integers, slices, `...`, None, and lists or arrays of integers or truth values: found {class}"
        ))
    })
}

fn list_or_mask(part: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Entry> {
    let array = match Operand::expect(part, vm)? {
        Operand::Lazy(array) | Operand::Eager(array) => array,
        _ => unreachable!("lists and arrays without labels are operands without labels"),
    };
    if array.ndim() == 0 {
        let (_, value) = operand::single_value(part, vm)?;
        let position = value.as_i128().and_then(|value| i64::try_from(value).ok());
        return position.map(Entry::At).ok_or_else(|| vm.new_index_error("an index without axes is an integer"));
    }
    let shape = array.shape().to_vec();
    if array.is_empty() && array.dtype() != DType::Bool {
        return Ok(Entry::List(Vec::new(), shape));
    }
    let mask = array.dtype() == DType::Bool;
    if !mask && !array.dtype().is_integer() {
        return Err(
            vm.new_index_error("an array that indexes holds integers or truth values: convert it by astype(int)")
        );
    }
    let wanted = if mask { array } else { array.cast(DType::Int64).map_err(|error| plan_exception(error, vm))? };
    Ok(match operand::evaluate(&wanted, vm)?.into_data() {
        Buffer::Bool(mask) => Entry::Mask(mask, shape),
        Buffer::Int64(positions) => Entry::List(positions, shape),
        _ => unreachable!("the index was cast to int64"),
    })
}
