//! The values of a labelled array: computed, or as they lie in memory.

use super::data_array::DataArrayObject;
use super::labelled::{Labelled, LabelledObject};
use crate::array::Chunk;
use crate::dataset::{DataArray, DatasetError, Encoding, Variable};
use crate::plan::Array;
use crate::script::dask::DaskArray;
use crate::script::engine;
use crate::script::errors::{dataset_exception, runtime_exception};
use crate::script::numpy::NdArray;
use crate::script::operand::{evaluate, evaluate_here};
use rustpython_vm::{Py, PyPayload, PyResult, VirtualMachine};
use std::sync::Arc;

/// Refuses what a MultiIndex hasn't got: values that aren't tuples.
///
/// # Errors
/// `NotImplementedError` for one.
pub(super) fn check_plain(inner: &DataArray, operation: &'static str, vm: &VirtualMachine) -> PyResult<()> {
    match inner.variable().levels() {
        Some(_) => {
            let name = inner.name().unwrap_or_default().to_owned();
            Err(dataset_exception(DatasetError::LevelsUnsupported { name, operation }, vm))
        }
        None => Ok(()),
    }
}

/// `.values`: an array in memory, which changes the labelled array where that isn't in chunks.
///
/// # Errors
/// Whatever the computation fails with.
pub(super) fn values(this: &Py<DataArrayObject>, vm: &VirtualMachine) -> PyResult {
    let inner = this.inner();
    check_plain(&inner, "taking its values", vm)?;
    let data = inner.data();
    if let Some(values) = data.in_memory_values() {
        return Ok(shared_values(this, values).into_ref(&vm.ctx).into());
    }
    let values = Arc::new(evaluate(data, vm)?);
    Ok(match data.is_unchunked() {
        true => shared_values(this, &values),
        false => NdArray::new(values),
    }
    .into_ref(&vm.ctx)
    .into())
}

/// Values in memory as an array that changes them here too, and where the array was taken from.
fn shared_values(this: &Py<DataArrayObject>, values: &Arc<Chunk>) -> NdArray {
    let owner = this.to_owned();
    NdArray::shared(values.clone(), move |values| owner.set_data(Array::in_memory(values.clone())))
}

/// `.data`: the array without labels, lazy or as it is in memory.
///
/// # Errors
/// `NotImplementedError` for a MultiIndex.
pub(super) fn data(this: &Py<DataArrayObject>, vm: &VirtualMachine) -> PyResult {
    let inner = this.inner();
    check_plain(&inner, "taking its values", vm)?;
    if !inner.data().is_of_memory() {
        let owner = this.to_owned();
        let shared = DaskArray::shared(inner.data().clone(), move |before, array| {
            let is_current = owner.inner().data().is_same(before);
            if is_current {
                owner.set_data(array.clone());
            }
            is_current
        });
        return Ok(shared.into_ref(&vm.ctx).into());
    }
    hold_values(this, vm)?;
    values(this, vm)
}

/// Computes what is made of values in memory only, as numpy would have done at once; the object then holds it.
///
/// # Errors
/// Whatever the computation fails with.
pub(super) fn hold_values<T: LabelledObject>(object: &Py<T>, vm: &VirtualMachine) -> PyResult<()> {
    let dataset = object.inner().to_anonymous();
    let is_pending = |array: &Array| array.in_memory_values().is_none() && array.is_of_memory();
    let arrays = dataset.arrays();
    let variables = dataset.data_variables().values().chain(dataset.coordinates().values());
    let is_plain: Vec<bool> = variables.map(|variable| variable.levels().is_none()).collect();
    if !arrays.iter().zip(&is_plain).any(|(array, plain)| *plain && is_pending(array)) {
        return Ok(());
    }
    let held = arrays.into_iter().zip(is_plain).map(|(array, plain)| match plain && is_pending(&array) {
        true => evaluate_here(&array, vm).map(Array::in_memory),
        false => Ok(array),
    });
    let held = dataset.replace_arrays(held.collect::<PyResult<_>>()?);
    object.replace(object.inner().of_anonymous(held));
    Ok(())
}

/// Bytes of a result that a text representation computes; larger ones are shown without values.
const SHOWN_BYTES: u64 = 1 << 20;

/// Computes what a text representation shows: what numpy would have at once, where that is small. Arrays that were only
/// opened, selected from or turned have their encoding still, and are shown without values, as xarray has them.
///
/// # Errors
/// Whatever the computation fails with.
pub(super) fn hold_shown_values<T: LabelledObject>(object: &Py<T>, vm: &VirtualMachine) -> PyResult<()> {
    hold_values(object, vm)?;
    let dataset = object.inner().to_anonymous();
    let variables = dataset.data_variables().values().chain(dataset.coordinates().values());
    let is_shown = |variable: &Variable| {
        variable.data.in_memory_values().is_none()
            && variable.encoding == Encoding::default()
            && variable.levels().is_none()
            && variable.data.size_bytes() <= SHOWN_BYTES
            && variable.data.is_unchunked()
    };
    let shown: Vec<bool> = variables.map(is_shown).collect();
    let arrays = dataset.arrays();
    let wanted: Vec<Array> = arrays.iter().zip(&shown).filter(|(_, shown)| **shown).map(|(a, _)| a.clone()).collect();
    // A function that is traced can't look at values.
    if wanted.is_empty() || engine::is_tracing() {
        return Ok(());
    }
    let computed = engine::current().compute(&wanted).map_err(|error| runtime_exception(error, vm))?;
    let mut computed = computed.into_iter().map(Array::in_memory);
    let held = arrays.into_iter().zip(shown).map(|(array, shown)| match shown {
        true => computed.next().unwrap_or(array),
        false => array,
    });
    let held = dataset.replace_arrays(held.collect());
    object.replace(object.inner().of_anonymous(held));
    Ok(())
}
