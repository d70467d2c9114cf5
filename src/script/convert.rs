//! Values between Python and Rust: scalars, dtypes, shapes, axes, attributes.

use super::cftime::CalendarInstant;
use super::numpy::{DTypeObject, NdArray, NumpyScalar, of_python};
use crate::array::{Chunk, DType, Scalar};
use num_traits::ToPrimitive;
use rustpython_vm::builtins::{
    PyBaseExceptionRef, PyDict, PyDictRef, PyFloat, PyInt, PyList, PyRange, PyStr, PyTuple, PyType, PyTypeRef,
};
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};
use serde_json::{Map, Number, Value};

/// The value of a Python bool, int, float or str; `None` for everything else.
///
/// # Errors
/// `OverflowError` for an integer beyond 64 bits.
pub(super) fn python_scalar(object: &PyObject, vm: &VirtualMachine) -> PyResult<Option<Scalar>> {
    if object.class().is(vm.ctx.types.bool_type) {
        return Ok(Some(Scalar::Bool(object.to_owned().try_to_bool(vm)?)));
    }
    if let Some(value) = object.downcast_ref::<PyInt>() {
        let value = value.as_bigint();
        let fitting = value.to_i64().map(Scalar::Int).or_else(|| value.to_u64().map(Scalar::UInt));
        return fitting.map(Some).ok_or_else(|| vm.new_overflow_error("Python integer too large for 64 bits"));
    }
    if let Some(value) = object.downcast_ref::<PyFloat>() {
        return Ok(Some(Scalar::Float(value.to_f64())));
    }
    Ok(object.downcast_ref::<PyStr>().map(|text| Scalar::Text(text.to_string_lossy().into_owned())))
}

/// The dtype that numpy gives a Python value.
pub(super) fn default_dtype(value: &Scalar) -> DType {
    match value {
        Scalar::Bool(_) => DType::Bool,
        Scalar::Int(_) => DType::Int64,
        Scalar::UInt(_) => DType::UInt64,
        Scalar::Float(_) => DType::Float64,
        Scalar::Text(_) => DType::Text,
    }
}

/// A plain Python object of a value: what `.item()` and `.tolist()` give.
pub(super) fn plain_object(value: &Scalar, vm: &VirtualMachine) -> PyObjectRef {
    match value {
        Scalar::Bool(value) => value.to_pyobject(vm),
        Scalar::Int(value) => value.to_pyobject(vm),
        Scalar::UInt(value) => value.to_pyobject(vm),
        Scalar::Float(value) => value.to_pyobject(vm),
        Scalar::Text(value) => vm.ctx.new_str(value.as_str()).into(),
    }
}

/// The dtype that an argument means: a name, `np.float32`, `np.dtype("f4")`, or Python's `float`, `int`, `bool`, `str`.
///
/// # Errors
/// `TypeError` for what is no dtype.
pub(super) fn dtype(object: &PyObject, vm: &VirtualMachine) -> PyResult<DType> {
    if let Some(dtype) = object.downcast_ref::<DTypeObject>() {
        return Ok(dtype.dtype());
    }
    let name = if let Some(text) = object.downcast_ref::<PyStr>() {
        text.to_string_lossy().into_owned()
    } else if let Some(class) = object.downcast_ref::<PyType>() {
        class.slot_name().rsplit('.').next().unwrap_or_default().trim_end_matches('_').to_owned()
    } else {
        let class = object.class().name().to_string();
        return Err(vm.new_type_error(format!("cannot interpret a {class} as a data type")));
    };
    name.parse().map_err(|error: crate::array::ParseDTypeError| vm.new_type_error(error.to_string()))
}

/// A class.
///
/// # Errors
/// `TypeError` for everything else.
pub(super) fn class(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<PyTypeRef> {
    let found = object.clone().downcast::<PyType>();
    found.map_err(|other| vm.new_type_error(format!("expected a class, found a {}", other.class().name())))
}

/// An integer, from Python's int or a numpy integer.
///
/// # Errors
/// `TypeError` for everything else.
pub(super) fn integer(object: &PyObject, vm: &VirtualMachine) -> PyResult<i64> {
    object.try_index(vm)?.try_to_primitive(vm)
}

/// A length or count.
///
/// # Errors
/// Where it is no integer or negative.
pub(super) fn count(object: &PyObject, vm: &VirtualMachine) -> PyResult<usize> {
    let value = integer(object, vm)?;
    usize::try_from(value).map_err(|_| vm.new_value_error(format!("expected a length, found {value}")))
}

/// A float, from anything that has one.
///
/// # Errors
/// `TypeError` for what has none.
pub(super) fn float(object: &PyObject, vm: &VirtualMachine) -> PyResult<f64> {
    Ok(object.try_float(vm)?.to_f64())
}

/// The elements of a list, tuple or other iterable; anything else, and a string, is one element.
///
/// # Errors
/// Whatever the iteration raises.
pub(super) fn one_or_more(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
    if is_sequence(object) || object.class().slots.iter.load().is_some() && !object.downcastable::<PyStr>() {
        return vm.extract_elements_with(object, Ok);
    }
    Ok(vec![object.clone()])
}

/// Whether an object is a list, a tuple or a range.
pub(super) fn is_sequence(object: &PyObject) -> bool {
    object.downcastable::<PyList>() || object.downcastable::<PyTuple>() || object.downcastable::<PyRange>()
}

/// A shape: an integer or a sequence of them.
///
/// # Errors
/// Where a length is none.
pub(super) fn shape(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Vec<usize>> {
    one_or_more(object, vm)?.iter().map(|length| count(length, vm)).collect()
}

/// One axis; a negative one counts from the end.
///
/// # Errors
/// `TypeError` for what is no integer, and `AxisError`'s parent `IndexError` for an axis that doesn't exist.
pub(super) fn axis(object: &PyObject, ndim: usize, vm: &VirtualMachine) -> PyResult<usize> {
    let axis = integer(object, vm)?;
    let counted = if axis < 0 { axis + ndim as i64 } else { axis };
    usize::try_from(counted)
        .ok()
        .filter(|&axis| axis < ndim)
        .ok_or_else(|| vm.new_index_error(format!("axis {axis} is out of bounds of an array of {ndim} dimensions")))
}

/// Axes of a reduction: `None` is all of them; negative ones count from the end.
///
/// # Errors
/// `AxisError`'s parent `IndexError` for an axis that doesn't exist.
pub(super) fn axes(object: Option<&PyObjectRef>, ndim: usize, vm: &VirtualMachine) -> PyResult<Vec<usize>> {
    let Some(object) = object else { return Ok((0..ndim).collect()) };
    one_or_more(object, vm)?.iter().map(|object| axis(object, ndim, vm)).collect()
}

/// A string.
///
/// # Errors
/// `TypeError` for everything else.
pub(super) fn string(object: &PyObject, vm: &VirtualMachine) -> PyResult<String> {
    match object.downcast_ref::<PyStr>() {
        Some(text) => Ok(text.to_string_lossy().into_owned()),
        None => Err(vm.new_type_error(format!("expected a string, found {}", object.class().name()))),
    }
}

/// The pairs of a dict whose keys are strings, in order.
///
/// # Errors
/// `TypeError` for what is no such dict.
pub(super) fn string_pairs(object: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<(String, PyObjectRef)>> {
    let items = match object.downcast_ref::<PyDict>() {
        Some(dict) => dict.items_vec(),
        None => {
            let keys = vm.extract_elements_with(object, Ok)?;
            let pair = |key: PyObjectRef| Ok((key.clone(), object.get_item(&*key, vm)?));
            keys.into_iter().map(pair).collect::<PyResult<_>>()?
        }
    };
    items.into_iter().map(|(key, value)| Ok((string(&key, vm)?, value))).collect()
}

/// A dict of strings to objects.
///
/// # Errors
/// Where the machine can't hold it.
pub(super) fn dict<K: AsRef<str>>(
    pairs: impl IntoIterator<Item = (K, PyObjectRef)>,
    vm: &VirtualMachine,
) -> PyResult<PyDictRef> {
    let dict = vm.ctx.new_dict();
    for (key, value) in pairs {
        dict.set_item(key.as_ref(), value, vm)?;
    }
    Ok(dict)
}

/// A tuple of strings.
pub(super) fn string_tuple<S: AsRef<str>>(names: impl IntoIterator<Item = S>, vm: &VirtualMachine) -> PyObjectRef {
    let names = names.into_iter().map(|name| vm.ctx.new_str(name.as_ref()).into()).collect();
    vm.ctx.new_tuple(names).into()
}

/// A tuple of lengths.
pub(super) fn length_tuple(lengths: impl IntoIterator<Item = usize>, vm: &VirtualMachine) -> PyObjectRef {
    vm.ctx.new_tuple(lengths.into_iter().map(|length| length.to_pyobject(vm)).collect()).into()
}

/// An attribute's value as JSON: what Zarr stores.
///
/// # Errors
/// `TypeError` for what JSON has no form for.
pub(super) fn json(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Value> {
    if vm.is_none(object) {
        return Ok(Value::Null);
    }
    if let Some(scalar) = NumpyScalar::of(object) {
        return Ok(scalar_json(scalar.value()));
    }
    if let Some(array) = object.downcast_ref::<NdArray>() {
        let values = array.values();
        return Ok(Value::Array((0..values.len()).filter_map(|i| values.get(i)).map(|v| scalar_json(&v)).collect()));
    }
    if let Some(scalar) = python_scalar(object, vm)? {
        return Ok(scalar_json(&scalar));
    }
    if is_sequence(object) {
        return Ok(Value::Array(one_or_more(object, vm)?.iter().map(|item| json(item, vm)).collect::<PyResult<_>>()?));
    }
    if object.downcastable::<PyDict>() {
        let mut map = Map::new();
        for (key, value) in string_pairs(object, vm)? {
            map.insert(key, json(&value, vm)?);
        }
        return Ok(Value::Object(map));
    }
    let class = object.class().name().to_string();
    Err(vm.new_type_error(format!("an attribute can't be a {class}: expected a number, text, list or dict")))
}

fn scalar_json(value: &Scalar) -> Value {
    match value {
        Scalar::Bool(value) => Value::Bool(*value),
        Scalar::Int(value) => Value::from(*value),
        Scalar::UInt(value) => Value::from(*value),
        // JSON has no NaN or infinity; Zarr writes their names.
        Scalar::Float(value) => Number::from_f64(*value).map_or_else(|| Value::from(float_name(*value)), Value::Number),
        Scalar::Text(value) => Value::String(value.clone()),
    }
}

fn float_name(value: f64) -> &'static str {
    match value {
        value if value.is_nan() => "NaN",
        value if value > 0.0 => "Infinity",
        _ => "-Infinity",
    }
}

/// The Python object of a JSON value.
pub(super) fn from_json(value: &Value, vm: &VirtualMachine) -> PyResult {
    Ok(match value {
        Value::Null => vm.ctx.none(),
        Value::Bool(value) => value.to_pyobject(vm),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(value), _) => value.to_pyobject(vm),
            (None, Some(value)) => value.to_pyobject(vm),
            (None, None) => number.as_f64().unwrap_or(f64::NAN).to_pyobject(vm),
        },
        Value::String(text) => vm.ctx.new_str(text.as_str()).into(),
        Value::Array(values) => {
            let values = values.iter().map(|value| from_json(value, vm)).collect::<PyResult<_>>()?;
            vm.ctx.new_list(values).into()
        }
        Value::Object(map) => {
            let pairs = map.iter().map(|(key, value)| Ok((key.as_str(), from_json(value, vm)?)));
            dict(pairs.collect::<PyResult<Vec<_>>>()?, vm)?.into()
        }
    })
}

/// The values of nested lists and scalars, as `np.array` reads them.
///
/// # Errors
/// `ValueError` for ragged lists and mixed kinds.
pub(super) fn chunk(object: &PyObjectRef, dtype: Option<DType>, vm: &VirtualMachine) -> PyResult<Chunk> {
    let (mut shape, mut leaves) = (Vec::new(), Vec::new());
    collect_leaves(object, 0, &mut shape, &mut leaves, vm)?;
    let common = match (dtype, leaves.is_empty()) {
        (Some(dtype), _) => dtype,
        (None, true) => DType::Float64,
        (None, false) => common_dtype(&leaves, vm)?,
    };
    let mut chunk = Chunk::zeros(common, vec![leaves.len()]);
    for (position, (value_dtype, value)) in leaves.iter().enumerate() {
        if let (Scalar::Float(number), true) = (value, common.is_integer())
            && !number.is_finite()
        {
            return Err(match number.is_nan() {
                true => vm.new_value_error("cannot convert float NaN to integer"),
                false => vm.new_overflow_error("cannot convert float infinity to integer"),
            });
        }
        let value = super::numpy::cast_scalar(value, *value_dtype, common, vm)?;
        let one = Chunk::scalar(common, &value).map_err(|error| array_error(error, vm))?;
        let one = one.reshaped(vec![1]).map_err(|error| array_error(error, vm))?;
        chunk.copy_from(&crate::array::Region::new(vec![position], vec![1]), &one, &[0]);
    }
    chunk.reshaped(shape).map_err(|error| array_error(error, vm))
}

fn array_error(error: crate::array::ArrayError, vm: &VirtualMachine) -> PyBaseExceptionRef {
    super::errors::plan_exception(error.into(), vm)
}

fn common_dtype(leaves: &[(DType, Scalar)], vm: &VirtualMachine) -> PyResult<DType> {
    let mut common = leaves[0].0;
    for (dtype, _) in leaves {
        common = common
            .promote(*dtype)
            .ok_or_else(|| vm.new_type_error(format!("an array can't hold both {common} and {dtype}")))?;
    }
    Ok(common)
}

fn collect_leaves(
    object: &PyObjectRef,
    depth: usize,
    shape: &mut Vec<usize>,
    leaves: &mut Vec<(DType, Scalar)>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let ragged = || vm.new_value_error("nested lists have to be of the same length to make an array: these differ");
    let mut enter = |length: usize| {
        if depth == shape.len() && leaves_allow_depth(shape, depth) {
            shape.push(length);
            return Ok(());
        }
        if shape.get(depth) == Some(&length) { Ok(()) } else { Err(ragged()) }
    };
    if is_sequence(object) {
        let items = one_or_more(object, vm)?;
        enter(items.len())?;
        return items.iter().try_for_each(|item| collect_leaves(item, depth + 1, shape, leaves, vm));
    }
    if let Some(array) = object.downcast_ref::<NdArray>() {
        let values = array.values();
        for (axis, &length) in values.shape().iter().enumerate() {
            if depth + axis == shape.len() {
                shape.push(length);
            } else if shape.get(depth + axis) != Some(&length) {
                return Err(ragged());
            }
        }
        leaves.extend((0..values.len()).filter_map(|index| Some((values.dtype(), values.get(index)?))));
        return Ok(());
    }
    if depth != shape.len() {
        return Err(ragged());
    }
    if let Some(scalar) = NumpyScalar::of(object) {
        leaves.push((scalar.dtype(), scalar.value().clone()));
        return Ok(());
    }
    if let Some(instant) = object.downcast_ref::<CalendarInstant>() {
        leaves.push(instant.value());
        return Ok(());
    }
    match python_scalar(object, vm)? {
        Some(value) => leaves.push((default_dtype(&value), value)),
        None if let Some((dtype, count)) = of_python(object, vm)? => leaves.push((dtype, Scalar::Int(count))),
        None => {
            let class = object.class().name().to_string();
            return Err(vm.new_type_error(format!("an array can't hold a {class}")));
        }
    }
    Ok(())
}

/// A depth is new as long as no leaf has been found above it.
fn leaves_allow_depth(shape: &[usize], depth: usize) -> bool {
    shape.len() == depth
}

/// A path: a string or an object with `__fspath__`.
///
/// # Errors
/// `TypeError` for everything else.
pub(super) fn path(object: &PyObject, vm: &VirtualMachine) -> PyResult<String> {
    if !object.downcastable::<PyStr>() && object.has_attr("__fspath__", vm)? {
        return string(&*vm.call_method(object, "__fspath__", ())?, vm);
    }
    string(object, vm)
}
