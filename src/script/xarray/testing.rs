//! `xarray.testing`: assertions that scripts make of their results.

use super::data_array::DataArrayObject;
use super::dataset_object::DatasetObject;
use crate::dataset::{Dataset, Variable};
use crate::script::arguments::Arguments;
use crate::script::modules::Module;
use crate::script::numpy::NdArray;
use crate::script::operand::evaluate;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObjectRef, PyPayload, PyResult, VirtualMachine};

/// Puts the module together, after `xarray`.
///
/// # Errors
/// Where the machine can't hold it.
pub(super) fn install(vm: &VirtualMachine) -> PyResult<()> {
    let mut module = Module::new("xarray.testing", vm);
    for (name, method) in [("assert_equal", "equals"), ("assert_identical", "identical")] {
        module.function(name, "a!, b!", move |arguments| {
            let vm = arguments.vm;
            let (a, b) = (arguments.required("a"), arguments.required("b"));
            let same = same_class(a, b) && vm.call_method(a, method, (b.clone(),))?.try_to_bool(vm)?;
            verdict(same, method, arguments)
        })?;
    }
    module.function("assert_allclose", "a!, b!, rtol, atol, decode_bytes~, check_dim_order~", |arguments| {
        let (a, b) = (arguments.required("a"), arguments.required("b"));
        let close = match (dataset_of(a), dataset_of(b)) {
            (Some(a_dataset), Some(b_dataset)) if same_class(a, b) => are_close(&a_dataset, &b_dataset, arguments)?,
            _ => false,
        };
        verdict(close, "close", arguments)
    })?;
    module.finish()
}

fn same_class(a: &PyObjectRef, b: &PyObjectRef) -> bool {
    a.class().is(b.class())
}

fn dataset_of(object: &PyObjectRef) -> Option<Dataset> {
    let array = object.downcast_ref::<DataArrayObject>().map(|array| array.inner().as_anonymous());
    array.or_else(|| Some(object.downcast_ref::<DatasetObject>()?.inner()))
}

/// Nothing, or an `AssertionError` that shows both sides.
fn verdict(holds: bool, relation: &str, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    if holds {
        return Ok(vm.ctx.none());
    }
    let shown = |name: &str| Ok(arguments.required(name).str(vm)?.to_string_lossy().into_owned());
    let message = format!("Left and right objects are not {relation}\n{}\n{}", shown("a")?, shown("b")?);
    Err(vm.new_exception_msg(vm.ctx.exceptions.assertion_error.to_owned(), message.into()))
}

/// Whether two datasets have the same variables, with values as near as `np.allclose` wants them.
fn are_close(a: &Dataset, b: &Dataset, arguments: &Arguments<'_>) -> PyResult<bool> {
    if a.variables().count() != b.variables().count() {
        return Ok(false);
    }
    for (name, variable) in a.variables() {
        match b.variable(name) {
            Some(other) if is_close(variable, other, arguments)? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

fn is_close(a: &Variable, b: &Variable, arguments: &Arguments<'_>) -> PyResult<bool> {
    let vm = arguments.vm;
    if a.dims != b.dims || a.data.shape() != b.data.shape() || a.levels() != b.levels() {
        return Ok(false);
    }
    let values = |variable: &Variable| evaluate(&variable.data, vm);
    if !a.dtype().is_numeric() || !b.dtype().is_numeric() {
        return Ok(values(a)? == values(b)?);
    }
    let object = |variable: &Variable| -> PyResult { Ok(NdArray::new(values(variable)?).into_ref(&vm.ctx).into()) };
    let mut options = vec![("equal_nan".to_owned(), vm.ctx.new_bool(true).into())];
    for key in ["rtol", "atol"] {
        options.extend(arguments.get(key).map(|value| (key.to_owned(), value.clone())));
    }
    let passed = FuncArgs { args: vec![object(a)?, object(b)?], kwargs: options.into_iter().collect() };
    vm.import("numpy", 0)?.get_attr("allclose", vm)?.call(passed, vm)?.try_to_bool(vm)
}
