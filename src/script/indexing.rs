//! numpy's `array[...]` on arrays without labels.

use super::convert;
use super::errors::plan_exception;
use super::numpy::NdArray;
use super::operand::{self, Operand};
use crate::array::{Buffer, DType};
use crate::plan::{Array, AxisSlice};
use rustpython_vm::builtins::{PyEllipsis, PySlice, PyTuple};
use rustpython_vm::sliceable::SaturatedSlice;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

/// One entry of an index.
enum Entry {
    NewAxis,
    At(i64),
    Slice(SaturatedSlice),
    List(Vec<i64>),
    Mask(Vec<bool>),
}

/// The part of an array that an index means: integers, slices with steps, `...`, `np.newaxis`, and along one axis a list
/// of integers or a mask.
///
/// # Errors
/// `IndexError` where it leaves the array, `NotImplementedError` for indices that numpy has and Swath lacks.
pub(super) fn index(array: &Array, key: &PyObject, vm: &VirtualMachine) -> PyResult<Array> {
    let entries = entries(array, key, vm)?;
    let advanced = entries.iter().filter(|entry| matches!(entry, Entry::List(_) | Entry::Mask(_))).count();
    if advanced > 1 {
        return Err(vm.new_not_implemented_error("indexing with lists along several axes is not supported by swath"));
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
            Entry::List(positions) => {
                let positions = positions.iter().map(|&position| in_bounds(position, axis, length, vm));
                result.take(axis, positions.collect::<PyResult<_>>()?)
            }
            Entry::Mask(mask) => {
                if mask.len() != length {
                    return Err(vm.new_index_error(format!(
                        "boolean index did not match indexed array along axis {axis}; size of axis is {length} but size of corresponding boolean axis is {}",
                        mask.len()
                    )));
                }
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
    let (range, step, count) = slice.adjust_indices(array.shape()[axis]);
    let start = if step > 0 || count == 0 { range.start } else { range.end - 1 };
    slices[axis] = AxisSlice { start, step, count };
    array.slice(&slices)
}

fn in_bounds(position: i64, axis: usize, length: usize, vm: &VirtualMachine) -> PyResult<usize> {
    let counted = if position < 0 { position + length as i64 } else { position };
    usize::try_from(counted).ok().filter(|&position| position < length).ok_or_else(|| {
        vm.new_index_error(format!("index {position} is out of bounds for axis {axis} with size {length}"))
    })
}

/// The entries of an index, `...` replaced by whole slices.
fn entries(array: &Array, key: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<Entry>> {
    let parts: Vec<PyObjectRef> = match key.downcast_ref::<PyTuple>() {
        Some(tuple) => tuple.as_slice().to_vec(),
        None => vec![key.to_owned()],
    };
    let is_ellipsis = |part: &PyObjectRef| part.downcastable::<PyEllipsis>();
    let used = parts.iter().filter(|part| !is_ellipsis(part) && !vm.is_none(part)).count();
    let Some(free) = array.ndim().checked_sub(used) else {
        return Err(vm.new_index_error(format!(
            "too many indices for array: array is {}-dimensional, but {used} were indexed",
            array.ndim()
        )));
    };
    if parts.iter().filter(|part| is_ellipsis(part)).count() > 1 {
        return Err(vm.new_index_error("an index can only have a single ellipsis ('...')"));
    }
    let mut entries = Vec::new();
    let whole = || Entry::Slice(SaturatedSlice::with_slice(&whole_slice(vm), vm).expect("a slice of None is valid"));
    for part in &parts {
        if is_ellipsis(part) {
            entries.extend((0..free).map(|_| whole()));
        } else {
            entries.push(entry(part, vm)?);
        }
    }
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
    if convert::is_sequence(part) || part.downcastable::<NdArray>() || part.downcastable::<super::dask::DaskArray>() {
        return list_or_mask(part, vm);
    }
    convert::integer(part, vm).map(Entry::At).map_err(|_| {
        let class = part.class().name().to_string();
        vm.new_index_error(format!(
            "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean lists are valid indices, found {class}"
        ))
    })
}

fn list_or_mask(part: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Entry> {
    let array = match Operand::expect(part, vm)? {
        Operand::Lazy(array) | Operand::Eager(array) => array,
        _ => unreachable!("lists and arrays without labels are operands without labels"),
    };
    if array.ndim() != 1 {
        let message = "indexing with an array of several dimensions is not supported by swath: use where()";
        return Err(vm.new_not_implemented_error(message));
    }
    if array.is_empty() {
        return Ok(Entry::List(Vec::new()));
    }
    let mask = array.dtype() == DType::Bool;
    if !mask && !array.dtype().is_integer() {
        return Err(vm.new_index_error("arrays used as indices must be of integer (or boolean) type"));
    }
    let wanted = if mask { array } else { array.cast(DType::Int64).map_err(|error| plan_exception(error, vm))? };
    Ok(match operand::evaluate(&wanted, vm)?.into_data() {
        Buffer::Bool(mask) => Entry::Mask(mask),
        Buffer::Int64(positions) => Entry::List(positions),
        _ => unreachable!("the index was cast to int64"),
    })
}
