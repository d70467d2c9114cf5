//! `xr.combine_nested`: arrays or datasets in lists of lists, one level a dimension.

use super::combine::{concat_dim, mergeable, options};
use super::data_array::DataArrayObject;
use crate::dataset::{self, AttributeMerge, Attributes, CombineOptions, DataArray, Dataset, Nested};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::engine;
use crate::script::errors::dataset_exception;
use crate::script::operand::Operand;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// Makes a dataset of an item of nested lists.
type ToDataset<'a> = &'a dyn Fn(&PyObjectRef, &VirtualMachine) -> PyResult<Dataset>;

fn nested(object: &PyObjectRef, to_dataset: ToDataset<'_>, vm: &VirtualMachine) -> PyResult<Nested> {
    if convert::is_sequence(object) {
        let parts = convert::one_or_more(object, vm)?;
        let parts = parts.iter().map(|part| nested(part, to_dataset, vm));
        return parts.collect::<PyResult<_>>().map(Nested::Several);
    }
    to_dataset(object, vm).map(|dataset| Nested::One(Box::new(dataset)))
}

/// `xr.combine_nested(datasets, concat_dim, ...)`.
///
/// # Errors
/// Where lists aren't as deep as there are dimensions, or what lies in them can't be put together.
pub(super) fn combine_nested(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let defaults = CombineOptions { attributes: AttributeMerge::Drop, ..CombineOptions::merge() };
    let options = options(arguments, defaults)?;
    let dim = |object: &PyObjectRef| match vm.is_none(object) {
        true => Ok(None),
        false => concat_dim(object, vm).map(Some),
    };
    let dims = match arguments.given("concat_dim") {
        Some(dims) if convert::is_sequence(dims) => {
            convert::one_or_more(dims, vm)?.iter().map(dim).collect::<PyResult<Vec<_>>>()?
        }
        Some(one) => vec![dim(one)?],
        None => vec![None],
    };
    let given = arguments.required("datasets");
    let mut arrays = Vec::new();
    // Arrays are put one after another as arrays; only what is merged becomes a dataset.
    let are_arrays = dims.iter().all(Option::is_some) && all_arrays(given, &mut arrays, vm)?;
    let datasets = if are_arrays { nested(given, &anonymous, vm)? } else { nested(given, &mergeable, vm)? };
    let combined = dataset::combine_nested(datasets, &dims, &options, &*engine::current());
    let combined = combined.map_err(|error| dataset_exception(error, vm))?;
    match arrays.first().filter(|_| are_arrays) {
        Some(first) => {
            let attributes: Vec<&Attributes> = arrays.iter().map(DataArray::attributes).collect();
            let attributes = options.attributes.merge(&attributes).map_err(|error| dataset_exception(error, vm))?;
            let mut array = first.from_anonymous(combined);
            *array.attributes_mut() = attributes;
            Operand::DataArray(array).into_object(vm)
        }
        None => Operand::Dataset(combined).into_object(vm),
    }
}

/// Whether a list of lists holds nothing but arrays, which are gathered.
fn all_arrays(object: &PyObjectRef, arrays: &mut Vec<DataArray>, vm: &VirtualMachine) -> PyResult<bool> {
    if let Some(array) = object.downcast_ref::<DataArrayObject>() {
        arrays.push(array.inner());
        return Ok(true);
    }
    if !convert::is_sequence(object) {
        return Ok(false);
    }
    for part in convert::one_or_more(object, vm)? {
        if !all_arrays(&part, arrays, vm)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// An array as a dataset of one variable that goes by no name.
fn anonymous(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Dataset> {
    match object.downcast_ref::<DataArrayObject>() {
        Some(array) => Ok(array.inner().as_anonymous()),
        None => mergeable(object, vm),
    }
}
