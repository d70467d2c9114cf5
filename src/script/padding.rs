//! `pad` of arrays without labels, for `numpy` and `dask.array`: what [`Dataset::pad`](crate::dataset::Dataset::pad) does.

use super::arguments::Arguments;
use super::convert;
use super::errors::dataset_exception;
use super::numpy::NdArray;
use super::operand::single_value;
use crate::array::Scalar;
use crate::dataset::{DataArray, DatasetError, PadMode, PadValues, Variable};
use crate::plan::Array;
use indexmap::IndexMap;
use rustpython_vm::builtins::PyDict;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// The parameters behind the array.
pub(super) const PARAMETERS: &str =
    "array!, pad_width!, mode, constant_values, stat_length=None, end_values=None, reflect_type='even'";

/// An array with margins, as wide and filled as the arguments say.
///
/// # Errors
/// Where widths don't fit the array, or the mode is none that is known.
pub(super) fn padded(array: &Array, arguments: &Arguments<'_>) -> PyResult<Array> {
    let (vm, ndim) = (arguments.vm, array.ndim());
    let dims: Vec<String> = (0..ndim).map(|axis| format!("axis {axis}")).collect();
    let mut widths = IndexMap::new();
    for (name, [before, after]) in dims.iter().zip(widths_of_axes(arguments.required("pad_width"), ndim, vm)?) {
        widths.insert(name.clone(), [convert::count(&before, vm)?, convert::count(&after, vm)?]);
    }
    let mode = match arguments.string("mode")?.as_deref() {
        None | Some("constant") => {
            let zero: PyObjectRef = vm.ctx.new_int(0).into();
            let given = of_axes(arguments.get("constant_values").unwrap_or(&zero), ndim, vm)?;
            let scalar = |value: &PyObjectRef| -> PyResult<Scalar> { Ok(single_value(value, vm)?.1) };
            let values = dims.iter().zip(&given);
            let values = values.map(|(name, [first, last])| Ok((name.clone(), (scalar(first)?, scalar(last)?))));
            PadMode::Constant(PadValues::PerDimension(values.collect::<PyResult<_>>()?))
        }
        Some("edge") => PadMode::Edge,
        Some("wrap") => PadMode::Wrap,
        Some("reflect") => PadMode::Reflect,
        Some("symmetric") => PadMode::Symmetric,
        Some(other @ ("linear_ramp" | "maximum" | "mean" | "median" | "minimum" | "empty")) => {
            return Err(vm.new_not_implemented_error(format!(
                "pad(mode='{other}') is not supported by swath: constant, edge, wrap, reflect and symmetric are"
            )));
        }
        Some(other) => {
            let message = format!("mode='{other}' says nothing: expected constant, edge, wrap, reflect or symmetric");
            return Err(vm.new_value_error(message));
        }
    };
    let wider = || -> Result<Array, DatasetError> {
        let labelled = DataArray::new(None, Variable::new(dims, array.clone())?, IndexMap::new())?;
        Ok(labelled.from_anonymous(labelled.as_anonymous().pad(&widths, &mode, false)?).data().clone())
    };
    wider().map_err(|error| dataset_exception(error, vm))
}

/// The widths before and after each axis; a dict has those of some axes.
fn widths_of_axes(given: &PyObjectRef, ndim: usize, vm: &VirtualMachine) -> PyResult<Vec<[PyObjectRef; 2]>> {
    let Some(some) = given.downcast_ref::<PyDict>() else { return of_axes(given, ndim, vm) };
    let zero: PyObjectRef = vm.ctx.new_int(0).into();
    let mut widths = vec![[zero.clone(), zero]; ndim];
    for (axis, width) in some {
        widths[convert::axis(&axis, ndim, vm)?] = pair(&width, vm)?;
    }
    Ok(widths)
}

fn pair(given: &PyObjectRef, vm: &VirtualMachine) -> PyResult<[PyObjectRef; 2]> {
    match &convert::one_or_more(given, vm)?[..] {
        [one] => Ok([one.clone(), one.clone()]),
        [before, after] => Ok([before.clone(), after.clone()]),
        _ => Err(vm.new_value_error("an axis takes one width, or one before and one after")),
    }
}

/// What is given before and after each axis: one for all, two for all, or two for each.
fn of_axes(given: &PyObjectRef, ndim: usize, vm: &VirtualMachine) -> PyResult<Vec<[PyObjectRef; 2]>> {
    let all = convert::one_or_more(given, vm)?;
    let is_row = |one: &PyObjectRef| one.downcast_ref::<NdArray>().is_some_and(|row| row.values().ndim() > 0);
    if !all.iter().any(|one| convert::is_sequence(one) || is_row(one)) {
        return pair(given, vm).map(|pair| vec![pair; ndim]);
    }
    match &all[..] {
        [one] => pair(one, vm).map(|pair| vec![pair; ndim]),
        several if several.len() == ndim => several.iter().map(|one| pair(one, vm)).collect(),
        several => Err(vm.new_value_error(format!("{} pairs are given for {ndim} axes", several.len()))),
    }
}
