//! `numpy.ndarray`: a small array in memory.

use super::scalar::{NumpyScalar, cast_scalar};
use super::strided::{Selection, Strided};
use crate::array::{Chunk, DType, Scalar};
use crate::dataset::{format_values, print_values};
use crate::plan::Array;
use crate::script::array_methods::{Shared, Unlabelled};
use crate::script::convert;
use crate::script::engine;
use crate::script::errors::plan_exception;
use crate::script::indexing;
use crate::script::numbers::{contains, operators};
use crate::script::operand::{Operand, evaluate, evaluate_here, expect_object, single_value, small_object};
use crate::script::surface::{Method, Property, Surface, surface_attributes};
use rustpython_vm::builtins::PyStr;
use rustpython_vm::protocol::{PyMappingMethods, PySequenceMethods};
use rustpython_vm::types::{AsMapping, AsNumber, AsSequence, Comparable, GetAttr, Iterable, Representable};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

/// Values in memory on the rank that runs the script. As in numpy, slices and other views show the values of the array
/// that they were taken of, and lists and masks select copies.
#[pyclass(module = "numpy", name = "ndarray")]
#[derive(Debug, PyPayload)]
pub struct NdArray {
    storage: Rc<Storage>,
    /// Which of the values the array shows; `None` is all of them as they lie.
    view: Option<Strided>,
}

/// Values that an array and its views share.
struct Storage {
    values: RefCell<Arc<Chunk>>,
    on_change: Option<OnChange>,
}

/// Told the new values where an array is of an object that has them too.
type OnChange = Box<dyn Fn(&Arc<Chunk>)>;

impl fmt::Debug for Storage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.values.borrow().fmt(formatter)
    }
}

impl NdArray {
    /// An array of these values.
    pub fn new(values: impl Into<Arc<Chunk>>) -> NdArray {
        NdArray { storage: Rc::new(Storage { values: RefCell::new(values.into()), on_change: None }), view: None }
    }

    /// An array of values that another object has too, which is told when they change.
    pub fn shared(values: Arc<Chunk>, on_change: impl Fn(&Arc<Chunk>) + 'static) -> NdArray {
        let storage = Storage { values: RefCell::new(values), on_change: Some(Box::new(on_change)) };
        NdArray { storage: Rc::new(storage), view: None }
    }

    /// The values.
    pub fn values(&self) -> Arc<Chunk> {
        let values = self.storage.values.borrow().clone();
        match &self.view {
            None => values,
            Some(view) => Arc::new(values.gather(&view.positions(), view.shape.clone())),
        }
    }

    pub(super) fn dtype(&self) -> DType {
        self.storage.values.borrow().dtype()
    }

    pub(super) fn layout(&self) -> Strided {
        self.view.clone().unwrap_or_else(|| Strided::whole(self.storage.values.borrow().shape()))
    }

    /// An array that shows some of the same values.
    pub(super) fn with_view(&self, view: Strided) -> NdArray {
        NdArray { storage: self.storage.clone(), view: Some(view) }
    }

    fn item_at(&self, key: &PyObject, vm: &VirtualMachine) -> PyResult {
        let layout = self.layout();
        match layout.select(indexing::entries(layout.shape.len(), key, vm)?, vm)? {
            Selection::View(view) if !view.shape.is_empty() => Ok(self.with_view(view).into_ref(&vm.ctx).into()),
            Selection::View(view) => small_object((*self.with_view(view).values()).clone(), vm),
            Selection::Elements(positions, shape) => {
                small_object(self.storage.values.borrow().gather(&positions, shape), vm)
            }
        }
    }

    /// `array[key] = value`.
    pub(super) fn assign(&self, key: &PyObject, value: &PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let layout = self.layout();
        let (positions, shape) = match layout.select(indexing::entries(layout.shape.len(), key, vm)?, vm)? {
            Selection::View(view) => (view.positions(), view.shape),
            Selection::Elements(positions, shape) => (positions, shape),
        };
        self.write(&positions, &assigned(value, self.dtype(), &shape, vm)?);
        Ok(())
    }

    fn write(&self, positions: &[usize], values: &Chunk) {
        Arc::make_mut(&mut self.storage.values.borrow_mut()).scatter(positions, values);
        if let Some(on_change) = &self.storage.on_change {
            on_change(&self.storage.values.borrow());
        }
    }

    /// Puts the result of an operator like `+=` in place of the values.
    ///
    /// # Errors
    /// `TypeError` where they would lose their kind, `ValueError` where they have another shape.
    pub fn replace(&self, result: &Chunk, vm: &VirtualMachine) -> PyResult<()> {
        let (dtype, layout) = (self.dtype(), self.layout());
        check_in_place(result.dtype(), result.shape(), (dtype, &layout.shape), vm)?;
        let cast = Array::in_memory(result.clone()).cast(dtype).map_err(|error| plan_exception(error, vm))?;
        self.write(&layout.positions(), &evaluate_here(&cast, vm)?);
        Ok(())
    }
}

/// Whether a result can take the place of the elements of an array.
///
/// # Errors
/// `TypeError` where they would lose their kind, `ValueError` where they have another shape.
pub(in crate::script) fn check_in_place(
    found: DType,
    shape: &[usize],
    (dtype, own_shape): (DType, &[usize]),
    vm: &VirtualMachine,
) -> PyResult<()> {
    if kind_rank(found) > kind_rank(dtype) {
        return Err(vm.new_type_error(format!(
            "Cannot cast ufunc output from dtype('{found}') to dtype('{dtype}') with casting rule 'same_kind'"
        )));
    }
    if shape != own_shape {
        let (own, other) = (shape_text(own_shape), shape_text(shape));
        return Err(vm.new_value_error(format!(
            "non-broadcastable output operand with shape {own} doesn't match the broadcast shape {other}"
        )));
    }
    Ok(())
}

/// A shape as numpy's errors write it.
fn shape_text(shape: &[usize]) -> String {
    let lengths: Vec<String> = shape.iter().map(usize::to_string).collect();
    format!("({}{})", lengths.join(","), if lengths.len() == 1 { "," } else { "" })
}

/// Kinds of dtypes in the order in which numpy casts them in place.
fn kind_rank(dtype: DType) -> u8 {
    match dtype {
        DType::Bool => 0,
        dtype if dtype.is_unsigned_integer() => 1,
        dtype if dtype.is_integer() => 2,
        dtype if dtype.is_float() => 3,
        _ => 4,
    }
}

/// Refuses NaN and infinity as integers.
///
/// # Errors
/// `ValueError` for them.
pub(in crate::script) fn check_integer(value: &Scalar, dtype: DType, vm: &VirtualMachine) -> PyResult<()> {
    match value {
        Scalar::Float(value) if dtype.is_integer() && !value.is_finite() => {
            let name = if value.is_nan() { "NaN" } else { "infinity" };
            Err(vm.new_value_error(format!("cannot convert float {name} to integer")))
        }
        _ => Ok(()),
    }
}

/// What is assigned, in the dtype and shape of what it replaces.
fn assigned(value: &PyObjectRef, dtype: DType, shape: &[usize], vm: &VirtualMachine) -> PyResult<Chunk> {
    let failed = |error| plan_exception(error, vm);
    let array = match Operand::expect(value, vm)?.without_labels() {
        Operand::Weak(Scalar::Text(text)) if dtype.is_numeric() => {
            return Err(vm.new_value_error(format!("'{text}' is no {dtype}")));
        }
        Operand::Weak(value) => {
            check_integer(&value, dtype, vm)?;
            let value = cast_scalar(&value, convert::default_dtype(&value), dtype, vm)?;
            return Chunk::filled(dtype, shape.to_vec(), &value).map_err(|error| failed(error.into()));
        }
        Operand::Dataset(_) => return Err(vm.new_type_error("a Dataset is no array: take a variable of it")),
        Operand::Lazy(_) if engine::is_tracing() => {
            return Err(vm.new_not_implemented_error(
                "a function applied block by block is called once, for all blocks, by swath: to assign such values, make the array by np.zeros_like() or np.empty_like() of one that was given",
            ));
        }
        Operand::Lazy(array) => Array::in_memory(evaluate(&array, vm)?),
        Operand::Eager(array) | Operand::Typed(array) => array,
        Operand::DataArray(_) => unreachable!("labels are taken off"),
    };
    let mut array = array.cast(dtype).map_err(failed)?;
    while array.ndim() > shape.len() && array.shape()[0] == 1 {
        array = array.index_axis(0, 0).map_err(failed)?;
    }
    let fitting = array.broadcast_to(shape).map_err(|_| {
        let (from, to) = (shape_text(array.shape()), shape_text(shape));
        vm.new_value_error(format!(
            "values of shape {from} can't be broadcast to the place of shape {to} that they are assigned to"
        ))
    })?;
    evaluate_here(&fitting, vm)
}

impl Unlabelled for NdArray {
    fn plan_array(&self) -> Array {
        Array::in_memory(self.values())
    }

    fn operand(array: Array) -> Operand {
        Operand::Eager(array)
    }
}

impl Surface for NdArray {
    const CLASS: &'static str = "numpy.ndarray";
    const METHODS: &'static [&'static [Method<Self>]] =
        &[super::nd_methods::METHODS, Shared::<Self>::REDUCTIONS, Shared::<Self>::METHODS];
    const PROPERTIES: &'static [&'static [Property<Self>]] =
        &[super::nd_methods::PROPERTIES, Shared::<Self>::PROPERTIES];
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

surface_attributes!(NdArray);
operators!(NdArray, MUTABLE_METHODS);

#[pyclass(
    with(AsMapping, AsNumber, AsSequence, Comparable, GetAttr, Iterable, Representable),
    flags(BASETYPE, HAS_DICT)
)]
impl NdArray {
    #[pyslot]
    fn slot_str(zelf: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
        let values = expect_object::<NdArray>(zelf, "an array", vm)?.values();
        // Without axes, it prints as its value does.
        match values.get(0).filter(|_| values.ndim() == 0) {
            Some(value) => NumpyScalar::object(values.dtype(), value, vm)?.str(vm),
            None => Ok(vm.ctx.new_str(print_values(&values))),
        }
    }

    #[pymethod]
    fn __format__(zelf: &Py<Self>, specification: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        format_array(zelf.as_object(), zelf.layout().shape.is_empty(), specification, vm)
    }
}

impl AsMapping for NdArray {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: Some(|mapping, vm| match NdArray::mapping_downcast(mapping).layout().shape.first() {
                Some(&length) => Ok(length),
                None => Err(vm.new_type_error("len() of unsized object")),
            }),
            subscript: Some(|mapping, key, vm| NdArray::mapping_downcast(mapping).item_at(key, vm)),
            ass_subscript: Some(|mapping, key, value, vm| match value {
                Some(value) => NdArray::mapping_downcast(mapping).assign(key, &value, vm),
                None => Err(vm.new_value_error("cannot delete array elements")),
            }),
        };
        &METHODS
    }
}

impl AsSequence for NdArray {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: PySequenceMethods = PySequenceMethods {
            contains: Some(|sequence, value, vm| contains(NdArray::sequence_downcast(sequence).as_object(), value, vm)),
            ..PySequenceMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

impl Iterable for NdArray {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        let Some(&length) = zelf.layout().shape.first() else {
            return Err(vm.new_type_error(
                "an array without dimensions has no elements to go through: take its value by .item()",
            ));
        };
        let items = (0..length).map(|index| zelf.item_at(vm.ctx.new_int(index).as_ref(), vm));
        let items = vm.ctx.new_list(items.collect::<PyResult<_>>()?);
        Ok(PyObjectRef::from(items).get_iter(vm)?.into())
    }
}

impl Representable for NdArray {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(format_values(&zelf.values()))
    }
}
