//! numpy's functions of elements, which apply to everything that has elements.

use super::ufunc_object::placed;
use crate::kernels::elementwise::{BinaryOp, UnaryOp};
use crate::script::elementwise;
use crate::script::modules::Module;
use crate::script::operand::Operand;
use rustpython_vm::PyResult;

/// Other names of functions of one value.
const UNARY_ALIASES: &[(&str, UnaryOp)] = &[
    ("abs", UnaryOp::Absolute),
    ("deg2rad", UnaryOp::Radians),
    ("rad2deg", UnaryOp::Degrees),
    ("bitwise_not", UnaryOp::Invert),
    ("bitwise_invert", UnaryOp::Invert),
    ("asin", UnaryOp::Arcsin),
    ("acos", UnaryOp::Arccos),
    ("atan", UnaryOp::Arctan),
    ("asinh", UnaryOp::Arcsinh),
    ("acosh", UnaryOp::Arccosh),
    ("atanh", UnaryOp::Arctanh),
];

/// Other names of functions of two values.
const BINARY_ALIASES: &[(&str, BinaryOp)] = &[
    ("true_divide", BinaryOp::Divide),
    ("mod", BinaryOp::Remainder),
    ("pow", BinaryOp::Power),
    ("atan2", BinaryOp::Arctan2),
];

const UNARY_PARAMETERS: &str = "x!, out, *, where, casting~, order~, subok~";
const BINARY_PARAMETERS: &str = "x1!, x2!, out, *, where, casting~, order~, subok~";

/// Puts the functions into a module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    let unary = UnaryOp::ALL.iter().map(|operation| (operation.name(), *operation));
    for (name, operation) in unary.chain(UNARY_ALIASES.iter().copied()) {
        module.function(name, UNARY_PARAMETERS, move |arguments| {
            let operand = Operand::expect(arguments.required("x"), arguments.vm)?;
            placed(elementwise::unary(operation, operand, arguments.vm)?.into_object(arguments.vm)?, arguments)
        })?;
    }
    let names: Vec<&str> = UnaryOp::ALL.iter().map(|operation| operation.name()).collect();
    let pairs = BinaryOp::ALL.iter().map(|operation| operation.name());
    let aliases = UNARY_ALIASES.iter().map(|(name, _)| *name).chain(BINARY_ALIASES.iter().map(|(name, _)| *name));
    let names: Vec<&str> = names.into_iter().chain(pairs).chain(aliases).collect();
    module.function("_is_elementwise", "name!", move |arguments| {
        let name = arguments.string("name")?.unwrap_or_default();
        Ok(arguments.vm.ctx.new_bool(names.contains(&name.as_str())).into())
    })?;
    let binary = BinaryOp::ALL.iter().map(|operation| (operation.name(), *operation));
    for (name, operation) in binary.chain(BINARY_ALIASES.iter().copied()) {
        module.function(name, BINARY_PARAMETERS, move |arguments| {
            let left = Operand::expect(arguments.required("x1"), arguments.vm)?;
            let right = Operand::expect(arguments.required("x2"), arguments.vm)?;
            let found = elementwise::binary_function(operation, left, right, arguments.vm)?;
            placed(found.into_object(arguments.vm)?, arguments)
        })?;
    }
    Ok(())
}
