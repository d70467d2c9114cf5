//! `np.finfo` and `np.iinfo`: what a dtype can hold.

use super::scalar::NumpyScalar;
use crate::array::{DType, Scalar};
use crate::script::convert;
use crate::script::modules::Module;
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

/// Puts the functions into the module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    module.function("iinfo", "type!", |arguments| {
        let vm = arguments.vm;
        let dtype = convert::dtype(arguments.required("type"), vm)?;
        let Some((low, high)) = dtype.integer_range() else {
            return Err(vm.new_value_error(format!("Invalid integer data type '{dtype}'")));
        };
        let bits = 8 * dtype.size_bytes();
        namespace([("min", low.to_pyobject(vm)), ("max", high.to_pyobject(vm)), ("bits", bits.to_pyobject(vm))], vm)
    })?;
    module.function("finfo", "dtype!", |arguments| {
        let vm = arguments.vm;
        let dtype = convert::dtype(arguments.required("dtype"), vm)?;
        let (epsilon, tiny, max) = match dtype {
            DType::Float32 => (f32::EPSILON.into(), f32::MIN_POSITIVE.into(), f32::MAX.into()),
            DType::Float64 => (f64::EPSILON, f64::MIN_POSITIVE, f64::MAX),
            _ => return Err(vm.new_value_error(format!("data type '{dtype}' not inexact"))),
        };
        let number = |value: f64| NumpyScalar::object(dtype, Scalar::Float(value), vm);
        let bits = (8 * dtype.size_bytes()).to_pyobject(vm);
        namespace(
            [
                ("eps", number(epsilon)?),
                ("tiny", number(tiny)?),
                ("smallest_normal", number(tiny)?),
                ("max", number(max)?),
                ("min", number(-max)?),
                ("bits", bits),
            ],
            vm,
        )
    })
}

/// An object with these attributes.
fn namespace<const N: usize>(attributes: [(&str, PyObjectRef); N], vm: &VirtualMachine) -> PyResult {
    let keywords = attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let arguments = FuncArgs::from(KwArgs::new(keywords));
    vm.ctx.types.namespace_type.as_object().call(arguments, vm)
}
