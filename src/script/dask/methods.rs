//! Methods of lazy arrays that are functions of `dask.array`, called with the array first.

use super::DaskArray;
use crate::plan::{Array, PlanError};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::errors::plan_exception;
use crate::script::modules::Module;
use crate::script::numpy::{diagonal, shape_of, summed};
use crate::script::operand::Operand;
use crate::script::surface::Method;
use rustpython_vm::{Py, PyResult};

/// Methods with the parameters of the functions, without the array.
pub(super) const METHODS: &[Method<DaskArray>] = &[
    Method { name: "argmin", parameters: "axis, keepdims, split_every~, out=None", body: as_function },
    Method { name: "argmax", parameters: "axis, keepdims, split_every~, out=None", body: as_function },
    Method { name: "cumsum", parameters: "axis, dtype, out=None, method~", body: as_function },
    Method { name: "cumprod", parameters: "axis, dtype, out=None, method~", body: as_function },
    Method { name: "topk", parameters: "k!, axis, split_every~", body: as_function },
    Method { name: "swapaxes", parameters: "axis1!, axis2!", body: as_function },
    Method { name: "repeat", parameters: "repeats!, axis", body: as_function },
    Method { name: "conj", parameters: "", body: as_function },
    Method { name: "ravel", parameters: "", body: as_function },
    Method { name: "flatten", parameters: "", body: |this, arguments| flat(&this.array(), arguments) },
    Method { name: "trace", parameters: "offset, axis1, axis2, dtype", body: as_function },
    Method { name: "reshape", parameters: "*shape, merge_chunks~, limit~", body: reshape },
    // Every shape is known before anything is computed.
    Method { name: "compute_chunk_sizes", parameters: "", body: |this, _| Ok(this.to_owned().into()) },
];

/// Puts the functions of shapes into the module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    module.function("reshape", "x!, shape!, merge_chunks~, limit~", |arguments| {
        let given = convert::one_or_more(arguments.required("shape"), arguments.vm)?;
        reshaped(&super::statistics::lazy(arguments, "x")?, &given, arguments)
    })?;
    module.function("ravel", "array_like!", |arguments| {
        flat(&super::statistics::lazy(arguments, "array_like")?, arguments)
    })?;
    module.function("diagonal", "a!, offset, axis1, axis2", |arguments| {
        super::ordering::give(diagonal(arguments)?, arguments)
    })?;
    module.function("trace", "a!, offset, axis1, axis2, dtype", |arguments| {
        let dtype = arguments.get("dtype").map(|dtype| convert::dtype(dtype, arguments.vm)).transpose()?;
        super::ordering::give(diagonal(arguments)?.and_then(|values| summed(&values, dtype)), arguments)
    })
}

/// Calls the function of `dask.array` that has the method's name.
fn as_function(this: &Py<DaskArray>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let name = arguments.function.rsplit('.').next().unwrap_or(arguments.function);
    let modules = vm.sys_module.get_attr("modules", vm)?;
    let function = modules.get_item("dask.array", vm)?.get_attr(vm.ctx.intern_str(name), vm)?;
    function.call(arguments.passed_behind(this.to_owned().into()), vm)
}

fn reshape(this: &Py<DaskArray>, arguments: &Arguments<'_>) -> PyResult {
    let given = match arguments.rest.as_slice() {
        [one] => convert::one_or_more(one, arguments.vm)?,
        several => several.to_vec(),
    };
    reshaped(&this.array(), &given, arguments)
}

fn reshaped(array: &Array, given: &[rustpython_vm::PyObjectRef], arguments: &Arguments<'_>) -> PyResult {
    let shape = shape_of(given, array.len(), arguments.vm)?;
    super::ordering::give(array.reshape(&shape), arguments)
}

/// All values along one axis.
pub(super) fn in_a_row(array: &Array) -> Result<Array, PlanError> {
    array.reshape(&[array.len()])
}

fn flat(array: &Array, arguments: &Arguments<'_>) -> PyResult {
    let flat = in_a_row(array).map_err(|error| plan_exception(error, arguments.vm))?;
    Operand::Lazy(flat).into_object(arguments.vm)
}
