//! Elementwise operations between whatever Python brings together.
//!
//! Every operator of every class of ours and every numpy function of elements ends here, so that there is one set of
//! rules: the more capable operand decides what the result is, and Python's plain numbers take their dtype from the
//! other side (NEP 50).

use super::convert;
use super::dask::DaskArray;
use super::engine;
use super::errors::{dataset_exception, plan_exception};
use super::numpy::{NdArray, check_in_place};
use super::operand::{Operand, evaluate_here};
use super::options;
use super::tables;
use super::xarray::{DataArrayObject, DatasetObject};
use crate::array::DType;
use crate::dataset;
use crate::kernels::elementwise::{BinaryOp, UnaryOp, weak_operand_dtype};
use crate::plan::{Array, PlanError};
use rustpython_vm::{PyObject, PyResult, VirtualMachine};

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

/// `np.where`: elements of `when_true` where the condition holds, else of `when_false`. Labelled arrays keep their
/// attributes where they are to.
///
/// # Errors
/// Where shapes, labels or dtypes don't go together.
pub(super) fn select(
    condition: Operand,
    when_true: Operand,
    when_false: Operand,
    keep_attrs: bool,
    vm: &VirtualMachine,
) -> PyResult<Operand> {
    if condition.is_labelled() || when_true.is_labelled() || when_false.is_labelled() {
        let [condition, when_true, when_false] = [condition, when_true, when_false].map(Operand::into_dataset_operand);
        let result = dataset::where_values(&condition, &when_true, &when_false, keep_attrs);
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
    if tables::is_table(left, vm) || tables::is_table(right, vm) {
        return Ok(vm.ctx.not_implemented());
    }
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
    if engine::is_tracing()
        && let Some(result) = result.downcast_ref::<DaskArray>()
    {
        if left.downcastable::<NdArray>() {
            return Err(vm.new_not_implemented_error(
                "a function applied block by block is called once, for all blocks, by swath: to change an array by such values, make it by np.zeros_like() or np.empty_like() of one that was given",
            ));
        }
        if let Some(target) = left.downcast_ref::<DaskArray>() {
            check_in_place(
                result.array().dtype(),
                result.array().shape(),
                (target.array().dtype(), target.array().shape()),
                vm,
            )?;
            let changed = result.array().cast(target.array().dtype()).map_err(|error| plan_exception(error, vm))?;
            target.change(changed, vm)?;
            return Ok(left.to_owned());
        }
    }
    if let (Some(target), Some(result)) =
        (left.downcast_ref::<DataArrayObject>(), result.downcast_ref::<DataArrayObject>())
    {
        let mut changed = result.inner();
        *changed.encoding_mut() = target.inner().encoding().clone();
        target.replace(changed);
        return Ok(left.to_owned());
    }
    if let (Some(target), Some(result)) = (left.downcast_ref::<DatasetObject>(), result.downcast_ref::<DatasetObject>())
    {
        let mut changed = result.inner();
        *changed.encoding_mut() = target.inner().encoding().clone();
        target.replace(changed);
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
