//! Elementwise operations between whatever Python brings together: labelled arrays, lazy and small arrays, scalars.
//!
//! Every operator of every class of ours and every numpy function of elements ends here, so that there is one set of
//! rules: the more capable operand decides what the result is, and Python's plain numbers take their dtype from the
//! other side (NEP 50).

use super::cftime::CalendarInstant;
use super::convert;
use super::dask::DaskArray;
use super::engine;
use super::errors::{dataset_exception, plan_exception, runtime_exception};
use super::numpy::{NdArray, NumpyScalar, of_python};
use super::options;
use super::xarray::{DataArrayObject, DatasetObject};
use crate::array::{Chunk, DType, Scalar};
use crate::dataset::{self, DataArray, Dataset, DatasetError};
use crate::kernels::elementwise::{BinaryOp, UnaryOp, weak_operand_dtype};
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
            return Ok(Some(Operand::Lazy(array.array().clone())));
        }
        if let Some(array) = object.downcast_ref::<NdArray>() {
            return Ok(Some(Operand::Eager(Array::in_memory(array.values()))));
        }
        if let Some(scalar) = object.downcast_ref::<NumpyScalar>() {
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

    fn is_lazy(&self) -> bool {
        matches!(self, Operand::Lazy(_))
    }

    /// The dtype that the operand brings, `None` for Python's own values.
    fn dtype(&self) -> Option<DType> {
        match self {
            Operand::Lazy(array) | Operand::Eager(array) | Operand::Typed(array) => Some(array.dtype()),
            _ => None,
        }
    }

    /// The array of an operand without labels; a Python value in a dtype.
    fn into_array(self, weak: DType) -> Result<Array, PlanError> {
        match self {
            Operand::Lazy(array) | Operand::Eager(array) | Operand::Typed(array) => Ok(array),
            Operand::Weak(value) => Array::scalar(value, weak),
            Operand::Dataset(_) | Operand::DataArray(_) => unreachable!("labelled operands are dispatched before"),
        }
    }

    /// An operand of the same kind around a result.
    fn result(array: Array, lazy: bool) -> Operand {
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

/// A function of each element.
///
/// # Errors
/// Where the function isn't defined for the dtype.
pub(super) fn unary(operation: UnaryOp, operand: Operand, vm: &VirtualMachine) -> PyResult<Operand> {
    let failed = |error| dataset_exception(error, vm);
    match operand {
        Operand::Dataset(dataset) => dataset.unary(operation).map(Operand::Dataset).map_err(failed),
        Operand::DataArray(array) => array.unary(operation).map(Operand::DataArray).map_err(failed),
        other => unlabelled(other, |array| array.unary(operation), vm),
    }
}

/// Values rounded to decimals.
///
/// # Errors
/// Where the dtype can't be rounded.
pub(super) fn round(operand: Operand, decimals: i64, vm: &VirtualMachine) -> PyResult<Operand> {
    let failed = |error| dataset_exception(error, vm);
    match operand {
        Operand::Dataset(dataset) => dataset.round(decimals).map(Operand::Dataset).map_err(failed),
        Operand::DataArray(array) => array.round(decimals).map(Operand::DataArray).map_err(failed),
        other => unlabelled(other, |array| array.round(decimals), vm),
    }
}

/// A function of an array without labels, or of a Python number.
fn unlabelled(
    operand: Operand,
    function: impl Fn(Array) -> Result<Array, PlanError>,
    vm: &VirtualMachine,
) -> PyResult<Operand> {
    let lazy = operand.is_lazy();
    let weak = match &operand {
        Operand::Weak(value) => convert::default_dtype(value),
        _ => DType::Float64,
    };
    let result = operand.into_array(weak).and_then(function);
    Ok(Operand::result(result.map_err(|error| plan_exception(error, vm))?, lazy))
}

/// A function of each pair of elements.
///
/// # Errors
/// Where shapes, labels or dtypes don't go together.
pub(super) fn binary(operation: BinaryOp, left: Operand, right: Operand, vm: &VirtualMachine) -> PyResult<Operand> {
    let (join, rule) = (options::arithmetic_join(), options::attribute_rule());
    let failed = |error| dataset_exception(error, vm);
    let labelled = |operand: Operand| operand.into_dataset_operand();
    match (left, right) {
        (Operand::Dataset(left), right) => {
            left.binary_with(operation, &labelled(right), false, join, rule).map(Operand::Dataset).map_err(failed)
        }
        (left, Operand::Dataset(right)) => {
            right.binary_with(operation, &labelled(left), true, join, rule).map(Operand::Dataset).map_err(failed)
        }
        (Operand::DataArray(left), right) => {
            left.binary_with(operation, &labelled(right), false, join, rule).map(Operand::from).map_err(failed)
        }
        (left, Operand::DataArray(right)) => {
            right.binary_with(operation, &labelled(left), true, join, rule).map(Operand::from).map_err(failed)
        }
        (left, right) => {
            let lazy = left.is_lazy() || right.is_lazy();
            let result = pair(operation, left, right).and_then(|(left, right)| left.binary(operation, &right));
            Ok(Operand::result(result.map_err(|error| plan_exception(error, vm))?, lazy))
        }
    }
}

/// numpy's function of each pair of elements: as the operator, but the first labelled operand gives name and attributes.
///
/// # Errors
/// Where shapes, labels or dtypes don't go together.
pub(super) fn binary_function(
    operation: BinaryOp,
    left: Operand,
    right: Operand,
    vm: &VirtualMachine,
) -> PyResult<Operand> {
    if !left.is_labelled() && !right.is_labelled() {
        return binary(operation, left, right, vm);
    }
    let [left, right] = [left, right].map(Operand::into_dataset_operand);
    let (join, rule) = (options::arithmetic_join(), options::attribute_rule());
    let result = dataset::binary_function(operation, &left, &right, join, rule);
    result.map(Operand::from).map_err(|error| dataset_exception(error, vm))
}

/// Two operands without labels as arrays; a Python value takes its dtype from the other side.
fn pair(operation: BinaryOp, left: Operand, right: Operand) -> Result<(Array, Array), PlanError> {
    let weak = |value: &Operand, other: &Operand| weak_dtype(value, other, Some(operation));
    let (left_dtype, right_dtype) = (weak(&left, &right)?, weak(&right, &left)?);
    Ok((left.into_array(left_dtype)?, right.into_array(right_dtype)?))
}

fn weak_dtype(value: &Operand, other: &Operand, operation: Option<BinaryOp>) -> Result<DType, PlanError> {
    let Operand::Weak(value) = value else { return Ok(DType::Float64) };
    match (other.dtype(), other) {
        (Some(dtype), _) => Ok(weak_operand_dtype(operation, dtype, value)?),
        (None, Operand::Weak(other)) => {
            let (this, other) = (convert::default_dtype(value), convert::default_dtype(other));
            Ok(this.promote(other).unwrap_or(this))
        }
        (None, _) => Ok(convert::default_dtype(value)),
    }
}

/// `np.where`: elements of `when_true` where the condition holds, else of `when_false`.
///
/// # Errors
/// Where shapes, labels or dtypes don't go together.
pub(super) fn select(
    condition: Operand,
    when_true: Operand,
    when_false: Operand,
    vm: &VirtualMachine,
) -> PyResult<Operand> {
    if condition.is_labelled() || when_true.is_labelled() || when_false.is_labelled() {
        let [condition, when_true, when_false] = [condition, when_true, when_false].map(Operand::into_dataset_operand);
        let result = dataset::where_values(&condition, &when_true, &when_false);
        return result.map(Operand::from).map_err(|error| dataset_exception(error, vm));
    }
    let lazy = condition.is_lazy() || when_true.is_lazy() || when_false.is_lazy();
    let selected = || {
        let condition = condition.into_array(DType::Bool)?;
        let (true_dtype, false_dtype) =
            (weak_dtype(&when_true, &when_false, None)?, weak_dtype(&when_false, &when_true, None)?);
        condition.select(&when_true.into_array(true_dtype)?, &when_false.into_array(false_dtype)?)
    };
    Ok(Operand::result(selected().map_err(|error| plan_exception(error, vm))?, lazy))
}

/// An operator between two objects: the result, or `NotImplemented` where one is no operand.
///
/// # Errors
/// Where the operands don't go together.
pub(super) fn operator(operation: BinaryOp, left: &PyObject, right: &PyObject, vm: &VirtualMachine) -> PyResult {
    match (Operand::of(left, vm)?, Operand::of(right, vm)?) {
        (Some(left), Some(right)) => binary(operation, left, right, vm)?.into_object(vm),
        _ => Ok(vm.ctx.not_implemented()),
    }
}

/// An operator that changes its left side, as `+=` does: the object stays, its contents are the result.
///
/// # Errors
/// Where the operands don't go together.
pub(super) fn in_place(operation: BinaryOp, left: &PyObject, right: &PyObject, vm: &VirtualMachine) -> PyResult {
    let result = operator(operation, left, right, vm)?;
    if let Some(target) = left.downcast_ref::<NdArray>()
        && let Some(Operand::Eager(array) | Operand::Typed(array)) = Operand::of(&result, vm)?
    {
        target.replace(&evaluate_here(&array, vm)?, vm)?;
        return Ok(left.to_owned());
    }
    if let (Some(target), Some(result)) =
        (left.downcast_ref::<DataArrayObject>(), result.downcast_ref::<DataArrayObject>())
    {
        target.replace(result.inner());
        return Ok(left.to_owned());
    }
    if let (Some(target), Some(result)) = (left.downcast_ref::<DatasetObject>(), result.downcast_ref::<DatasetObject>())
    {
        target.replace(result.inner());
        return Ok(left.to_owned());
    }
    Ok(result)
}

/// An operator on one object.
///
/// # Errors
/// Where the function isn't defined for the dtype.
pub(super) fn unary_operator(operation: UnaryOp, object: &PyObject, vm: &VirtualMachine) -> PyResult {
    unary(operation, Operand::expect(object, vm)?, vm)?.into_object(vm)
}

/// The one value of an object, for `float()`, `int()`, `bool()` and `.item()`; computes it where it is lazy.
///
/// # Errors
/// `ValueError` where there are more values or none.
pub(super) fn single_value(object: &PyObject, vm: &VirtualMachine) -> PyResult<(DType, Scalar)> {
    let array = match Operand::expect(object, vm)? {
        Operand::DataArray(array) => array.data().clone(),
        Operand::Lazy(array) | Operand::Eager(array) | Operand::Typed(array) => array,
        Operand::Weak(value) => return Ok((convert::default_dtype(&value), value)),
        Operand::Dataset(_) => {
            return Err(vm.new_type_error("a Dataset has no single value: take a variable first"));
        }
    };
    if array.len() != 1 {
        return Err(vm.new_value_error("can only convert an array of size 1 to a Python scalar"));
    }
    let chunk = evaluate(&array, vm)?;
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
