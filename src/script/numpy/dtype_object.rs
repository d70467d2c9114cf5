//! `numpy.dtype`.

use super::scalar;
use crate::array::DType;
use crate::script::convert;
use crate::script::surface::{Method, Property, Surface, surface_attributes};
use rustpython_vm::builtins::{PyStr, PyType};
use rustpython_vm::common::hash::PyHash;
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::function::PyComparisonValue;
use rustpython_vm::types::{Comparable, Constructor, GetAttr, Hashable, PyComparisonOp, Representable};
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

/// An element type.
#[pyclass(module = "numpy", name = "dtype")]
#[derive(Debug, PyPayload)]
pub struct DTypeObject(DType);

impl DTypeObject {
    /// The Python object of a dtype.
    pub fn object(dtype: DType, vm: &VirtualMachine) -> PyObjectRef {
        DTypeObject(dtype).into_ref(&vm.ctx).into()
    }

    /// The dtype.
    pub fn dtype(&self) -> DType {
        self.0
    }
}

/// numpy's letter for the kind of a dtype.
fn kind(dtype: DType) -> &'static str {
    match dtype {
        DType::Bool => "b",
        DType::Datetime(_) => "M",
        DType::Timedelta(_) => "m",
        DType::Text => "U",
        DType::CalendarTime(_) => "O",
        dtype if dtype.is_float() => "f",
        dtype if dtype.is_signed_integer() => "i",
        _ => "u",
    }
}

/// How numpy writes the order of the bytes of a value, that of numbers as given.
fn byte_order(dtype: DType, of_numbers: &'static str) -> &'static str {
    match dtype {
        DType::CalendarTime(_) => "|",
        dtype if dtype.size_bytes() == 1 => "|",
        _ => of_numbers,
    }
}

/// numpy's code of a dtype: `<f4`, `<M8[ns]`.
fn code(dtype: DType) -> String {
    let (order, kind) = (byte_order(dtype, "<"), kind(dtype));
    match dtype {
        DType::Text | DType::CalendarTime(_) => format!("{order}{kind}"),
        _ => {
            let unit = dtype.time_unit().map(|unit| format!("[{}]", unit.code())).unwrap_or_default();
            format!("{order}{kind}{}{unit}", dtype.size_bytes())
        }
    }
}

impl Surface for DTypeObject {
    const CLASS: &'static str = "dtype";
    const METHODS: &'static [&'static [Method<Self>]] = &[];
    const PROPERTIES: &'static [&'static [Property<Self>]] = &[&[
        Property { name: "name", get: |this, vm| Ok(vm.ctx.new_str(this.0.to_string()).into()) },
        Property { name: "kind", get: |this, vm| Ok(vm.ctx.new_str(kind(this.0)).into()) },
        Property { name: "itemsize", get: |this, vm| Ok(this.0.size_bytes().to_pyobject(vm)) },
        Property { name: "str", get: |this, vm| Ok(vm.ctx.new_str(code(this.0)).into()) },
        Property { name: "byteorder", get: |this, vm| Ok(vm.ctx.new_str(byte_order(this.0, "=")).into()) },
        Property { name: "isnative", get: |_, vm| Ok(true.to_pyobject(vm)) },
        Property { name: "names", get: |_, vm| Ok(vm.ctx.none()) },
        Property { name: "type", get: |this, _vm| Ok(scalar::class_of(this.0).into()) },
    ]];
}

surface_attributes!(DTypeObject);

#[pyclass(with(Constructor, Comparable, GetAttr, Hashable, Representable))]
impl DTypeObject {
    #[pyslot]
    fn slot_str(zelf: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
        Ok(vm.ctx.new_str(convert::dtype(zelf, vm)?.to_string()))
    }
}

impl Constructor for DTypeObject {
    type Args = PyObjectRef;

    fn py_new(_class: &Py<PyType>, wanted: PyObjectRef, vm: &VirtualMachine) -> PyResult<Self> {
        convert::dtype(&wanted, vm).map(DTypeObject)
    }
}

impl Comparable for DTypeObject {
    fn cmp(
        zelf: &Py<Self>,
        other: &PyObject,
        operation: PyComparisonOp,
        vm: &VirtualMachine,
    ) -> PyResult<PyComparisonValue> {
        operation.eq_only(|| {
            Ok(PyComparisonValue::Implemented(convert::dtype(other, vm).is_ok_and(|other| other == zelf.0)))
        })
    }
}

impl Hashable for DTypeObject {
    fn hash(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyHash> {
        PyObjectRef::from(vm.ctx.new_str(zelf.0.to_string())).hash(vm)
    }
}

impl Representable for DTypeObject {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(format!("dtype('{}')", zelf.0))
    }
}
