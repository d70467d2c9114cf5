//! `array[key] = value` of lazy arrays: from then on, the object is another array.
//!
//! Outside of functions that are traced this is what Dask does. Within one, arrays stand for those of numpy, whose views share
//! their elements, and what is shared can't be changed (`shared_elements`).

use super::{DaskArray, creation};
use crate::array::{Chunk, DType};
use crate::kernels::elementwise::BinaryOp;
use crate::plan::{Array, AxisSlice};
use crate::script::elementwise;
use crate::script::errors::plan_exception;
use crate::script::indexing::{self, Entry};
use crate::script::numpy::{NdArray, check_integer};
use crate::script::operand::{Operand, evaluate_here};
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

/// An array of which some elements are others.
///
/// # Errors
/// `IndexError` for what is no part of it, `ValueError` for values of another shape, `NotImplementedError` for parts that numpy can
/// assign to and Swath can't.
pub(super) fn assigned(array: &Array, key: &PyObject, value: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Array> {
    match mask(array, key, vm)? {
        Some(mask) => where_true(array, mask, value, vm),
        None => in_region(array, key, value, vm),
    }
}

/// The key as a condition that is broadcast to the array, where it is an array of truth values.
fn mask(array: &Array, key: &PyObject, vm: &VirtualMachine) -> PyResult<Option<Array>> {
    let is_array = key.downcastable::<DaskArray>() || key.downcastable::<NdArray>();
    let mask = match is_array.then(|| Operand::expect(key, vm)).transpose()? {
        Some(Operand::Lazy(mask) | Operand::Eager(mask)) if mask.dtype() == DType::Bool && mask.ndim() > 0 => mask,
        _ => return Ok(None),
    };
    let own = &array.shape()[..mask.ndim().min(array.ndim())];
    if mask.ndim() > array.ndim() {
        return Err(vm.new_index_error(format!(
            "too many indices: {} for an array of {} dimensions",
            mask.ndim(),
            array.ndim()
        )));
    }
    indexing::check_mask(mask.shape(), own, 0, vm)?;
    let widened = (mask.ndim()..array.ndim()).try_fold(mask, |mask, axis| mask.insert_axis(axis));
    widened.map(Some).map_err(|error| plan_exception(error, vm))
}

fn where_true(array: &Array, mask: Array, value: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Array> {
    let value = Operand::expect(value, vm)?.without_labels();
    check_number(&value, array.dtype(), vm)?;
    let ndim = match &value {
        Operand::Lazy(value) | Operand::Eager(value) | Operand::Typed(value) => value.ndim(),
        _ => 0,
    };
    if ndim > 0 {
        return Err(vm.new_not_implemented_error(
            "assigning an array where a condition holds is not supported by swath for lazy arrays: use da.where(condition, values, array)",
        ));
    }
    let found = elementwise::select(Operand::Lazy(mask), value, Operand::Lazy(array.clone()), false, vm)?;
    let (Operand::Lazy(found) | Operand::Eager(found)) = found else { return Ok(array.clone()) };
    found.cast(array.dtype()).map_err(|error| plan_exception(error, vm))
}

/// Refuses NaN and infinity as integers.
fn check_number(value: &Operand, dtype: DType, vm: &VirtualMachine) -> PyResult<()> {
    let number = match value {
        Operand::Weak(value) => Some(value.clone()),
        Operand::Typed(array) if array.len() == 1 => evaluate_here(array, vm)?.get(0),
        _ => None,
    };
    number.map_or(Ok(()), |number| check_integer(&number, dtype, vm))
}

/// Where along an axis something is assigned.
enum Places {
    /// Everywhere.
    Whole,
    /// At one position, which the values have no axis for.
    At(usize),
    /// At these.
    List(Vec<usize>),
}

fn in_region(array: &Array, key: &PyObject, value: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Array> {
    let failed = |error| plan_exception(error, vm);
    let entries = indexing::entries(array.ndim(), key, vm)?;
    let places: Vec<Places> =
        entries.iter().enumerate().map(|(axis, entry)| places(entry, axis, array, vm)).collect::<PyResult<_>>()?;
    let lists = entries.iter().filter(|entry| matches!(entry, Entry::List(..) | Entry::Mask(..))).count();
    if lists > 1 {
        return Err(vm.new_not_implemented_error(
            "assigning at lists of positions along several axes is not supported by swath for lazy arrays: use da.where()",
        ));
    }
    if places.iter().any(|places| matches!(places, Places::List(list) if list.is_empty())) {
        return Ok(array.clone());
    }
    check_number(&Operand::expect(value, vm)?, array.dtype(), vm)?;
    let mut value = creation::lazy(value, vm)?.cast(array.dtype()).map_err(failed)?;
    let target: Vec<usize> = places
        .iter()
        .zip(array.shape())
        .filter_map(|(places, &length)| match places {
            Places::Whole => Some(length),
            Places::At(_) => None,
            Places::List(list) => Some(list.len()),
        })
        .collect();
    let fits = value.ndim() <= target.len()
        && value.shape().iter().rev().zip(target.iter().rev()).all(|(own, wanted)| own == wanted || *own == 1);
    if !fits {
        let text = format!("could not broadcast input array from shape {:?} into shape {target:?}", value.shape());
        return Err(vm.new_value_error(text));
    }
    while value.ndim() < target.len() {
        value = value.insert_axis(0).map_err(failed)?;
    }
    let mut condition =
        Array::in_memory(Chunk::from_values(vec![1; array.ndim()], vec![true]).map_err(|error| failed(error.into()))?);
    for (axis, (places, &length)) in places.iter().zip(array.shape()).enumerate() {
        let list = match places {
            Places::Whole => continue,
            Places::At(position) => {
                value = value.insert_axis(axis).map_err(failed)?;
                std::slice::from_ref(position)
            }
            Places::List(list) => list,
        };
        let mut sources = vec![0; length];
        let mut is_meant = vec![false; length];
        for (source, &position) in list.iter().enumerate() {
            (sources[position], is_meant[position]) = (source, true);
        }
        if value.shape()[axis] > 1 {
            value = value.take(axis, sources).map_err(failed)?;
        }
        let mut shape = vec![1; array.ndim()];
        shape[axis] = length;
        let along = Chunk::from_values(shape, is_meant).map_err(|error| failed(error.into()))?;
        condition = condition.binary(BinaryOp::LogicalAnd, &Array::in_memory(along)).map_err(failed)?;
    }
    condition.select(&value, array).map_err(failed)
}

fn places(entry: &Entry, axis: usize, array: &Array, vm: &VirtualMachine) -> PyResult<Places> {
    let length = array.shape().get(axis).copied().unwrap_or(0);
    Ok(match entry {
        Entry::NewAxis => {
            return Err(
                vm.new_not_implemented_error("assigning to a new axis is not supported by swath: leave None out")
            );
        }
        Entry::At(position) => Places::At(indexing::in_bounds(*position, axis, length, vm)?),
        Entry::Slice(slice) => {
            let AxisSlice { start, step, count } = indexing::axis_slice(slice, length);
            if count == length && step == 1 {
                return Ok(Places::Whole);
            }
            let position = |number: usize| (start as i64 + step as i64 * number as i64) as usize;
            Places::List((0..count).map(position).collect())
        }
        Entry::List(positions, shape) if shape.len() == 1 => {
            let counted = positions.iter().map(|&position| indexing::in_bounds(position, axis, length, vm));
            Places::List(counted.collect::<PyResult<_>>()?)
        }
        Entry::Mask(mask, shape) if shape.len() == 1 => {
            indexing::check_mask(&[mask.len()], &[length], axis, vm)?;
            Places::List((0..length).filter(|&position| mask[position]).collect())
        }
        Entry::List(..) | Entry::Mask(..) => {
            return Err(vm.new_not_implemented_error(
                "assigning at an array of positions of several dimensions is not supported by swath for lazy arrays: use da.where()",
            ));
        }
    })
}
