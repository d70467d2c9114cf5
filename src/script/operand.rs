//! Whatever Python brings to an operation: labelled arrays, lazy and small arrays, scalars; and the values of it.
//!
//! What operations do with operands is in `elementwise`.

use super::cftime::CalendarInstant;
use super::convert;
use super::dask::DaskArray;
use super::engine;
use super::errors::{dataset_exception, plan_exception, runtime_exception};
use super::numpy::{NdArray, NumpyScalar, of_python};
use super::tables;
use super::xarray::{DataArrayObject, DatasetObject};
use crate::array::{Chunk, DType, Scalar};
use crate::dataset::{self, DataArray, Dataset, DatasetError};
use crate::plan::{Array, PlanError};
use rustpython_vm::{AsObject, PyObject, PyPayload, PyRef, PyResult, VirtualMachine};

/// A value that takes part in an operation.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant, reason = "operands are few and short-lived")]
pub(super) enum Operand {
    /// A dataset: variable by variable.
    Dataset(Dataset),
    /// A labelled array: aligned, and broadcast by name.
    DataArray(DataArray),
    /// A lazy array without labels.
    Lazy(Array),
    /// A small array in memory.
    Eager(Array),
    /// A numpy scalar: a dtype of its own, no axes.
    Typed(Array),
    /// A Python number, bool or string.
    Weak(Scalar),
}

impl Operand {
    /// The operand that an object is, `None` where it is none.
    ///
    /// # Errors
    /// Where a list holds what no array can, or an integer is too large.
    pub fn of(object: &PyObject, vm: &VirtualMachine) -> PyResult<Option<Operand>> {
        if let Some(array) = object.downcast_ref::<DataArrayObject>() {
            let inner = array.inner();
            if inner.variable().levels().is_some() {
                let name = inner.name().unwrap_or_default().to_owned();
                let error = DatasetError::LevelsUnsupported { name, operation: "computing with it" };
                return Err(dataset_exception(error, vm));
            }
            return Ok(Some(Operand::DataArray(inner)));
        }
        if let Some(dataset) = object.downcast_ref::<DatasetObject>() {
            return Ok(Some(Operand::Dataset(dataset.inner())));
        }
        if let Some(array) = object.downcast_ref::<DaskArray>() {
            return Ok(Some(Operand::Lazy(array.array())));
        }
        if let Some(array) = object.downcast_ref::<NdArray>() {
            return Ok(Some(Operand::Eager(Array::in_memory(array.values()))));
        }
        if let Some(scalar) = NumpyScalar::of(object) {
            return scalar.to_array(vm).map(|array| Some(Operand::Typed(array)));
        }
        if let Some(instant) = object.downcast_ref::<CalendarInstant>() {
            let (dtype, value) = instant.value();
            let array = Array::scalar(value, dtype).map_err(|error| plan_exception(error, vm))?;
            return Ok(Some(Operand::Typed(array)));
        }
        if convert::is_sequence(object) {
            let chunk = convert::chunk(&object.to_owned(), None, vm)?;
            return Ok(Some(Operand::Eager(Array::in_memory(chunk))));
        }
        if let Some(value) = convert::python_scalar(object, vm)? {
            return Ok(Some(Operand::Weak(value)));
        }
        if let Some(array) = tables::values(object, vm)? {
            return Ok(Some(Operand::Eager(Array::in_memory(array.values()))));
        }
        let Some((dtype, count)) = of_python(object, vm)? else { return Ok(None) };
        let moment = Array::scalar(Scalar::Int(count), dtype).map_err(|error| plan_exception(error, vm))?;
        Ok(Some(Operand::Typed(moment)))
    }

    /// The operand that an argument must be.
    ///
    /// # Errors
    /// `TypeError` for what is none.
    pub fn expect(object: &PyObject, vm: &VirtualMachine) -> PyResult<Operand> {
        Operand::of(object, vm)?.ok_or_else(|| {
            let class = object.class().name().to_string();
            vm.new_type_error(format!("expected an array or a number, found {class}"))
        })
    }

    /// The Python object of a result; small arrays are evaluated at once, those without axes are numpy scalars.
    ///
    /// # Errors
    /// Whatever evaluation fails with.
    pub fn into_object(self, vm: &VirtualMachine) -> PyResult {
        match self {
            Operand::Dataset(dataset) => Ok(DatasetObject::new(dataset).into_ref(&vm.ctx).into()),
            Operand::DataArray(array) => Ok(DataArrayObject::new(array).into_ref(&vm.ctx).into()),
            Operand::Lazy(array) => Ok(DaskArray::new(array).into_ref(&vm.ctx).into()),
            Operand::Eager(array) | Operand::Typed(array) => small_object(evaluate_here(&array, vm)?, vm),
            Operand::Weak(value) => NumpyScalar::object(convert::default_dtype(&value), value, vm),
        }
    }

    /// What `dataset` calls this operand.
    pub fn into_dataset_operand(self) -> dataset::Operand {
        match self {
            Operand::Dataset(dataset) => dataset.into(),
            Operand::DataArray(array) => array.into(),
            Operand::Lazy(array) | Operand::Eager(array) | Operand::Typed(array) => array.into(),
            Operand::Weak(value) => value.into(),
        }
    }

    /// Whether the operand has labels.
    pub fn is_labelled(&self) -> bool {
        matches!(self, Operand::Dataset(_) | Operand::DataArray(_))
    }

    /// The values alone, of a labelled array.
    pub fn without_labels(self) -> Operand {
        match self {
            Operand::DataArray(array) => Operand::Lazy(array.data().clone()),
            other => other,
        }
    }

    pub fn is_lazy(&self) -> bool {
        matches!(self, Operand::Lazy(_))
    }

    /// The dtype that the operand brings, `None` for Python's own values.
    pub fn dtype(&self) -> Option<DType> {
        match self {
            Operand::Lazy(array) | Operand::Eager(array) | Operand::Typed(array) => Some(array.dtype()),
            _ => None,
        }
    }

    /// The array of an operand without labels; a Python value in a dtype.
    pub fn into_array(self, weak: DType) -> Result<Array, PlanError> {
        match self {
            Operand::Lazy(array) | Operand::Eager(array) | Operand::Typed(array) => Ok(array),
            Operand::Weak(value) => Array::scalar(value, weak),
            Operand::Dataset(_) | Operand::DataArray(_) => unreachable!("labelled operands are dispatched before"),
        }
    }

    /// An operand of the same kind around a result.
    pub fn result(array: Array, lazy: bool) -> Operand {
        if lazy { Operand::Lazy(array) } else { Operand::Eager(array) }
    }
}

impl From<dataset::Operand> for Operand {
    fn from(operand: dataset::Operand) -> Operand {
        match operand {
            dataset::Operand::DataArray(array) => Operand::DataArray(array),
            dataset::Operand::Dataset(dataset) => Operand::Dataset(dataset),
            dataset::Operand::Array(array) => Operand::Lazy(array),
            dataset::Operand::Scalar(value) => Operand::Weak(value),
        }
    }
}

/// The values of an array, computed by the workers.
///
/// # Errors
/// Whatever the computation fails with, as a Python exception.
pub(super) fn evaluate(array: &Array, vm: &VirtualMachine) -> PyResult<Chunk> {
    if let Some(values) = array.in_memory_values() {
        return Ok((**values).clone());
    }
    if engine::is_tracing() && array.is_of_constants() {
        return evaluate_here(array, vm);
    }
    engine::may_compute(vm)?;
    let computed = engine::current().compute(std::slice::from_ref(array));
    let mut chunks = computed.map_err(|error| runtime_exception(error, vm))?;
    Ok(chunks.pop().expect("a computation gives one chunk an array"))
}

/// The values of whatever has some, labels left aside.
///
/// # Errors
/// Whatever the computation fails with, as a Python exception.
pub(super) fn values(object: &PyObject, vm: &VirtualMachine) -> PyResult<Chunk> {
    match Operand::expect(object, vm)? {
        Operand::DataArray(array) => evaluate(array.data(), vm),
        Operand::Lazy(array) => evaluate(&array, vm),
        Operand::Eager(array) | Operand::Typed(array) => evaluate_here(&array, vm),
        Operand::Weak(_) => convert::chunk(&object.to_owned(), None, vm),
        Operand::Dataset(_) => Err(vm.new_type_error("a Dataset is no array: take a variable of it")),
    }
}

/// The values of a small array whose inputs are in memory, computed in this thread.
///
/// # Errors
/// Whatever the computation fails with, as a Python exception.
pub(super) fn evaluate_here(array: &Array, vm: &VirtualMachine) -> PyResult<Chunk> {
    engine::current().evaluate_local(array).map_err(|error| runtime_exception(error, vm))
}

/// An `ndarray`, or a numpy scalar where there are no axes.
///
/// # Errors
/// Never for values that a chunk can hold.
pub(super) fn small_object(chunk: Chunk, vm: &VirtualMachine) -> PyResult {
    match chunk.get(0) {
        Some(value) if chunk.ndim() == 0 => NumpyScalar::object(chunk.dtype(), value, vm),
        _ => Ok(NdArray::new(chunk).into_ref(&vm.ctx).into()),
    }
}

/// The one value of an object, for `float()`, `int()`, `bool()` and `.item()`; computes it where it is lazy.
///
/// # Errors
/// `ValueError` where there are more values or none.
pub(super) fn single_value(object: &PyObject, vm: &VirtualMachine) -> PyResult<(DType, Scalar)> {
    let (array, is_here) = match Operand::expect(object, vm)? {
        Operand::DataArray(array) => (array.data().clone(), false),
        Operand::Lazy(array) => (array, false),
        Operand::Eager(array) | Operand::Typed(array) => (array, true),
        Operand::Weak(value) => return Ok((convert::default_dtype(&value), value)),
        Operand::Dataset(_) => {
            return Err(vm.new_type_error("a Dataset has no single value: take a variable first"));
        }
    };
    if array.len() != 1 {
        return Err(
            vm.new_value_error("only an array of one value can stand for that value: select one, or reduce the array")
        );
    }
    let chunk = if is_here { evaluate_here(&array, vm)? } else { evaluate(&array, vm)? };
    let value = chunk.get(0).expect("a chunk of one element has a first one");
    Ok((chunk.dtype(), value))
}

/// A reference to an object of a class, or a `TypeError`.
///
/// # Errors
/// `TypeError` where it is of another class.
pub(super) fn expect_object<T: PyPayload>(
    object: &PyObject,
    expected: &str,
    vm: &VirtualMachine,
) -> PyResult<PyRef<T>> {
    object.to_owned().downcast::<T>().map_err(|found| {
        let class = found.class().name().to_string();
        vm.new_type_error(format!("expected {expected}, found {class}"))
    })
}
