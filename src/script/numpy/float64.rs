//! `numpy.float64`: a numpy scalar that is a Python `float` too, so that `json` writes it and `isinstance` says so.

use super::scalar::{NumpyScalar, OfOneValue, OneValue, construct};
use crate::array::{DType, Scalar};
use crate::script::arguments::Arguments;
use crate::script::numbers::operators;
use crate::script::surface::{Method, Property, Surface, surface_attributes};
use rustpython_vm::builtins::{PyFloat, PyStr, PyType, PyTypeRef};
use rustpython_vm::common::hash::PyHash;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::{AsNumber, Comparable, Constructor, GetAttr, Hashable, Representable};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

/// One `float64`.
#[pyclass(module = "numpy", name = "float64", base = PyFloat)]
#[derive(Debug)]
#[repr(transparent)]
pub struct Float64(PyFloat);

impl Float64 {
    /// The Python object of a value.
    pub fn object(value: f64, vm: &VirtualMachine) -> PyObjectRef {
        Float64(PyFloat::from(value)).into_ref(&vm.ctx).into()
    }
}

impl OneValue for Float64 {
    fn scalar(&self) -> NumpyScalar {
        NumpyScalar::new(DType::Float64, Scalar::Float(self.0.to_f64()))
    }
}

impl Surface for Float64 {
    const CLASS: &'static str = "numpy.float64";
    const METHODS: &'static [&'static [Method<Self>]] = &[OfOneValue::<Self>::METHODS];
    const PROPERTIES: &'static [&'static [Property<Self>]] = &[OfOneValue::<Self>::PROPERTIES];
}

surface_attributes!(Float64);
operators!(Float64, METHODS);

#[pyclass(with(Constructor, AsNumber, Comparable, GetAttr, Hashable, Representable))]
impl Float64 {
    #[pyslot]
    fn slot_str(zelf: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
        let scalar = crate::script::operand::expect_object::<Float64>(zelf, "a numpy scalar", vm)?.scalar();
        Ok(vm.ctx.new_str(scalar.text()))
    }

    #[pymethod]
    fn __round__(zelf: &Py<Self>, arguments: FuncArgs, vm: &VirtualMachine) -> PyResult {
        zelf.scalar().rounded(&arguments, vm)
    }
}

impl Constructor for Float64 {
    type Args = FuncArgs;

    fn slot_new(_class: PyTypeRef, passed: FuncArgs, vm: &VirtualMachine) -> PyResult {
        construct(DType::Float64, &Arguments::bind("float64", "value", passed, vm)?)
    }

    fn py_new(_class: &Py<PyType>, _arguments: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        Err(vm.new_type_error("numpy.float64 makes its objects itself"))
    }
}

impl Hashable for Float64 {
    fn hash(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyHash> {
        vm.ctx.new_float(zelf.0.to_f64()).as_object().hash(vm)
    }
}

impl Representable for Float64 {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(format!("np.float64({})", zelf.scalar().text()))
    }
}
