//! The module `numpy`: small arrays and scalars, evaluated at once on the rank that runs the script.

mod accumulate;
mod creation;
mod curves;
mod dispatch;
mod dtype_object;
mod extremes;
mod float64;
mod functions;
mod instant;
mod limits;
mod nd_array;
mod nd_methods;
mod ordering;
mod printing;
mod rearrange;
mod scalar;
mod selecting;
mod splitting;
mod strided;
mod testing;
mod ufunc_object;
mod ufuncs;

pub(super) use curves::{has_single_edges, rounded_to_single};
pub(super) use dtype_object::DTypeObject;
pub(super) use functions::install_shared;
pub(super) use instant::{instant_of_text, of_python};
pub(super) use nd_array::{NdArray, check_in_place, check_integer, format_array};
pub(super) use nd_methods::shape_of;
pub(super) use rearrange::grid_axes;
pub(super) use scalar::{NumpyScalar, cast_scalar};
pub(super) use selecting::{diagonal, summed};

use super::modules::{Composed, Module};
use rustpython_vm::class::{PyClassImpl, StaticType};
use rustpython_vm::{PyResult, VirtualMachine};

/// Functions of elements that are made of others.
const COMPOSED_UFUNCS: Composed = ("numpy/elementwise.py", include_str!("composed/elementwise.py"));
/// All functions that are made of others.
const COMPOSED: [Composed; 6] = [
    COMPOSED_UFUNCS,
    ("numpy/arrays.py", include_str!("composed/arrays.py")),
    ("numpy/selection.py", include_str!("composed/selection.py")),
    ("numpy/calling.py", include_str!("composed/calling.py")),
    ("numpy/numbers.py", include_str!("composed/numbers.py")),
    ("numpy/files.py", include_str!("composed/files.py")),
];

/// Makes the classes; before any object of theirs.
pub(super) fn register_classes(vm: &VirtualMachine) {
    DTypeObject::make_static_type();
    NdArray::make_static_type();
    printing::PrintOptionsContext::make_static_type();
    scalar::register(vm);
    ufunc_object::register();
}

/// The module.
///
/// # Errors
/// Where the machine can't hold it.
pub(super) fn install(vm: &VirtualMachine) -> PyResult<()> {
    let mut module = Module::new("numpy", vm);
    module
        .wrapped(|name, function, vm| ufunc_object::with_methods(name, dispatch::dispatching(name, function, vm), vm));
    ufuncs::install(&mut module)?;
    functions::install_shared(&mut module)?;
    functions::install(&mut module)?;
    creation::install(&mut module)?;
    scalar::install(&mut module)?;
    limits::install(&mut module)?;
    instant::install(&mut module)?;
    super::products::install(&mut module)?;
    rearrange::install(&mut module)?;
    selecting::install(&mut module)?;
    splitting::install(&mut module)?;
    ordering::install(&mut module)?;
    extremes::install(&mut module)?;
    accumulate::install(&mut module)?;
    curves::install(&mut module)?;
    printing::install(&mut module)?;
    module.value("ndarray", NdArray::static_type().to_owned())?;
    module.value("dtype", DTypeObject::static_type().to_owned())?;
    module.value("newaxis", vm.ctx.none())?;
    for (name, value) in
        [("nan", f64::NAN), ("inf", f64::INFINITY), ("pi", std::f64::consts::PI), ("e", std::f64::consts::E)]
    {
        module.value(name, vm.ctx.new_float(value))?;
    }
    module
        .function("_is_tracing", "", |arguments| Ok(arguments.vm.ctx.new_bool(super::engine::is_tracing()).into()))?;
    module.composed(&COMPOSED);
    module.finish()?;
    dispatch::install(vm)?;
    ufunc_object::install(vm)?;
    testing::install(vm)
}

/// Puts the functions of elements into a module: `dask.array` has the same.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install_ufuncs(module: &mut Module<'_>) -> PyResult<()> {
    module.composed(&[COMPOSED_UFUNCS]);
    ufuncs::install(module)
}
