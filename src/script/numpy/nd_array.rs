//! `numpy.ndarray`: a small array in memory.

use crate::array::Chunk;
use crate::dataset::{format_values, print_values};
use crate::plan::Array;
use crate::script::arguments::Arguments;
use crate::script::array_methods::{Shared, Unlabelled};
use crate::script::convert;
use crate::script::indexing;
use crate::script::numbers::operators;
use crate::script::numpy::scalar::NumpyScalar;
use crate::script::operand::{Operand, expect_object, single_value, small_object};
use crate::script::surface::{Method, Property, Surface, surface_attributes};
use rustpython_vm::builtins::PyStr;
use rustpython_vm::protocol::PyMappingMethods;
use rustpython_vm::types::{AsMapping, AsNumber, Comparable, GetAttr, Iterable, Representable};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};
use std::sync::Arc;

/// Values in memory on the rank that runs the script. They don't change: an index is a copy, and assigning to an
/// element is refused.
#[pyclass(module = "numpy", name = "ndarray")]
#[derive(Debug, PyPayload)]
pub struct NdArray {
    values: Arc<Chunk>,
}

impl NdArray {
    /// An array of these values.
    pub fn new(values: impl Into<Arc<Chunk>>) -> NdArray {
        NdArray { values: values.into() }
    }

    /// The values.
    pub fn values(&self) -> &Arc<Chunk> {
        &self.values
    }

    fn item_at(&self, key: &PyObject, vm: &VirtualMachine) -> PyResult {
        Operand::Eager(indexing::index(&self.plan_array(), key, vm)?).into_object(vm)
    }
}

impl Unlabelled for NdArray {
    fn plan_array(&self) -> Array {
        Array::in_memory(self.values.clone())
    }

    fn operand(array: Array) -> Operand {
        Operand::Eager(array)
    }
}

impl Surface for NdArray {
    const CLASS: &'static str = "numpy.ndarray";
    const METHODS: &'static [&'static [Method<Self>]] = &[
        Shared::<Self>::REDUCTIONS,
        Shared::<Self>::METHODS,
        &[
            Method {
                name: "tolist",
                parameters: "",
                body: |this, arguments| Ok(nested_lists(&this.values, arguments.vm)),
            },
            Method { name: "reshape", parameters: "*shape, order='C', copy~", body: reshape },
            Method { name: "ravel", parameters: "order='C'", body: flatten },
            Method { name: "flatten", parameters: "order='C'", body: flatten },
        ],
    ];
    const PROPERTIES: &'static [&'static [Property<Self>]] = &[Shared::<Self>::PROPERTIES];
}

/// `f"{array:.3f}"`: an array without axes is formatted as its value, others only as they are.
///
/// # Errors
/// `TypeError` where a format is given for several values.
pub(in crate::script) fn format_array(
    array: &PyObject,
    is_scalar: bool,
    specification: PyObjectRef,
    vm: &VirtualMachine,
) -> PyResult {
    if convert::string(&specification, vm)?.is_empty() {
        return Ok(array.str(vm)?.into());
    }
    if !is_scalar {
        let class = array.class().name().to_string();
        return Err(vm.new_type_error(format!("unsupported format string passed to {class}.__format__")));
    }
    let (_, value) = single_value(array, vm)?;
    vm.call_method(&convert::plain_object(&value, vm), "__format__", (specification,))
}

/// Nested lists of plain Python values.
fn nested_lists(values: &Chunk, vm: &VirtualMachine) -> PyObjectRef {
    let leaves: Vec<PyObjectRef> = (0..values.len())
        .filter_map(|index| values.get(index))
        .map(|value| convert::plain_object(&value, vm))
        .collect();
    nest(&leaves, values.shape(), vm)
}

fn nest(leaves: &[PyObjectRef], shape: &[usize], vm: &VirtualMachine) -> PyObjectRef {
    let Some((&length, inner)) = shape.split_first() else { return leaves[0].clone() };
    let step: usize = inner.iter().product();
    let items = (0..length).map(|index| nest(&leaves[index * step..(index + 1) * step], inner, vm)).collect();
    vm.ctx.new_list(items).into()
}

fn flatten(this: &Py<NdArray>, arguments: &Arguments<'_>) -> PyResult {
    reshaped(&this.values, vec![this.values.len()], arguments.vm)
}

fn reshape(this: &Py<NdArray>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let given = match arguments.rest.as_slice() {
        [one] => convert::one_or_more(one, vm)?,
        several => several.to_vec(),
    };
    let lengths = given.iter().map(|length| convert::integer(length, vm)).collect::<PyResult<Vec<_>>>()?;
    let known: i64 = lengths.iter().filter(|&&length| length >= 0).product();
    let missing = lengths.iter().filter(|&&length| length < 0).count();
    let shape = lengths
        .iter()
        .map(|&length| if length < 0 { this.values.len() / known.max(1) as usize } else { length as usize })
        .collect();
    if missing > 1 {
        return Err(vm.new_value_error("can only specify one unknown dimension"));
    }
    reshaped(&this.values, shape, vm)
}

fn reshaped(values: &Arc<Chunk>, shape: Vec<usize>, vm: &VirtualMachine) -> PyResult {
    let message = format!("cannot reshape array of size {} into shape {shape:?}", values.len());
    let chunk = (**values).clone().reshaped(shape).map_err(|_| vm.new_value_error(message))?;
    small_object(chunk, vm)
}

surface_attributes!(NdArray);
operators!(NdArray, METHODS);

#[pyclass(with(AsMapping, AsNumber, Comparable, GetAttr, Iterable, Representable))]
impl NdArray {
    #[pyslot]
    fn slot_str(zelf: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
        let values = &expect_object::<NdArray>(zelf, "an array", vm)?.values;
        // Without axes, it prints as its value does.
        match values.get(0).filter(|_| values.ndim() == 0) {
            Some(value) => NumpyScalar::object(values.dtype(), value, vm)?.str(vm),
            None => Ok(vm.ctx.new_str(print_values(values))),
        }
    }

    #[pymethod]
    fn __format__(zelf: &Py<Self>, specification: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        format_array(zelf.as_object(), zelf.values.ndim() == 0, specification, vm)
    }
}

impl AsMapping for NdArray {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: Some(|mapping, vm| match NdArray::mapping_downcast(mapping).values.shape().first() {
                Some(&length) => Ok(length),
                None => Err(vm.new_type_error("len() of unsized object")),
            }),
            subscript: Some(|mapping, key, vm| NdArray::mapping_downcast(mapping).item_at(key, vm)),
            ass_subscript: Some(|_mapping, _key, _value, vm| {
                Err(vm.new_not_implemented_error(
                    "assigning to elements of an array is not supported by swath: make a new one with np.where()",
                ))
            }),
        };
        &METHODS
    }
}

impl Iterable for NdArray {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        let Some(&length) = zelf.values.shape().first() else {
            return Err(vm.new_type_error("iteration over a 0-d array"));
        };
        let items = (0..length).map(|index| zelf.item_at(vm.ctx.new_int(index).as_ref(), vm));
        let items = vm.ctx.new_list(items.collect::<PyResult<_>>()?);
        Ok(PyObjectRef::from(items).get_iter(vm)?.into())
    }
}

impl Representable for NdArray {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(format_values(&zelf.values))
    }
}
