//! Coordinates and variables as Python passes and sees them.

use super::data_array::DataArrayObject;
use super::mapping::Mapping;
use crate::array::{AxisChunks, DType, TimeUnit};
use crate::dataset::{DataArray, Dataset, Variable};
use crate::plan::Array;
use crate::script::convert;
use crate::script::engine;
use crate::script::errors::{dataset_exception, plan_exception};
use crate::script::operand::{Operand, evaluate_here};
use indexmap::IndexMap;
use rustpython_vm::builtins::PyTuple;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// Chunk sizes by dimension.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn chunk_sizes<'a>(variables: impl Iterator<Item = &'a Variable>, vm: &VirtualMachine) -> PyResult {
    let mut sizes: IndexMap<&str, &AxisChunks> = IndexMap::new();
    for variable in variables.filter(|variable| !variable.data.is_unchunked()) {
        for (name, axis) in variable.dims.iter().zip(variable.data.grid().axes()) {
            sizes.entry(name).or_insert(axis);
        }
    }
    Mapping::frozen(sizes.into_iter().map(|(name, axis)| (name, convert::length_tuple(axis.sizes(), vm))), vm)
}

/// The variables of `coords={"x": values, "time": ("time", values), ...}`; plain values lie along the dimension that
/// they are named after.
///
/// # Errors
/// Where values are none.
pub(super) fn coordinate_variables(
    pairs: Vec<(String, PyObjectRef)>,
    vm: &VirtualMachine,
) -> PyResult<IndexMap<String, Variable>> {
    pairs
        .into_iter()
        .map(|(name, value)| {
            let variable = variable(&value, Some(&name), vm)?;
            Ok((name, variable))
        })
        .collect()
}

/// Such variables as they are assigned to an object, and what arrays among the values bring along: coordinates of theirs,
/// on the labels of the object.
///
/// # Errors
/// Where values are none, or arrays have different labels along one dimension.
pub(super) fn assigned_coordinates(
    target: &Dataset,
    pairs: Vec<(String, PyObjectRef)>,
    vm: &VirtualMachine,
) -> PyResult<IndexMap<String, Variable>> {
    let arrays = pairs.iter().filter_map(|(_, value)| value.downcast_ref::<DataArrayObject>());
    let arrays: Vec<DataArray> = arrays.map(|array| array.inner()).collect();
    let assigned = target.assigned_coordinates(coordinate_variables(pairs, vm)?, &arrays, &*engine::current());
    assigned.map_err(|error| dataset_exception(error, vm))
}

/// The variable of a `DataArray`, a tuple `(dims, values[, attrs[, encoding]])` or plain values; the latter have no dims, or the one
/// given.
///
/// # Errors
/// Where values are none, or don't have the dims.
pub(super) fn variable(object: &PyObjectRef, own_dimension: Option<&str>, vm: &VirtualMachine) -> PyResult<Variable> {
    if let Some(array) = object.downcast_ref::<DataArrayObject>() {
        return Ok(array.inner().variable().clone());
    }
    if let Some(parts) = object.downcast_ref::<PyTuple>().map(|tuple| tuple.as_slice())
        && let [dims, values] | [dims, values, _] | [dims, values, _, _] = parts
    {
        let dims = super::indexers::names(dims, vm)?;
        let mut built = Variable::new(dims, array(values, vm)?).map_err(|error| dataset_exception(error, vm))?;
        if let Some(attributes) = parts.get(2).filter(|attributes| !vm.is_none(attributes)) {
            built.attributes = attribute_map(attributes, vm)?;
        }
        if let Some(encoding) = parts.get(3).filter(|encoding| !vm.is_none(encoding)) {
            let count = built.dims.len();
            built.encoding = super::encoding::from_dict(encoding, count, super::encoding::Written::Later, vm)?;
        }
        return Ok(built);
    }
    let array = array(object, vm)?;
    let dims = match (own_dimension, array.ndim()) {
        (_, 0) => Vec::new(),
        (Some(name), 1) => vec![name.to_owned()],
        _ => return Err(vm.new_value_error("values with axes need dims: pass a tuple (dims, values)")),
    };
    Variable::new(dims, array).map_err(|error| dataset_exception(error, vm))
}

/// The array of what has values.
///
/// # Errors
/// Where it has none.
pub(super) fn array(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Array> {
    match Operand::expect(object, vm)? {
        Operand::Lazy(array) => Ok(array),
        Operand::Eager(array) | Operand::Typed(array) => in_seconds(array, vm),
        Operand::DataArray(array) => Ok(array.data().clone()),
        Operand::Weak(_) => convert::chunk(object, None, vm).map(Array::in_memory),
        Operand::Dataset(_) => Err(vm.new_type_error("a Dataset is no array: take a variable of it")),
    }
}

/// Times in seconds where they are in a coarser unit, which labelled arrays don't have; anything else as it is.
///
/// # Errors
/// Where a time is out of range.
pub(super) fn in_seconds(array: Array, vm: &VirtualMachine) -> PyResult<Array> {
    let seconds = match array.dtype() {
        DType::Datetime(unit) if unit < TimeUnit::Second => DType::Datetime(TimeUnit::Second),
        DType::Timedelta(unit) if unit < TimeUnit::Second => DType::Timedelta(TimeUnit::Second),
        _ => return Ok(array),
    };
    let cast = array.cast(seconds).map_err(|error| plan_exception(error, vm))?;
    evaluate_here(&cast, vm).map(Array::in_memory)
}

/// Attributes of a dict.
///
/// # Errors
/// Where a value has no JSON form.
pub(super) fn attribute_map(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<crate::dataset::Attributes> {
    convert::string_pairs(object, vm)?.into_iter().map(|(key, value)| Ok((key, convert::json(&value, vm)?))).collect()
}
