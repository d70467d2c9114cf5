//! numpy scalars: `np.float32(0.25)`, `np.datetime64("2000-01-01")`.

use super::float64::Float64;
use super::{DTypeObject, instant};
use crate::array::{Chunk, DType, Scalar, TimeUnit};
use crate::dataset::print_values;
use crate::plan::Array;
use crate::script::arguments::Arguments;
use crate::script::cftime::CalendarInstant;
use crate::script::convert;
use crate::script::elementwise;
use crate::script::errors::plan_exception;
use crate::script::modules::Module;
use crate::script::numbers::operators;
use crate::script::operand::{self, Operand};
use crate::script::surface::{Method, Property, Surface, surface_attributes};
use rustpython_vm::builtins::{PyStr, PyType, PyTypeRef};
use rustpython_vm::class::{PyClassImpl, StaticType};
use rustpython_vm::common::hash::PyHash;
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::types::{
    AsNumber, Comparable, Constructor, GetAttr, Hashable, PyTypeFlags, PyTypeSlots, Representable,
};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};
use std::cell::RefCell;
use std::collections::HashMap;
use std::marker::PhantomData;

/// The scalar classes and the dtypes that their constructors make, beside [`Float64`].
const CLASSES: &[(&str, DType)] = &[
    ("bool", DType::Bool),
    ("int8", DType::Int8),
    ("int16", DType::Int16),
    ("int32", DType::Int32),
    ("int64", DType::Int64),
    ("uint8", DType::UInt8),
    ("uint16", DType::UInt16),
    ("uint32", DType::UInt32),
    ("uint64", DType::UInt64),
    ("float32", DType::Float32),
    ("datetime64", DType::Datetime(TimeUnit::Nanosecond)),
    ("timedelta64", DType::Timedelta(TimeUnit::Nanosecond)),
    ("str_", DType::Text),
];

/// The abstract classes over those, each after the one that it is a kind of.
const ABSTRACT: &[(&str, &str)] = &[
    ("number", "generic"),
    ("integer", "number"),
    ("signedinteger", "integer"),
    ("unsignedinteger", "integer"),
    ("inexact", "number"),
    ("floating", "inexact"),
    ("flexible", "generic"),
    ("character", "flexible"),
];

thread_local! {
    static TYPES: RefCell<Vec<PyTypeRef>> = const { RefCell::new(Vec::new()) };
    static ABSTRACT_TYPES: RefCell<HashMap<&'static str, PyTypeRef>> = RefCell::new(HashMap::new());
}

/// One value with a dtype.
#[pyclass(module = "numpy", name = "generic")]
#[derive(Debug, Clone, PyPayload)]
pub struct NumpyScalar {
    dtype: DType,
    value: Scalar,
}

/// Makes the scalar classes.
pub(super) fn register(vm: &VirtualMachine) {
    let generic = NumpyScalar::make_static_type();
    Float64::make_static_type();
    let class = |name: &str, base: PyTypeRef| {
        let slots = PyTypeSlots::new("generic", PyTypeFlags::heap_type_flags());
        vm.ctx.new_class(Some("numpy"), name, base, slots)
    };
    let mut abstracts = HashMap::from([("generic", generic.to_owned())]);
    for (name, base) in ABSTRACT {
        abstracts.insert(name, class(name, abstracts[base].clone()));
    }
    let types = CLASSES.iter().map(|(name, dtype)| class(name, abstracts[kind_of(*dtype)].clone()));
    TYPES.set(types.collect());
    // A float64 is a Python float, whose class has no other base; it is a kind of these all the same.
    let kinds = ["floating", "inexact", "number", "generic"].map(|name| abstracts[name].clone());
    Float64::static_type().mro.write().extend(kinds);
    ABSTRACT_TYPES.set(abstracts);
}

/// The nearest abstract class of a dtype.
fn kind_of(dtype: DType) -> &'static str {
    match dtype {
        dtype if dtype.is_float() => "floating",
        DType::Timedelta(_) => "signedinteger",
        dtype if dtype.is_signed_integer() => "signedinteger",
        dtype if dtype.is_integer() => "unsignedinteger",
        DType::Text => "character",
        _ => "generic",
    }
}

/// `np.issubdtype(dtype, kind)`: whether a dtype, or a class of scalars, is a kind of another or the same.
fn is_kind(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let class = |name: &str| -> PyResult {
        let object = arguments.required(name);
        let is_scalar_class = object
            .downcast_ref::<PyType>()
            .is_some_and(|class| class.fast_issubclass(NumpyScalar::static_type()) || class.is(Float64::static_type()));
        match is_scalar_class {
            true => Ok(object.clone()),
            false => Ok(class_of(convert::dtype(object, vm)?).into()),
        }
    };
    let (class, kind) = (class("arg1")?, class("arg2")?);
    let answer = class.is_subclass(&kind, vm)?;
    Ok(vm.ctx.new_bool(answer).into())
}

/// Puts the scalar classes into the module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    let abstracts = ABSTRACT_TYPES.with_borrow(Clone::clone);
    abstracts.into_iter().try_for_each(|(name, class)| module.value(name, class))?;
    module.function("issubdtype", "arg1!, arg2!", is_kind)?;
    for (name, dtype) in CLASSES {
        module.value(name, class_of(*dtype))?;
    }
    module.value("float64", class_of(DType::Float64))?;
    module.value("bool_", class_of(DType::Bool))?;
    module.value("double", class_of(DType::Float64))?;
    module.value("single", class_of(DType::Float32))
}

/// The scalar class of a dtype.
pub(super) fn class_of(dtype: DType) -> PyTypeRef {
    let same = |known: DType| match (known, dtype) {
        (DType::Datetime(_), DType::Datetime(_)) | (DType::Timedelta(_), DType::Timedelta(_)) => true,
        _ => known == dtype,
    };
    match dtype {
        DType::CalendarTime(_) => return NumpyScalar::static_type().to_owned(),
        DType::Float64 => return Float64::static_type().to_owned(),
        _ => {}
    }
    let position = CLASSES.iter().position(|(_, known)| same(*known)).expect("every dtype has a scalar class");
    TYPES.with_borrow(|types| types[position].clone())
}

impl NumpyScalar {
    /// The Python object of a value; text is a plain `str`.
    ///
    /// # Errors
    /// Where the machine can't hold it.
    pub fn object(dtype: DType, value: Scalar, vm: &VirtualMachine) -> PyResult {
        if let (DType::Float64, Some(value)) = (dtype, value.as_f64()) {
            return Ok(Float64::object(value, vm));
        }
        if dtype == DType::Text {
            return Ok(convert::plain_object(&value, vm));
        }
        if let (DType::CalendarTime(calendar), Scalar::Int(count)) = (dtype, &value) {
            return Ok(CalendarInstant::object(calendar, *count, vm));
        }
        Ok(NumpyScalar { dtype, value }.into_ref_with_type(vm, class_of(dtype))?.into())
    }

    /// The value that an object is; `None` for what is no numpy scalar.
    pub fn of(object: &PyObject) -> Option<NumpyScalar> {
        match object.downcast_ref::<Float64>() {
            Some(float) => Some(float.scalar()),
            None => object.downcast_ref::<NumpyScalar>().map(|scalar| (**scalar).clone()),
        }
    }

    /// A value of a dtype.
    pub(in crate::script) fn new(dtype: DType, value: Scalar) -> NumpyScalar {
        NumpyScalar { dtype, value }
    }

    /// Its dtype.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// Its value.
    pub fn value(&self) -> &Scalar {
        &self.value
    }

    /// The value as an array without axes.
    ///
    /// # Errors
    /// Never for a value that has been made.
    pub fn to_array(&self, vm: &VirtualMachine) -> PyResult<Array> {
        Array::scalar(self.value.clone(), self.dtype).map_err(|error| plan_exception(error, vm))
    }

    /// `round(value)` and `round(value, digits)`.
    pub(super) fn rounded(&self, arguments: &FuncArgs, vm: &VirtualMachine) -> PyResult {
        match arguments.args.first().filter(|digits| !vm.is_none(digits)) {
            Some(digits) => {
                let decimals = convert::integer(digits, vm)?;
                elementwise::round(Operand::Typed(self.to_array(vm)?), decimals, vm)?.into_object(vm)
            }
            None => vm.call_method(&convert::plain_object(&self.value, vm), "__round__", ()),
        }
    }

    /// The value as numpy prints it.
    pub(in crate::script) fn text(&self) -> String {
        match (&self.value, self.dtype) {
            (Scalar::Float(value), DType::Float32) => float_text(*value as f32),
            (Scalar::Float(value), _) => double_text(*value),
            (Scalar::Bool(true), _) => "True".to_owned(),
            (Scalar::Bool(false), _) => "False".to_owned(),
            (Scalar::Int(_), DType::Datetime(_)) => match Chunk::scalar(self.dtype, &self.value) {
                Ok(chunk) => print_values(&chunk).trim_matches(['\'', '[', ']']).to_owned(),
                Err(_) => "NaT".to_owned(),
            },
            (Scalar::Int(DType::NOT_A_TIME), DType::Timedelta(_)) => "NaT".to_owned(),
            (Scalar::Int(count), DType::Timedelta(unit)) => format!("{count} {}", unit_name(unit)),
            (value, _) => value.to_string(),
        }
    }
}

/// The shortest text that reads back as the same float64, in Python's form.
fn double_text(value: f64) -> String {
    let mut text = rustpython_vm::literal::float::to_string(value);
    let end = text.find('e').unwrap_or(text.len());
    let digits = text[..end].trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit).count();
    if digits >= 16 && value.is_finite() {
        // Halfway between two such texts Python takes the one that ends evenly.
        let exact = format!("{value:.*e}", digits - 1);
        let last = exact.split('e').next().and_then(|digits| digits.chars().last());
        let mut even = text.clone();
        even.replace_range(end - 1..end, &last.map(String::from).unwrap_or_default());
        if even.parse() == Ok(value) {
            text = even;
        }
    }
    text
}

/// The shortest text that reads back as the same float32; with an exponent from a million on, and below 1e-4, as numpy.
fn float_text(value: f32) -> String {
    if !value.is_finite() || value == 0.0 {
        return rustpython_vm::literal::float::to_string(f64::from(value));
    }
    let size = f64::from(value.abs());
    if !(1e-4..1e6).contains(&size) {
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    // The shortest decimal digits of a float32 name a float64 whose shortest digits are the same.
    let shortest: f64 = value.to_string().parse().unwrap_or(f64::from(value));
    rustpython_vm::literal::float::to_string(shortest)
}

fn unit_name(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Day => "days",
        TimeUnit::Hour => "hours",
        TimeUnit::Minute => "minutes",
        TimeUnit::Second => "seconds",
        TimeUnit::Millisecond => "milliseconds",
        TimeUnit::Microsecond => "microseconds",
        TimeUnit::Nanosecond => "nanoseconds",
    }
}

/// An object that is one value with a dtype.
pub(super) trait OneValue: PyPayload {
    /// The value.
    fn scalar(&self) -> NumpyScalar;
}

impl OneValue for NumpyScalar {
    fn scalar(&self) -> NumpyScalar {
        self.clone()
    }
}

/// The tables of such a class.
pub(super) struct OfOneValue<T>(PhantomData<T>);

impl<T: OneValue> OfOneValue<T> {
    /// Methods.
    pub const METHODS: &'static [Method<T>] = &[
        Method { name: "item", parameters: "", body: plain::<T> },
        Method { name: "tolist", parameters: "", body: plain::<T> },
        Method { name: "astype", parameters: "dtype!, copy~", body: astype::<T> },
        Method { name: "round", parameters: "decimals, out=None", body: round::<T> },
        Method { name: "min", parameters: "axis=None, out=None", body: itself::<T> },
        Method { name: "max", parameters: "axis=None, out=None", body: itself::<T> },
        Method { name: "copy", parameters: "", body: itself::<T> },
    ];
    /// Properties.
    pub const PROPERTIES: &'static [Property<T>] = &[
        Property { name: "dtype", get: |this, vm| Ok(DTypeObject::object(this.scalar().dtype, vm)) },
        Property { name: "ndim", get: |_this, vm| Ok(0.to_pyobject(vm)) },
        Property { name: "size", get: |_this, vm| Ok(1.to_pyobject(vm)) },
        Property { name: "shape", get: |_this, vm| Ok(vm.ctx.new_tuple(Vec::new()).into()) },
    ];
}

impl Surface for NumpyScalar {
    const CLASS: &'static str = "numpy scalar";
    const METHODS: &'static [&'static [Method<Self>]] = &[OfOneValue::<Self>::METHODS];
    const PROPERTIES: &'static [&'static [Property<Self>]] = &[OfOneValue::<Self>::PROPERTIES];
}

fn itself<T: OneValue>(this: &Py<T>, _arguments: &Arguments<'_>) -> PyResult {
    Ok(this.to_owned().into())
}

fn plain<T: OneValue>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let scalar = this.scalar();
    Ok(plain_element(scalar.dtype, &scalar.value, arguments.vm))
}

/// What `.item()` and `.tolist()` give of a value: of a time of a CF calendar its object, of no time `None`.
pub(super) fn plain_element(dtype: DType, value: &Scalar, vm: &VirtualMachine) -> PyObjectRef {
    match (dtype, value) {
        (DType::CalendarTime(calendar), Scalar::Int(count)) => CalendarInstant::object(calendar, *count, vm),
        (DType::Datetime(_) | DType::Timedelta(_), Scalar::Int(DType::NOT_A_TIME)) => vm.ctx.none(),
        _ => convert::plain_object(value, vm),
    }
}

fn astype<T: OneValue>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let (vm, scalar) = (arguments.vm, this.scalar());
    let dtype = convert::dtype(arguments.required("dtype"), vm)?;
    NumpyScalar::object(dtype, cast_scalar(&scalar.value, scalar.dtype, dtype, vm)?, vm)
}

fn round<T: OneValue>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let decimals = arguments.get("decimals").map_or(Ok(0), |decimals| convert::integer(decimals, vm))?;
    elementwise::round(Operand::Typed(this.scalar().to_array(vm)?), decimals, vm)?.into_object(vm)
}

/// A value converted as numpy's `astype` does.
///
/// # Errors
/// Where there is no such conversion.
pub(in crate::script) fn cast_scalar(value: &Scalar, from: DType, to: DType, vm: &VirtualMachine) -> PyResult<Scalar> {
    if from == to {
        return Ok(value.clone());
    }
    if let (Scalar::Text(text), DType::Datetime(unit)) = (value, to) {
        return Ok(Scalar::Int(instant::parse(text, Some(unit), vm)?.0));
    }
    if !from.is_time() && !to.is_time() && value.to_buffer(to).is_ok() {
        let converted = Chunk::scalar(to, value).ok().and_then(|chunk| chunk.get(0));
        return Ok(converted.expect("the value exists in the dtype"));
    }
    if from.is_integer() && to.is_integer() {
        return Err(vm.new_overflow_error(format!("Python integer {value} out of bounds for {to}")));
    }
    let cast = Array::scalar(value.clone(), from).and_then(|array| array.cast(to));
    let chunk = operand::evaluate_here(&cast.map_err(|error| plan_exception(error, vm))?, vm)?;
    Ok(chunk.get(0).expect("a scalar has one value"))
}

surface_attributes!(NumpyScalar);
operators!(NumpyScalar, METHODS);

#[pyclass(with(Constructor, AsNumber, Comparable, GetAttr, Hashable, Representable), flags(BASETYPE))]
impl NumpyScalar {
    #[pyslot]
    fn slot_str(zelf: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
        let scalar = operand::expect_object::<NumpyScalar>(zelf, "a numpy scalar", vm)?;
        Ok(vm.ctx.new_str(scalar.text()))
    }

    #[pymethod]
    fn __format__(zelf: &Py<Self>, specification: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        if convert::string(&specification, vm)?.is_empty() {
            return Ok(vm.ctx.new_str(zelf.text()).into());
        }
        let plain = if zelf.dtype.is_time() {
            vm.ctx.new_str(zelf.text()).into()
        } else {
            convert::plain_object(&zelf.value, vm)
        };
        vm.call_method(&plain, "__format__", (specification,))
    }

    #[pymethod]
    fn __round__(zelf: &Py<Self>, arguments: FuncArgs, vm: &VirtualMachine) -> PyResult {
        zelf.rounded(&arguments, vm)
    }
}

impl Constructor for NumpyScalar {
    type Args = FuncArgs;

    fn slot_new(class: PyTypeRef, passed: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let name = class.name().to_string();
        let dtype = CLASSES.iter().find(|(known, _)| *known == name).map(|(_, dtype)| *dtype);
        match dtype {
            Some(dtype @ (DType::Datetime(_) | DType::Timedelta(_))) => {
                let arguments = Arguments::bind(&name, "value!, unit", passed, vm)?;
                instant::construct(dtype, &arguments)
            }
            Some(dtype) => construct(dtype, &Arguments::bind(&name, "value", passed, vm)?),
            None => Err(vm.new_type_error(format!("cannot create '{name}' instances"))),
        }
    }

    fn py_new(_class: &Py<PyType>, _arguments: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        Err(vm.new_type_error("cannot create 'numpy.generic' instances"))
    }
}

/// `np.float32(value)`: a scalar, or an array of the dtype where an array is given.
pub(super) fn construct(dtype: DType, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let Some(value) = arguments.get("value") else {
        return NumpyScalar::object(dtype, zero(dtype), vm);
    };
    let text = value.downcast_ref::<PyStr>().filter(|_| dtype != DType::Text);
    let operand = match text {
        Some(_) => Operand::Weak(Scalar::Float(convert::float(
            vm.ctx.types.float_type.as_object().call((value.clone(),), vm)?.as_ref(),
            vm,
        )?)),
        None => Operand::expect(value, vm)?,
    };
    match operand {
        Operand::Weak(value) => {
            let from = convert::default_dtype(&value);
            NumpyScalar::object(dtype, cast_scalar(&value, from, dtype, vm)?, vm)
        }
        Operand::Lazy(array) => {
            Operand::Lazy(array.cast(dtype).map_err(|error| plan_exception(error, vm))?).into_object(vm)
        }
        Operand::Eager(array) | Operand::Typed(array) => {
            Operand::Eager(array.cast(dtype).map_err(|error| plan_exception(error, vm))?).into_object(vm)
        }
        labelled => {
            let dtype = DTypeObject::object(dtype, vm);
            let object = labelled.into_object(vm)?;
            vm.call_method(&object, "astype", (dtype,))
        }
    }
}

fn zero(dtype: DType) -> Scalar {
    match dtype {
        DType::Bool => Scalar::Bool(false),
        DType::Text => Scalar::Text(String::new()),
        dtype if dtype.is_float() => Scalar::Float(0.0),
        _ => Scalar::Int(0),
    }
}

impl Hashable for NumpyScalar {
    fn hash(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyHash> {
        convert::plain_object(&zelf.value, vm).hash(vm)
    }
}

impl Representable for NumpyScalar {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(match zelf.dtype {
            DType::Bool => format!("np.{}_", zelf.text()),
            DType::Datetime(_) => format!("np.datetime64('{}')", zelf.text()),
            DType::Timedelta(unit) => {
                format!("np.timedelta64({},'{}')", zelf.text().split(' ').next().unwrap_or("'NaT'"), unit.code())
            }
            dtype => format!("np.{dtype}({})", zelf.text()),
        })
    }
}
