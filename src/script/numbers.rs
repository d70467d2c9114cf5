//! Python's operators, the same for every class of ours.

use super::elementwise::{in_place, operator, unary_operator};
use super::operand::{Operand, single_value};
use super::products;
use crate::array::{DType, Scalar};
use crate::kernels::elementwise::{BinaryOp, UnaryOp};
use num_traits::ToPrimitive;
use rustpython_vm::builtins::{PyFloat, PyIntRef};
use rustpython_vm::function::{Either, PyComparisonValue};
use rustpython_vm::protocol::PyNumberMethods;
use rustpython_vm::types::PyComparisonOp;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine};

/// `a @ b`.
fn matrix_product(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> PyResult {
    match (Operand::of(a, vm)?, Operand::of(b, vm)?) {
        (Some(left), Some(_)) if left.is_labelled() => vm.call_method(a, "dot", (b.to_owned(),)),
        (Some(left), Some(right)) if !right.is_labelled() => products::matmul(left, right, vm)?.into_object(vm),
        _ => Ok(vm.ctx.not_implemented()),
    }
}

/// `value in array`: whether any element equals it.
pub(super) fn contains(array: &PyObject, value: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    let equal = match array.to_owned().rich_compare(value.to_owned(), PyComparisonOp::Eq, vm) {
        // What can't be compared isn't there.
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.type_error) => return Ok(false),
        result => result?,
    };
    match Operand::of(&equal, vm)? {
        Some(Operand::Weak(_) | Operand::Typed(_)) | None => equal.try_to_bool(vm),
        Some(_) => vm.call_method(&equal, "any", ())?.try_to_bool(vm),
    }
}

/// Operators whose result is a new object.
pub(super) static METHODS: PyNumberMethods = PyNumberMethods {
    add: Some(|a, b, vm| operator(BinaryOp::Add, a, b, vm)),
    subtract: Some(|a, b, vm| operator(BinaryOp::Subtract, a, b, vm)),
    multiply: Some(|a, b, vm| operator(BinaryOp::Multiply, a, b, vm)),
    remainder: Some(|a, b, vm| operator(BinaryOp::Remainder, a, b, vm)),
    power: Some(|a, b, modulus, vm| {
        if !vm.is_none(modulus) {
            return Err(vm.new_type_error("pow() of an array takes no modulus"));
        }
        operator(BinaryOp::Power, a, b, vm)
    }),
    floor_divide: Some(|a, b, vm| operator(BinaryOp::FloorDivide, a, b, vm)),
    true_divide: Some(|a, b, vm| operator(BinaryOp::Divide, a, b, vm)),
    matrix_multiply: Some(matrix_product),
    and: Some(|a, b, vm| operator(BinaryOp::BitwiseAnd, a, b, vm)),
    or: Some(|a, b, vm| operator(BinaryOp::BitwiseOr, a, b, vm)),
    xor: Some(|a, b, vm| operator(BinaryOp::BitwiseXor, a, b, vm)),
    lshift: Some(|a, b, vm| operator(BinaryOp::LeftShift, a, b, vm)),
    rshift: Some(|a, b, vm| operator(BinaryOp::RightShift, a, b, vm)),
    negative: Some(|a, vm| unary_operator(UnaryOp::Negative, &a, vm)),
    positive: Some(|a, _vm| Ok(a.obj.to_owned())),
    absolute: Some(|a, vm| unary_operator(UnaryOp::Absolute, &a, vm)),
    invert: Some(|a, vm| unary_operator(UnaryOp::Invert, &a, vm)),
    boolean: Some(|a, vm| truth(&a, vm)),
    int: Some(|a, vm| to_int(&a, vm).map(PyObjectRef::from)),
    float: Some(|a, vm| to_float(&a, vm).map(PyObjectRef::from)),
    index: Some(|a, vm| to_index(&a, vm).map(PyObjectRef::from)),
    ..PyNumberMethods::NOT_IMPLEMENTED
};

/// The same, and operators that change the object itself: of labelled arrays, which are mutable.
pub(super) static MUTABLE_METHODS: PyNumberMethods = PyNumberMethods {
    inplace_add: Some(|a, b, vm| in_place(BinaryOp::Add, a, b, vm)),
    inplace_subtract: Some(|a, b, vm| in_place(BinaryOp::Subtract, a, b, vm)),
    inplace_multiply: Some(|a, b, vm| in_place(BinaryOp::Multiply, a, b, vm)),
    inplace_remainder: Some(|a, b, vm| in_place(BinaryOp::Remainder, a, b, vm)),
    inplace_power: Some(|a, b, _modulus, vm| in_place(BinaryOp::Power, a, b, vm)),
    inplace_floor_divide: Some(|a, b, vm| in_place(BinaryOp::FloorDivide, a, b, vm)),
    inplace_true_divide: Some(|a, b, vm| in_place(BinaryOp::Divide, a, b, vm)),
    inplace_and: Some(|a, b, vm| in_place(BinaryOp::BitwiseAnd, a, b, vm)),
    inplace_or: Some(|a, b, vm| in_place(BinaryOp::BitwiseOr, a, b, vm)),
    inplace_xor: Some(|a, b, vm| in_place(BinaryOp::BitwiseXor, a, b, vm)),
    inplace_lshift: Some(|a, b, vm| in_place(BinaryOp::LeftShift, a, b, vm)),
    inplace_rshift: Some(|a, b, vm| in_place(BinaryOp::RightShift, a, b, vm)),
    ..METHODS
};

/// The truth of an array of one value; a dataset is true where it has variables.
fn truth(object: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    match Operand::expect(object, vm)? {
        Operand::Dataset(dataset) => return Ok(!dataset.data_variables().is_empty()),
        Operand::DataArray(array) if array.data().len() != 1 => {}
        Operand::Lazy(array) | Operand::Eager(array) if array.len() != 1 => {}
        _ => return Ok(is_true(&single_value(object, vm)?.1)),
    }
    let message = "an array of several values is ambiguous as a condition: ask for .any() or .all() of it, or write &, | and ~ between arrays";
    Err(vm.new_value_error(message))
}

fn is_true(value: &Scalar) -> bool {
    match value {
        Scalar::Text(text) => !text.is_empty(),
        number => number.as_f64() != Some(0.0),
    }
}

/// The one value of an object, as a number of Python's; numpy raises another error than for `.item()` where there are more.
fn one_number(number: &PyObject, vm: &VirtualMachine) -> PyResult<(DType, Scalar)> {
    single_value(number, vm).map_err(|error| match error.fast_isinstance(vm.ctx.exceptions.value_error) {
        true => vm.new_type_error("only an array of one value can be a number: select one, or reduce the array"),
        false => error,
    })
}

fn to_float(number: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyFloat>> {
    let (dtype, value) = one_number(number, vm)?;
    let float = value.as_f64().filter(|_| !dtype.is_time());
    float
        .map(|value| vm.ctx.new_float(value))
        .ok_or_else(|| vm.new_type_error(format!("float() can't convert a value of dtype {dtype}")))
}

fn to_int(number: &PyObject, vm: &VirtualMachine) -> PyResult<PyIntRef> {
    match one_number(number, vm)?.1 {
        Scalar::Float(value) if value.is_finite() => match value.trunc().to_i128() {
            Some(whole) => Ok(vm.ctx.new_int(whole)),
            None => Err(vm.new_overflow_error(format!("{value} is too large for int()"))),
        },
        Scalar::Float(value) => Err(vm.new_value_error(format!("cannot convert float {value} to integer"))),
        value => match value.as_i128() {
            Some(whole) => Ok(vm.ctx.new_int(whole)),
            None => Err(vm.new_type_error("int() can't convert text of an array")),
        },
    }
}

fn to_index(number: &PyObject, vm: &VirtualMachine) -> PyResult<PyIntRef> {
    let (dtype, value) = single_value(number, vm)?;
    match value.as_i128().filter(|_| dtype.is_integer() || dtype == DType::Bool) {
        Some(whole) => Ok(vm.ctx.new_int(whole)),
        None => Err(vm.new_type_error("only an array of one integer stands for an integer")),
    }
}

/// A comparison, whose result is an array.
///
/// # Errors
/// Where the operands don't go together.
pub(super) fn compare(
    left: &PyObject,
    right: &PyObject,
    operation: PyComparisonOp,
    vm: &VirtualMachine,
) -> PyResult<Either<PyObjectRef, PyComparisonValue>> {
    operator(comparison(operation), left, right, vm).map(Either::A)
}

/// The operation on elements that a comparison of arrays is.
pub(super) fn comparison(operation: PyComparisonOp) -> BinaryOp {
    match operation {
        PyComparisonOp::Lt => BinaryOp::Less,
        PyComparisonOp::Le => BinaryOp::LessEqual,
        PyComparisonOp::Gt => BinaryOp::Greater,
        PyComparisonOp::Ge => BinaryOp::GreaterEqual,
        PyComparisonOp::Eq => BinaryOp::Equal,
        PyComparisonOp::Ne => BinaryOp::NotEqual,
    }
}

/// Implements operators and comparisons of a class.
macro_rules! operators {
    ($class:ty, $methods:ident) => {
        impl rustpython_vm::types::AsNumber for $class {
            fn as_number() -> &'static rustpython_vm::protocol::PyNumberMethods {
                &$crate::script::numbers::$methods
            }
        }

        impl rustpython_vm::types::Comparable for $class {
            fn slot_richcompare(
                zelf: &rustpython_vm::PyObject,
                other: &rustpython_vm::PyObject,
                operation: rustpython_vm::types::PyComparisonOp,
                vm: &rustpython_vm::VirtualMachine,
            ) -> rustpython_vm::PyResult<
                rustpython_vm::function::Either<rustpython_vm::PyObjectRef, rustpython_vm::function::PyComparisonValue>,
            > {
                $crate::script::numbers::compare(zelf, other, operation, vm)
            }

            fn cmp(
                _zelf: &rustpython_vm::Py<Self>,
                _other: &rustpython_vm::PyObject,
                _operation: rustpython_vm::types::PyComparisonOp,
                _vm: &rustpython_vm::VirtualMachine,
            ) -> rustpython_vm::PyResult<rustpython_vm::function::PyComparisonValue> {
                Ok(rustpython_vm::function::PyComparisonValue::NotImplemented)
            }
        }
    };
}
pub(super) use operators;
